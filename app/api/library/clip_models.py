"""Clips as the API tells of them: where their files are on the server stays inside."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from app.api.lists import NEXT, TOTAL
from app.models.base import Record
from app.models.library.changes import UNSAID, Change
from app.models.library.clip import Clip, ClipState
from app.models.library.texts import Name
from app.services.library.pages import Page

CLIPS = "/api/v1/library/clips"

FileKind = Literal["mp4", "srt", "jpg", "edit"]

STATE_OF: Mapping[bool | None, ClipState] = MappingProxyType({True: "kept", False: "dropped", None: "new"})
"""States by what `selected` says."""


class ClipView(Record):
    """A clip: one of several that were chosen together, the same one through every change and render."""

    id: str = Field(examples=["0b4c9f0e-8a53-4b0e-9a41-5c2f0d8c7c11"])
    name: str = Field(examples=["clip-01"])
    project_id: str | None
    script_id: str | None = Field(description="The script of the library that it speaks, where it is one.")
    job_id: str = Field(description="The job that chose it.")
    render_job_id: str | None = Field(description="The render that was asked for last.")
    state: ClipState = Field(description="What a person thinks of it.")
    selected: bool | None = Field(description="The same: kept, dropped, or nobody has said.")
    edit: str = Field(description="Its edit document's identity: another one, another clip to see.")
    rendered: bool = Field(description="Whether there are files.")
    stale: bool = Field(description="Whether its files show an older document: render it to see the newest.")
    files: dict[str, str] = Field(
        description="Addresses of its files by kind.", examples=[{"mp4": f"{CLIPS}/0b4c9f0e/files/mp4"}]
    )
    notes: tuple[str, ...] = Field(description="What to know of it.")
    version: int = Field(description="Grows with every change by a person; the answer's ETag.")
    created_at: datetime
    updated_at: datetime


class ClipList(Record):
    """One page of clips."""

    clips: tuple[ClipView, ...]
    next_cursor: str | None = Field(description=NEXT)
    total: int = Field(description=TOTAL)


class ClipChange(Change):
    """What to change of a clip."""

    name: Name = UNSAID
    state: ClipState = UNSAID


class ClipsMarked(Record):
    """The clips that were marked."""

    clips: tuple[ClipView, ...]


def view(clip: Clip) -> ClipView:
    """Return a clip as it is told."""
    same = {name: getattr(clip, name) for name in ClipView.model_fields.keys() & Clip.model_fields.keys()}
    return ClipView.model_validate(
        {
            **same,
            "selected": next(selected for selected, state in STATE_OF.items() if state == clip.state),
            "edit": clip.edit_identity,
            "rendered": clip.is_rendered,
            "stale": clip.is_stale,
            "files": {kind: f"{CLIPS}/{clip.id}/files/{kind}" for kind in clip.files},
            "updated_at": clip.updated_at or clip.created_at,
        }
    )


def page_view(page: Page[Clip]) -> ClipList:
    """Return one page as it is told."""
    return ClipList(clips=tuple(map(view, page.items)), next_cursor=page.next_cursor, total=page.total)
