"""Marks in the library: what a person knows of stretches of footage, by video and by project."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, and_, cast, or_, select

from app.db import Database
from app.db.folding import folded
from app.db.tables import media, project_videos, projects, segments
from app.errors import InputError
from app.models.letters import fold
from app.models.library.media import FOOTAGE
from app.models.library.segment import Segment, SegmentChange, SegmentFields, SegmentFilter
from app.models.marks import MOST_MARKS
from app.models.media import MediaInfo
from app.services.library import rows
from app.services.library.ownership import owned
from app.services.library.pages import Order, Page, page_of, usual_orders

_BEYOND = 0.05
"""Seconds that a mark may end behind a file's end: lengths are told rounded."""

_ORDERS = {**usual_orders(segments), "start": Order(segments.c.start_seconds, segments.c.id)}


class Segments:
    """The marks of one database. Those of others are as unknown as those that are not there (segment_unknown)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        owner: str | None,
        wanted: SegmentFilter,
        *,
        sort: str = "newest",
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[Segment]:
        """Return one page of marks; `sort` is newest, oldest, updated or start.

        Raises `InputError`: video_unknown or project_unknown for a filter by what is not there.
        """
        with self._database.read() as connection:
            if wanted.video_id is not None:
                require_footage(connection, owner, wanted.video_id)
            if wanted.project_id is not None:
                rows.require(connection, projects, "project", owner, wanted.project_id)
            query = select(segments).where(owned(segments, owner), *_fitting(owner, wanted))
            return page_of(connection, query, _ORDERS, sort, segment_of, limit=limit, cursor=cursor)

    def get(self, owner: str | None, segment_id: str) -> Segment:
        """Return a mark."""
        with self._database.read() as connection:
            return segment_of(rows.require(connection, segments, "segment", owner, segment_id))

    def new(self, owner: str | None, video_id: str, fields: SegmentFields, segment_id: str) -> Segment:
        """Mark a stretch of a video or photograph, and return the mark.

        Raises `InputError`: video_unknown, project_unknown, video_not_in_project, beyond_end or too_many_marks.
        """
        with self._database.write() as connection:
            info = require_footage(connection, owner, video_id, lock=True)
            _require_room(connection, video_id)
            whole = _checked(connection, owner, video_id, info, fields)
            values = {"id": segment_id, "owner": owner, "video_id": video_id, **_columns(whole)}
            return segment_of(rows.add(connection, segments, values))

    def change(self, owner: str | None, segment_id: str, change: SegmentChange, expected: int | None = None) -> Segment:
        """Change what is named of a mark, and return it. Raises `InputError` as `new` does, or version_conflict."""
        with self._database.write() as connection:
            return self._change(connection, owner, segment_id, change, expected)

    def change_all(self, owner: str | None, segment_ids: Sequence[str], change: SegmentChange) -> list[Segment]:
        """Change all of these marks, or none when one cannot be; return them in that order."""
        with self._database.write() as connection:
            known = dict.fromkeys(segment_ids)
            done = {one: self._change(connection, owner, one, change, None) for one in sorted(known)}
            return [done[one] for one in known]

    def remove(self, owner: str | None, segment_id: str, expected: int | None = None) -> None:
        """Remove a mark. Raises `InputError` (version_conflict)."""
        with self._database.write() as connection:
            rows.remove(connection, segments, "segment", owner, segment_id, expected)

    def remove_all(self, owner: str | None, segment_ids: Sequence[str]) -> None:
        """Remove all of these marks, or none when one is not there."""
        with self._database.write() as connection:
            for one in sorted(set(segment_ids)):
                rows.remove(connection, segments, "segment", owner, one, None)

    def _change(
        self, connection: Connection, owner: str | None, segment_id: str, change: SegmentChange, expected: int | None
    ) -> Segment:
        row = rows.require(connection, segments, "segment", owner, segment_id, lock=True)
        before = segment_of(row).model_dump(include=set(SegmentFields.model_fields))
        after = rows.valid(SegmentFields, {**before, **change.model_dump(include=change.model_fields_set)})
        info = require_footage(connection, owner, row.video_id)
        whole = _checked(connection, owner, row.video_id, info, after)
        changed = rows.change(connection, segments, "segment", owner, segment_id, _columns(whole), expected)
        return segment_of(changed)


def require_footage(connection: Connection, owner: str | None, video_id: str, *, lock: bool = False) -> MediaInfo:
    """Return what the video or photograph is. Raises `InputError` (video_unknown)."""
    row = rows.require(connection, media, "video", owner, video_id, lock=lock)
    if row.kind not in FOOTAGE:
        raise rows.unknown("video", video_id)
    return MediaInfo.model_validate(row.info)


def of_project(owner: str | None, project_id: str) -> ColumnElement[bool]:
    """Return the condition that a mark counts in a project: it is the project's, or everywhere its video's."""
    videos = select(project_videos.c.video_id).where(
        project_videos.c.project_id == project_id, owned(project_videos, owner)
    )
    everywhere = and_(segments.c.project_id.is_(None), segments.c.video_id.in_(videos))
    return or_(segments.c.project_id == project_id, everywhere)


def _fitting(owner: str | None, wanted: SegmentFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.video_id is not None:
        conditions.append(segments.c.video_id == wanted.video_id)
    if wanted.project_id is not None:
        conditions.append(of_project(owner, wanted.project_id))
    if wanted.favourite is not None:
        conditions.append(segments.c.favourite.is_(wanted.favourite))
    if wanted.keyword is not None:
        written = json.dumps(fold(wanted.keyword.replace("\0", "")), ensure_ascii=False)
        conditions.append(folded(cast(segments.c.keywords, Text)).contains(written, autoescape=True))
    return conditions


def _checked(
    connection: Connection, owner: str | None, video_id: str, info: MediaInfo, fields: SegmentFields
) -> SegmentFields:
    """Return the fields with their end. Raises `InputError`."""
    if fields.project_id is not None:
        _require_in_project(connection, owner, fields.project_id, video_id)
    length = 1.0 if info.still else info.duration
    whole = fields if fields.end is not None else rows.valid(SegmentFields, {**dict(fields), "end": length})
    if not info.still and (whole.end or 0.0) > length + _BEYOND:
        raise InputError(
            f"The mark ends at {whole.end:g} s, and the file is {length:.2f} s long.",
            hint=f"Let it end at {length:.2f} s, or leave the end out.",
            subject="end",
            code="beyond_end",
        )
    return whole


def _require_in_project(connection: Connection, owner: str | None, project_id: str, video_id: str) -> None:
    rows.require(connection, projects, "project", owner, project_id)
    link = select(project_videos.c.video_id).where(
        project_videos.c.project_id == project_id, project_videos.c.video_id == video_id
    )
    if connection.execute(link).first() is None:
        raise InputError(
            "The project does not have this video.",
            hint="Add it to the project first, or leave project_id out.",
            subject="project_id",
            code="video_not_in_project",
        )


def _require_room(connection: Connection, video_id: str) -> None:
    found = connection.execute(select(segments.c.id).where(segments.c.video_id == video_id).limit(MOST_MARKS)).all()
    if len(found) >= MOST_MARKS:
        raise InputError(
            f"The video has {MOST_MARKS} marks, and can have no more.",
            hint="Remove some of them.",
            subject="video_id",
            code="too_many_marks",
        )


def _columns(fields: SegmentFields) -> dict[str, Any]:
    plain = fields.model_dump(mode="json")
    return {"start_seconds": plain.pop("start"), "end_seconds": plain.pop("end"), **plain}


def segment_of(row: Row[Any]) -> Segment:
    """Return a row as a record."""
    return rows.record(Segment, row, start=row.start_seconds, end=row.end_seconds)
