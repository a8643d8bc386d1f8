"""The best stretches of one file, as long together as was asked for: what there is to choose from, without a script."""

from collections.abc import Iterable

from app.models.media import Shot
from app.models.timing import Span

SHORTEST = 0.5
"""Seconds: what is left of the target below this is left open, as a shorter stretch is a flash."""


def best_segments(shots: Iterable[Shot], target: float) -> tuple[tuple[Shot, Span], ...]:
    """Return usable shots and what of each to take, in the order of the file, `target` seconds together at most.

    The best scores come first; the last one that fits is cut at its end.
    """
    usable = sorted((shot for shot in shots if shot.reject is None), key=lambda shot: (-shot.score, shot.span.start))
    chosen, left = [], target
    for shot in usable:
        length = min(shot.span.length, left)
        if length < min(SHORTEST, target):
            break
        chosen.append((shot, Span(start=shot.span.start, end=round(shot.span.start + length, 3))))
        left -= length
    return tuple(sorted(chosen, key=lambda pair: pair[1].start))
