"""A clip as the library keeps it: one identity from the choice of its shots on, through every change and render."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.models.base import Record

ClipState = Literal["new", "kept", "dropped"]


class Clip(Record):
    """One clip. `files` are its newest render's by kind (mp4, srt, jpg, edit), in URL quoting; empty: never rendered.

    `edit_identity` is the edit document it is to be, `rendered_identity` the one that its files show. `job_id` is the
    job it came of, `render_job_id` the render that was asked for last.
    """

    id: str
    job_id: str
    project_id: str | None = None
    script_id: str | None = None
    name: str
    state: ClipState = "new"
    edit_identity: str
    rendered_identity: str | None = None
    render_job_id: str | None = None
    files: dict[str, str] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    version: int = 1
    created_at: datetime
    updated_at: datetime | None = None

    @property
    def is_rendered(self) -> bool:
        """Whether there are files to look at."""
        return bool(self.files)

    @property
    def is_stale(self) -> bool:
        """Whether its files show an older document than the newest. (Rows from before that was noted show theirs.)"""
        return self.is_rendered and (self.rendered_identity or self.edit_identity) != self.edit_identity


class ClipFilter(Record):
    """Which clips: every field that is set must fit."""

    project_id: str | None = None
    state: ClipState | None = None
    search: str | None = None


class NewClip(Record):
    """A clip whose shots were chosen, and which nobody has rendered yet."""

    id: str
    name: str
    edit_identity: str
    render_job_id: str | None = None
    script_id: str | None = None
    notes: tuple[str, ...] = ()
