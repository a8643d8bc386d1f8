"""Time on the output side is whole frames; this is the one place that turns seconds into them."""

import math
from typing import Self

from pydantic import model_validator

from app.models.base import Record

OUTPUT_FPS = 30
"""Frames a second of every clip."""

_SLACK = 1e-6  # a word at exactly frame k must not fall to k-1 because of binary fractions


class Span(Record):
    """A stretch of time in seconds, `start` inclusive, `end` exclusive."""

    start: float
    end: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"span ends ({self.end}) before it starts ({self.start})")
        return self

    @property
    def length(self) -> float:
        """Seconds from start to end."""
        return self.end - self.start

    def overlap(self, other: "Span") -> float:
        """Seconds that both spans share."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))


class FrameSpan(Record):
    """Output frames from `start` up to `end` (exclusive)."""

    start: int
    end: int

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"frames end ({self.end}) before they start ({self.start})")
        return self

    @property
    def count(self) -> int:
        """How many frames there are."""
        return self.end - self.start

    def within(self, other: "FrameSpan") -> "FrameSpan":
        """Return the part of it that lies in `other`; where none does, no frame at the nearest end."""
        start, end = (min(max(frame, other.start), other.end) for frame in (self.start, self.end))
        return FrameSpan(start=start, end=end)


def frame_at(seconds: float, fps: int = OUTPUT_FPS) -> int:
    """Return the frame that is on screen at `seconds`: floor(t x fps + 1e-6)."""
    return math.floor(seconds * fps + _SLACK)


def frames_covering(seconds: float, fps: int = OUTPUT_FPS) -> int:
    """Return the least number of whole frames that lasts at least `seconds`."""
    return math.ceil(seconds * fps - _SLACK)


def seconds_of(frames: int, fps: int = OUTPUT_FPS) -> float:
    """Return the time in seconds at which frame `frames` begins."""
    return frames / fps
