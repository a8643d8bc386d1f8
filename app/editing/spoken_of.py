"""Where on the axis of places the footage lies that a voice speaks of, and how well a span shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from app.editing.matching import Match
from app.editing.pool import Floats, Ints, Place, Pool


@dataclass(frozen=True)
class SpokenOf:
    """A match, with the begin and end (axis, one a shot) of the footage that it speaks of."""

    match: Match
    begin: Floats
    end: Floats

    @property
    def frame(self) -> int:
        """The output frame in which its first word begins."""
        return self.match.frame


def spoken_of(pool: Pool, matches: Iterable[Match]) -> tuple[SpokenOf, ...]:
    """Return the matches whose footage has something that may be shown."""
    number = {item.info.content_hash: n for n, item in enumerate(pool.usable.footage)}
    found = (SpokenOf(m, *pool.stretches(number[m.source], m.span)) for m in matches if m.source in number)
    return tuple(one for one in found if (one.end > one.begin).any())


def match_of(spoken: Sequence[tuple[SpokenOf, float]], start: Floats, shot: Ints, seconds: float) -> Floats:
    """Return how well, 0 to 1, spans of `seconds` from each `start` (axis) of each `shot` show what is spoken of.

    `spoken` holds it with the seconds into the span at which each word begins: then the footage must be on screen. What
    counts is the part of the span that shows it, and the weight of the match; of several the best counts.
    """
    best = np.zeros(len(start))
    for one, into in spoken:
        begin, end = one.begin[shot], one.end[shot]
        at_word = (begin <= start + into + 1e-6) & (start + into < end)
        shown = np.minimum(start + seconds, end) - np.maximum(start, begin)
        best = np.maximum(best, np.where(at_word, one.match.weight * np.clip(shown / seconds, 0.0, 1.0), 0.0))
    return best


def best_match(spoken: Sequence[tuple[SpokenOf, float]], place: Place) -> Match | None:
    """Return the match that a place shows best, or None when it shows nothing that is spoken of."""
    at, of = np.array([place.start]), np.array([place.shot])
    values = [(float(match_of([one], at, of, place.seconds)[0]), one[0].match) for one in spoken]
    value, match = max(values, key=lambda pair: pair[0], default=(0.0, None))
    return match if value > 0 else None
