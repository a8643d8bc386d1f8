"""Captions put right: in order, each with a text and a length, none over another. Times in milliseconds."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from app.editing.subtitles.markup import plain_text
from app.editing.subtitles.times import LATEST
from app.models.subtitles import SubtitleCue

SHORTEST = 100
"""Captions that begin so close to each other (3 frames) while both are seen become one: each alone would flash."""

_A_LETTER = 50  # ms to read one at 20 a second
_LEAST = 800  # ms that even one word takes to be seen and read


def mended(cues: Sequence[SubtitleCue]) -> tuple[SubtitleCue, ...]:
    """Return the captions that have a text, by time, none overlapping, each with a length.

    One that ends before it begins is turned round where it then fits between its neighbours; else, as where it has no
    length, it lasts as long as it takes to read. One that reaches into the next ends there. Those that begin together
    become one with the texts of both.
    """
    long_enough = (_with_length(cues, at) for at in range(len(cues)) if cues[at].text)
    apart = _one_after_another(sorted(long_enough, key=lambda cue: cue.start))
    return tuple(cue for cue in apart if cue.text)


def _with_length(cues: Sequence[SubtitleCue], at: int) -> SubtitleCue:
    cue = cues[at]
    if cue.end > cue.start:
        return cue
    free_from = cues[at - 1].end if at else 0
    free_to = cues[at + 1].start if at + 1 < len(cues) else LATEST
    if free_from <= cue.end < cue.start <= free_to:
        return cue._replace(start=cue.end, end=cue.start)
    start = min(cue.start, LATEST - SHORTEST)
    return cue._replace(start=start, end=min(start + max(_LEAST, _A_LETTER * len(cue.text)), LATEST))


def _one_after_another(cues: Iterable[SubtitleCue]) -> list[SubtitleCue]:
    """Return captions that are in order of their starts with no two at once."""
    together: list[list[SubtitleCue]] = []
    end = 0
    for cue in cues:
        if together and cue.start < min(together[-1][0].start + SHORTEST, end):
            together[-1].append(cue)
            end = max(end, cue.end)
        else:
            together.append([cue])
            end = cue.end
    joined = [_joined(group) for group in together]
    return [*(one._replace(end=min(one.end, after.start)) for one, after in pairwise(joined)), *joined[-1:]]


def _joined(group: Sequence[SubtitleCue]) -> SubtitleCue:
    """Return one caption with the text of all; what two of them say alike is said once."""
    first = group[0]
    if len(group) == 1:
        return first
    texts = list(dict.fromkeys(cue.text for cue in group))
    stamps = first.stamps if len(texts) == 1 else ()
    text = plain_text("\n".join(texts), entities=False).text  # "<b" of one and ">" of another make a tag
    return first._replace(end=max(cue.end for cue in group), text=text, stamps=stamps)
