"""Marks of the library: a stretch of a video or photograph with what a person knows of it."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from app.models.base import Record
from app.models.library.changes import UNSAID, Change
from app.models.library.texts import Id, without_nul
from app.models.marks import MarkedSegment, Pin

LONGEST = 7 * 86_400.0
"""Seconds of the longest file anyone marks."""

Seconds = Annotated[float, Field(ge=0, le=LONGEST)]
Note = Annotated[str, Field(max_length=2_000), AfterValidator(without_nul)]
Keyword = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(without_nul)]
Keywords = Annotated[tuple[Keyword, ...], Field(max_length=200)]
Number = Annotated[int, Field(ge=1, le=1_000)]


class SegmentPin(Record):
    """That the stretch must be shown whole."""

    clip: Number | None = Field(default=None, description="In the clip of this number; null: in every one.")
    shot: Number | None = Field(default=None, description="As this shot of it, 1 opens it; null: anywhere.")


class SegmentFields(Record):
    """What a person says of a stretch."""

    start: Seconds = Field(default=0.0, description="Seconds into the file.", examples=[3.2])
    end: Seconds | None = Field(default=None, description="Seconds; null: to the file's end.", examples=[6.0])
    project_id: Id | None = Field(default=None, description="Only in this project; null: wherever the video is used.")
    keywords: Keywords = Field(
        default=(), description="Where the script says one, this is shown.", examples=[["cafea"]]
    )
    description: Note = Field(default="", description="What is seen; its words count like keywords, less clearly.")
    note: Note = Field(default="", description="For people only.")
    favourite: bool = Field(default=False, description="Preferred everywhere.")
    never_use: bool = Field(default=False, description="Not one frame of it is shown.")
    single_use: bool = Field(default=False, description="In at most one clip.")
    pin: SegmentPin | None = Field(default=None, description="Must be shown; null: it need not.")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"it ends at {self.end:g} s, and begins at {self.start:g} s")
        if self.never_use and self.pin is not None:
            raise ValueError("what is never_use cannot be pinned")
        return self


class SegmentChange(Change):
    """What to change of a mark."""

    start: Seconds = UNSAID
    end: Seconds = UNSAID
    project_id: Id | None = UNSAID
    keywords: Keywords = UNSAID
    description: Note = UNSAID
    note: Note = UNSAID
    favourite: bool = UNSAID
    never_use: bool = UNSAID
    single_use: bool = UNSAID
    pin: SegmentPin | None = UNSAID


class Segment(SegmentFields):
    """A mark as it is kept."""

    id: str
    video_id: str
    end: Seconds
    version: int
    created_at: datetime
    updated_at: datetime

    def as_marked(self) -> MarkedSegment:
        """Return what it says of the stretch, as the choice of shots reads it."""
        said = self.model_dump(include=set(MarkedSegment.model_fields))
        return MarkedSegment.model_validate(said)

    def as_pin(self) -> Pin | None:
        """Return that the stretch must be shown, or None."""
        if self.pin is None:
            return None
        return Pin(start=self.start, end=self.end, clip=self.pin.clip, shot=self.pin.shot)


class SegmentFilter(Record):
    """Which marks: every field that is set must fit. A project's are also those of its videos in every project."""

    video_id: str | None = None
    project_id: str | None = None
    keyword: str | None = None
    favourite: bool | None = None
