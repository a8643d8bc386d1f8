"""From what a voice reports (events, phonemes) to one time for every spoken word. Pure; times in seconds."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.models.timing import Span
from app.models.voice import WordTime

SHORTEST = 0.02
"""Seconds a word lasts at least when its time has to be made from its neighbours'."""


@dataclass(frozen=True)
class Said:
    """When some characters of the spoken text, by their numbers, sound."""

    characters: range
    span: Span


def from_said(words: Sequence[str], said: Sequence[Said], duration: float) -> tuple[WordTime, ...]:
    """Return a time for every word of `" ".join(words)`, given when its characters are said.

    What reaches over several words ("of the" said as one) is shared out by their letters; what is said of one word in
    parts is joined; a word of which nothing is known gets the time its neighbours leave.
    """
    known: dict[int, Span] = {}
    at = 0
    for index, word in enumerate(words):
        parts = [part for one in said if (part := _share(one, range(at, at + len(word))))]
        if parts:
            known[index] = Span(start=min(part.start for part in parts), end=max(part.end for part in parts))
        at += len(word) + 1
    return completed(words, known, duration)


def _share(said: Said, word: range) -> Span | None:
    first, span = said.characters.start, said.span
    low, high = max(word.start, first), min(word.stop, said.characters.stop)
    if low >= high:
        return None
    rate = (span.end - span.start) / len(said.characters)
    return Span(start=span.start + (low - first) * rate, end=span.start + (high - first) * rate)


def completed(words: Sequence[str], known: Mapping[int, Span], duration: float) -> tuple[WordTime, ...]:
    """Return one time per word, in order, none before the one before it and none beyond `duration`."""
    known = _in_order(known, duration)
    times: list[Span] = []
    at = 0
    while at < len(words):
        if at in known:
            times.append(known[at])
            at += 1
            continue
        until = next((index for index in range(at, len(words)) if index in known), len(words))
        gap_end = known[until].start if until in known else duration
        gap_start = times[-1].end if times else 0.0
        if times and gap_end - gap_start < SHORTEST * (until - at):
            gap_start = times.pop().start  # no room between them: the word before was reported with these in it
            at -= 1
        times += _shared(words[at:until], Span(start=gap_start, end=max(gap_start, gap_end)))
        at = until
    return tuple(WordTime(word=index, start=span.start, end=span.end) for index, span in enumerate(times))


def _in_order(known: Mapping[int, Span], duration: float) -> dict[int, Span]:
    ordered: dict[int, Span] = {}
    rest = 0.0
    for index in sorted(known):
        start = min(max(known[index].start, rest), duration)
        rest = min(max(known[index].end, start), duration)
        ordered[index] = Span(start=start, end=rest)
    return ordered


def _shared(words: Sequence[str], span: Span) -> list[Span]:
    letters = [max(1, len(word)) for word in words]
    rate = span.length / sum(letters)
    edges = [min(span.end, span.start + rate * sum(letters[:index])) for index in range(len(words))]
    return [Span(start=start, end=end) for start, end in pairwise([*edges, span.end])]


def find_in_text(words: Sequence[str], reports: Sequence[tuple[str, Span]]) -> list[Said]:
    """Return where texts that a voice reports in order, each with its time, stand in `" ".join(words)`.

    Only letters and figures are compared, without case. A text that is not found near where it should be is left out.
    """
    text = " ".join(words)
    places = [at for at, character in enumerate(text) if _counts(character)]
    letters = "".join(_folded(text[at]) for at in places)
    said: list[Said] = []
    rest = 0
    for reported, span in reports:
        wanted = "".join(_folded(c) for c in unicodedata.normalize("NFC", reported) if _counts(c))
        # a text said later may stand this far on when the voice left some words out
        found = letters.find(wanted, rest, rest + len(wanted) + 80) if wanted else -1
        if found >= 0:
            rest = found + len(wanted)
            said.append(Said(range(places[found], places[rest - 1] + 1), span))
    return said


def _counts(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"


def _folded(character: str) -> str:
    low = character.lower()
    return low if len(low) == 1 else character
