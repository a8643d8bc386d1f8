"""What a person marks in footage: what it shows, what to prefer, what must be shown and what never may be."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.models.base import Record
from app.models.timing import Span

MOST_MARKS = 2_000
"""Marks of one kind in one file: far beyond what a person sets, and far below what would slow the choice."""

Words = Annotated[str, Field(min_length=1, max_length=120)]
Keywords = Annotated[tuple[Words, ...], Field(max_length=200)]
Seconds = Annotated[float, Field(ge=0)]
Role = Literal["main", "secondary"]


class _Stretch(Record):
    """A stretch of a file in seconds, `start` inclusive, `end` exclusive."""

    start: Seconds
    end: Seconds

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"it ends at {self.end:g} s, and begins at {self.start:g} s")
        return self

    @property
    def span(self) -> Span:
        """The same stretch as what other floors speak of."""
        return Span(start=self.start, end=self.end)


class MarkedSegment(_Stretch):
    """A stretch with what a person knows of it.

    Where the script says one of `keywords`, or a word of `description`, it is shown by preference. A `favourite` is
    preferred everywhere, `never_use` is never shown, not one frame, and `single_use` is shown in at most one clip.
    `note` is for people only.
    """

    keywords: Keywords = ()
    description: Annotated[str, Field(max_length=2_000)] = ""
    note: Annotated[str, Field(max_length=2_000)] = ""
    favourite: bool = False
    never_use: bool = False
    single_use: bool = False


class Pin(_Stretch):
    """A stretch that must be shown whole: in clip number `clip` (from 1), or in every one.

    `shot` is its place in the clip: 1 opens it; without it any place will do.
    """

    clip: Annotated[int, Field(ge=1, le=1_000)] | None = None
    shot: Annotated[int, Field(ge=1, le=1_000)] | None = None


class FileMarks(Record):
    """Marks of one file, known by its name or its content hash.

    `secondary` files are shown where the script says their keywords, and the others everywhere else.
    """

    file: Annotated[str, Field(min_length=1, max_length=1_000)]
    role: Role | None = None
    description: Annotated[str, Field(max_length=2_000)] = ""
    keywords: Keywords = ()
    segments: Annotated[tuple[MarkedSegment, ...], Field(max_length=MOST_MARKS)] = ()
    pins: Annotated[tuple[Pin, ...], Field(max_length=MOST_MARKS)] = ()

    @model_validator(mode="after")
    def _pins_may_be_shown(self) -> Self:
        for pin in self.pins:
            for segment in self.segments:
                if segment.never_use and pin.span.overlap(segment.span):
                    raise ValueError(
                        f"{pin.start:g} to {pin.end:g} s must be shown (a pin), and of it {segment.start:g} to"
                        f" {segment.end:g} s never may (never_use)"
                    )
        return self


class FootageMarks(Record):
    """Everything a person marked in the footage of one project."""

    files: Annotated[tuple[FileMarks, ...], Field(max_length=MOST_MARKS)] = ()

    @property
    def name_clips(self) -> bool:
        """Whether something is pinned in one clip by its number."""
        return any(pin.clip is not None for file in self.files for pin in file.pins)
