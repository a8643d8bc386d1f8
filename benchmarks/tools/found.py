"""How what was found is held against what is there: each true change is found once, by the nearest answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from benchmarks.tools.footage import Truth, changes

NEAR = 2
"""Frames that a hard cut may be off."""


@dataclass(frozen=True)
class Found:
    """How many were there (`wanted`), how many answers were given (`told`), how many of these are `right`."""

    wanted: int
    told: int
    right: int

    @property
    def recall(self) -> float:
        """The share of what is there that was found; 1 where nothing is."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        """The share of the answers that is right; 1 where none was given."""
        return self.right / self.told if self.told else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of recall and precision."""
        both = self.wanted + self.told
        return 2 * self.right / both if both else 1.0

    @classmethod
    def total(cls, parts: Iterable[Self]) -> "Found":
        """Return all counts together."""
        counts = [(part.wanted, part.told, part.right) for part in parts]
        return Found(*(sum(column) for column in zip(*counts, strict=True))) if counts else Found(0, 0, 0)


def matched_cuts(frames: Sequence[int], truth: Truth) -> Found:
    """Hold frames at which shots are said to begin against the hard cuts.

    What is told within a dissolve or a fade, or `NEAR` it, counts neither for nor against: it is another figure's.
    """
    soft = [(first - NEAR, end + NEAR) for first, end in changes(truth, "dissolve", "fade")]
    told = [frame for frame in frames if not any(first <= frame <= end for first, end in soft)]
    wanted = [first for first, _ in changes(truth, "cut")]
    pairs = sorted((abs(a - b), a, b) for a in wanted for b in set(told) if abs(a - b) <= NEAR)
    return Found(len(wanted), len(told), _once(pairs))


def matched_spans(spans: Sequence[tuple[int, int]], truth: Truth) -> Found:
    """Hold spans (first frame, end) that are said to be dissolves or fades against those that are: they overlap."""
    wanted = changes(truth, "dissolve", "fade")
    shared = [(min(a[1], b[1]) - max(a[0], b[0]), a, b) for a in wanted for b in set(spans)]
    return Found(len(wanted), len(spans), _once(sorted((-frames, a, b) for frames, a, b in shared if frames > 0)))


def _once(pairs: Sequence[tuple[int, object, object]]) -> int:
    """Return how many pairs, nearest first, can be taken without using one side twice."""
    wanted, told = set(), set()
    for _, a, b in pairs:
        if a not in wanted and b not in told:
            wanted.add(a)
            told.add(b)
    return len(wanted)
