"""When each word of a caption is said: as the file tells, as it was known before, else spread evenly by letters."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from app.editing.script.word_times import completed
from app.models.edit import Captions, CueWord
from app.models.timing import FrameSpan, Span

_MOST_PAIRS = 40_000  # words then times words now in one caption: a comparison may take their power of 1.5


def is_spoken(word: str) -> bool:
    """Return whether a word is said: an emoji or a dash alone is not."""
    return any(letter.isalnum() for letter in word)


def spread(words: Sequence[str], span: Span, known: Mapping[int, Span]) -> list[Span]:
    """Return when each word is said within `span`; `known` are times of some of them, by their numbers.

    Nobody knows when those in between are said: they share what the known ones leave by their letters, as if spoken
    at one speed.
    """
    inside = {index: Span(start=at.start - span.start, end=at.end - span.start) for index, at in known.items()}
    return [time.span.later(span.start) for time in completed(words, inside, span.length)]


def stamped(words: Sequence[str], span: Span, stamps: Sequence[tuple[int, float]]) -> dict[int, Span]:
    """Return when each word is said, given when some of them begin (number of the word, seconds).

    Stamps that do not rise, or lie outside the caption, say nothing.
    """
    starts = [(0, span.start)]
    for index, at in stamps:
        if index == starts[-1][0] == 0 and span.start <= at < span.end:
            starts[-1] = (0, at)
        elif starts[-1][0] < index < len(words) and starts[-1][1] < at < span.end:
            starts.append((index, at))
    times: dict[int, Span] = {}
    for (first, start), (after, end) in pairwise([*starts, (len(words), span.end)]):
        shared = spread(words[first:after], Span(start=start, end=end), {})
        times |= {first + index: at for index, at in enumerate(shared)}
    return times


class Heard:
    """When words were said in captions that are to be replaced: a corrected letter leaves every word at its time."""

    def __init__(self, captions: Captions | None) -> None:
        self._words = [word for cue in captions.cues for word in cue.words if word.spoken] if captions else []
        self._starts = [word.start for word in self._words]

    def times(self, words: Sequence[str], frames: FrameSpan) -> dict[int, Span]:
        """Return when those of `words`, shown in `frames`, are said that were said then, by their numbers.

        Words are the same when their letters and figures are; what stands in the place of as many others has their
        times.
        """
        first = max(0, bisect_right(self._starts, frames.start) - 1)
        old = self._words[first : bisect_left(self._starts, frames.end)]
        if not old or len(old) * len(words) > _MOST_PAIRS:
            return {}
        matcher = SequenceMatcher(None, [_plain(word.text) for word in old], [_plain(word) for word in words], False)
        times: dict[int, Span] = {}
        for _, begin, end, now, until in matcher.get_opcodes():
            if end - begin == until - now:
                times |= {now + at: _seconds(old[begin + at], frames) for at in range(until - now)}
        return {at: span for at, span in times.items() if span.length}


def _seconds(word: CueWord, frames: FrameSpan) -> Span:
    """Return when a word was said, as far as that lies in `frames`."""
    return FrameSpan(start=word.start, end=max(word.end, word.start + 1)).within(frames).seconds


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())
