"""When each word of a caption is said: as the file tells, as it was known before, else spread evenly by letters."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from app.editing.script.word_times import completed
from app.models.edit import Captions, CueWord
from app.models.timing import FrameSpan, Span, seconds_of

_MOST_PAIRS = 4_000_000  # words before times words now: beyond it a comparison would take seconds


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


def heard(captions: Captions | None, words: Sequence[str]) -> dict[int, FrameSpan]:
    """Return the frames in which words were said in `captions`, by their numbers among the words that are said now.

    So a corrected letter leaves every word at its time. Words are the same when their letters and figures are; what
    stands in the place of as many others has their times.
    """
    old = [word for cue in captions.cues for word in cue.words if word.spoken] if captions else []
    if not old or len(old) * len(words) > _MOST_PAIRS:
        return {}
    matcher = SequenceMatcher(None, [_plain(word.text) for word in old], [_plain(word) for word in words], False)
    times: dict[int, FrameSpan] = {}
    for _, first, last, now, until in matcher.get_opcodes():
        if last - first == until - now:
            times |= {now + at: _frames(old[first + at]) for at in range(until - now)}
    return times


def _frames(word: CueWord) -> FrameSpan:
    return FrameSpan(start=word.start, end=max(word.end, word.start + 1))


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def within(times: Mapping[int, FrameSpan], first: int, count: int, frames: FrameSpan) -> dict[int, Span]:
    """Return those of `count` words from `first` on that are said in `frames`, by their numbers among these."""
    inside = {at: times[first + at].within(frames) for at in range(count) if first + at in times}
    return {at: Span(start=seconds_of(one.start), end=seconds_of(one.end)) for at, one in inside.items() if one.count}
