"""Exports: files of clips as they were when somebody asked for them, whatever becomes of the clips."""

from datetime import datetime
from typing import Any, Literal

from app.models.base import Record

ExportKind = Literal["mp4", "srt", "vtt", "ass", "json", "otio", "thumbnail", "zip"]

TEXTS: frozenset[ExportKind] = frozenset({"srt", "vtt", "ass", "json", "otio"})
"""Kinds that are written from the edit document alone."""


class Export(Record):
    """One file. `details` says of which clips, and for which preset; `path` is under the data folder, None: not yet."""

    id: str
    project_id: str | None
    clip_id: str | None
    kind: ExportKind
    name: str
    job_id: str
    details: dict[str, Any]
    path: str | None
    bytes: int | None
    media_type: str
    created_at: datetime


class ExportFilter(Record):
    """Which exports: every field that is set must fit."""

    project_id: str | None = None
    clip_id: str | None = None
