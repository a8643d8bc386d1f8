"""From what a voice reports (events, phonemes) to one time for every spoken word. Pure; times in seconds."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from app.models.voice import WordTime

SHORTEST = 0.02
"""Seconds a word lasts at least when its time has to be made from its neighbours'."""


@dataclass(frozen=True)
class Span:
    """Characters `first` to `last` (exclusive) of the spoken text sound from `start` to `end` seconds."""

    first: int
    last: int
    start: float
    end: float


def from_spans(words: Sequence[str], spans: Sequence[Span], duration: float) -> tuple[WordTime, ...]:
    """Return a time for every word of `" ".join(words)`, given spans of its characters.

    A span over several words ("of the" said as one) is shared out by their letters; several spans of one word are
    joined; a word without a span gets the time its neighbours leave.
    """
    known: dict[int, tuple[float, float]] = {}
    at = 0
    for index, word in enumerate(words):
        parts = [part for span in spans if (part := _share(span, at, at + len(word)))]
        if parts:
            known[index] = (min(p[0] for p in parts), max(p[1] for p in parts))
        at += len(word) + 1
    return completed(words, known, duration)


def _share(span: Span, first: int, last: int) -> tuple[float, float] | None:
    low, high = max(first, span.first), min(last, span.last)
    if low >= high:
        return None
    rate = (span.end - span.start) / (span.last - span.first)
    return span.start + (low - span.first) * rate, span.start + (high - span.first) * rate


def completed(words: Sequence[str], known: dict[int, tuple[float, float]], duration: float) -> tuple[WordTime, ...]:
    """Return one time per word, in order, none before the one before it and none beyond `duration`."""
    known = _in_order(known, duration)
    times: list[tuple[float, float]] = []
    at = 0
    while at < len(words):
        if at in known:
            times.append(known[at])
            at += 1
            continue
        until = next((index for index in range(at, len(words)) if index in known), len(words))
        gap_end = known[until][0] if until in known else duration
        gap_start = times[-1][1] if times else 0.0
        if times and gap_end - gap_start < SHORTEST * (until - at):
            gap_start = times.pop()[0]  # no room between them: the word before was reported with these in it
            at -= 1
        times += _shared(words[at:until], gap_start, max(gap_start, gap_end))
        at = until
    return tuple(WordTime(word=index, start=start, end=end) for index, (start, end) in enumerate(times))


def _in_order(known: dict[int, tuple[float, float]], duration: float) -> dict[int, tuple[float, float]]:
    ordered: dict[int, tuple[float, float]] = {}
    rest = 0.0
    for index in sorted(known):
        start = min(max(known[index][0], rest), duration)
        rest = min(max(known[index][1], start), duration)
        ordered[index] = (start, rest)
    return ordered


def _shared(words: Sequence[str], start: float, end: float) -> list[tuple[float, float]]:
    letters = [max(1, len(word)) for word in words]
    rate = (end - start) / sum(letters)
    edges = [start + rate * sum(letters[:index]) for index in range(len(words) + 1)]
    return list(zip(edges, [*edges[1:-1], end], strict=False))


def find_in_text(words: Sequence[str], said: Sequence[tuple[str, float, float]]) -> list[Span]:
    """Return where texts that a voice reports in order (text, start, end) stand in `" ".join(words)`.

    Only letters and figures are compared, without case. A text that is not found near where it should be is left out.
    """
    text = " ".join(words)
    places = [at for at, character in enumerate(text) if _counts(character)]
    letters = "".join(_folded(text[at]) for at in places)
    spans: list[Span] = []
    rest = 0
    for reported, start, end in said:
        wanted = "".join(_folded(c) for c in unicodedata.normalize("NFC", reported) if _counts(c))
        # a text said later may stand this far on when the voice left some words out
        found = letters.find(wanted, rest, rest + len(wanted) + 80) if wanted else -1
        if found >= 0:
            rest = found + len(wanted)
            spans.append(Span(places[found], places[rest - 1] + 1, start, end))
    return spans


def _counts(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"


def _folded(character: str) -> str:
    low = character.lower()
    return low if len(low) == 1 else character
