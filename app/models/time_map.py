"""Where each moment of a sound is after stretches were cut out of it."""

from itertools import accumulate, pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.models.base import Record
from app.models.voice import WordTime

Sample = Annotated[int, Field(ge=0)]


class TimeMap(Record):
    """The stretches of samples that are kept, (first, one behind the last) in the old sound's order, at `rate` Hz.

    The new sound is these one after the other, so that it is exact to a sample. A moment that was cut out is at the
    joint; what is before or behind all is at the new sound's beginning or end. Times never change their order.
    """

    rate: Annotated[int, Field(ge=1)]
    kept: Annotated[tuple[tuple[Sample, Sample], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        edges = [edge for stretch in self.kept for edge in stretch]
        if any(before > after for before, after in pairwise(edges)):
            raise ValueError("the stretches that are kept overlap, or are out of order")
        return self

    @property
    def length(self) -> int:
        """Samples of the new sound."""
        return sum(end - first for first, end in self.kept)

    @property
    def joints(self) -> tuple[tuple[int, int, int], ...]:
        """Where one stretch ends and the next begins: (sample of the new sound, old sample before, old after)."""
        new = accumulate(end - first for first, end in self.kept)
        return tuple((at, left[1], right[0]) for at, (left, right) in zip(new, pairwise(self.kept), strict=False))

    def at(self, seconds: float) -> float:
        """Return when, in the new sound, what was at `seconds` of the old one sounds."""
        old, new = seconds * self.rate, 0.0
        for first, end in self.kept:
            new += min(max(old, first), end) - first
        return new / self.rate

    def words(self, times: tuple[WordTime, ...]) -> tuple[WordTime, ...]:
        """Return the words' times in the new sound."""
        return tuple(time.evolve(start=self.at(time.start), end=self.at(time.end)) for time in times)
