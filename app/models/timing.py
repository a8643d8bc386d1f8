"""Time: stretches of seconds, stretches of output frames, and the one place that turns seconds into frames.

Time on the output side is whole frames. Wherever two times belong together, they go from module to module as one
of these types; a single moment or length is a plain number whose name or docstring tells its unit.
"""

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

    @classmethod
    def lasting(cls, start: float, seconds: float) -> "Span":
        """Return the stretch of so many seconds from `start` on."""
        return cls(start=start, end=start + seconds)

    @property
    def length(self) -> float:
        """Seconds from start to end."""
        return self.end - self.start

    def later(self, seconds: float) -> "Span":
        """Return it so many seconds later."""
        return Span(start=self.start + seconds, end=self.end + seconds)

    def overlap(self, other: "Span") -> float:
        """Seconds that both spans share."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))


class FrameSpan(Record):
    """Output frames from `start` up to `end` (exclusive); counted from a shot's own first one, they may be below 0."""

    start: int
    end: int

    @classmethod
    def lasting(cls, start: int, count: int) -> "FrameSpan":
        """Return `count` frames from `start` on."""
        return cls(start=start, end=start + count)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"frames end ({self.end}) before they start ({self.start})")
        return self

    @property
    def count(self) -> int:
        """How many frames there are."""
        return self.end - self.start

    @property
    def seconds(self) -> Span:
        """When they are on screen."""
        return Span(start=seconds_of(self.start), end=seconds_of(self.end))

    def later(self, frames: int) -> "FrameSpan":
        """Return it so many frames later."""
        return FrameSpan(start=self.start + frames, end=self.end + frames)

    def within(self, other: "FrameSpan") -> "FrameSpan":
        """Return the part of it that lies in `other`; where none does, no frame at the nearest end."""
        start, end = (min(max(frame, other.start), other.end) for frame in (self.start, self.end))
        return FrameSpan(start=start, end=end)


class Excerpt(Record):
    """What `frames` output frames show of a source, from its second `start` on (or a place's on an axis of seconds)."""

    start: float
    frames: int

    @property
    def span(self) -> Span:
        """The seconds of the source that are shown."""
        return Span.lasting(self.start, seconds_of(self.frames))


def whole_microseconds(seconds: float) -> float:
    """Return a time rounded up to whole microseconds, in which documents keep the starts of excerpts."""
    return math.ceil(seconds * 1e6) / 1e6


def frame_at(seconds: float, fps: int = OUTPUT_FPS) -> int:
    """Return the frame that is on screen at `seconds`: floor(t x fps + 1e-6)."""
    return math.floor(seconds * fps + _SLACK)


def frame_nearest(seconds: float, fps: int = OUTPUT_FPS) -> int:
    """Return the frame that begins nearest to `seconds`: a length that a person asked for, in frames."""
    return round(seconds * fps)


def frames_within(seconds: float, fps: int = OUTPUT_FPS) -> int:
    """Return the most whole frames that last no longer than `seconds`."""
    return frame_at(seconds, fps)


def frames_covering(seconds: float, fps: int = OUTPUT_FPS) -> int:
    """Return the least number of whole frames that lasts at least `seconds`."""
    return math.ceil(seconds * fps - _SLACK)


def seconds_of(frames: int, fps: int = OUTPUT_FPS) -> float:
    """Return the time in seconds at which frame `frames` begins."""
    return frames / fps
