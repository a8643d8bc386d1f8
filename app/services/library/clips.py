"""Clips in the library: looked at, kept or dropped, renamed, changed; and noted by the jobs that choose and render."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from app.db import Database
from app.db.tables import clips
from app.db.types import now
from app.models.library.clip import Clip, ClipFilter, ClipState, NewClip
from app.services.library import rows
from app.services.library.ownership import owned
from app.services.library.pages import Page, containing, page_of, usual_orders

_ORDERS = usual_orders(clips)
ORDERS = tuple(_ORDERS)
"""How lists of clips are sorted."""


class Clips:
    """The clips of a database. Every method takes the owner, for whom clips of others are not there.

    Raised are `InputError` with the codes clip_unknown and, where a version is expected, version_conflict.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, owner: str | None, clip_id: str, expected: int | None = None) -> Clip:
        """Return the clip."""
        with self._database.read() as connection:
            row = _required(connection, owner, clip_id)
            rows.require_version(row, "clip", expected)
            return clip_of(row)

    def some(self, owner: str | None, clip_ids: Sequence[str]) -> list[Clip]:
        """Return these clips, in that order, each once."""
        with self._database.read() as connection:
            return [clip_of(_required(connection, owner, one)) for one in dict.fromkeys(clip_ids)]

    def page(
        self,
        owner: str | None,
        wanted: ClipFilter,
        *,
        sort: str = "newest",
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[Clip]:
        """Return one page of the clips that fit. Raises `InputError` for a cursor or an order that is none."""
        query = select(clips).where(owned(clips, owner))
        if wanted.project_id is not None:
            query = query.where(clips.c.project_id == wanted.project_id.replace("\0", ""))
        if wanted.state is not None:
            query = query.where(clips.c.state == wanted.state)
        if wanted.search:
            query = query.where(containing(wanted.search, clips.c.name))
        with self._database.read() as connection:
            return page_of(connection, query, _ORDERS, sort, clip_of, limit=limit, cursor=cursor)

    def change(self, owner: str | None, clip_id: str, changes: dict[str, Any], expected: int | None = None) -> Clip:
        """Change columns of a clip, and return it."""
        with self._database.write() as connection:
            return clip_of(rows.change(connection, clips, "clip", owner, clip_id, changes, expected))

    def mark(self, owner: str | None, clip_ids: Sequence[str], state: ClipState) -> list[Clip]:
        """Mark all of these clips, or none of them when one is not there."""
        ids, changes = dict.fromkeys(clip_ids), {"state": state}
        with self._database.write() as connection:
            return [clip_of(rows.change(connection, clips, "clip", owner, one, changes, None)) for one in ids]

    def render_asked(self, owner: str | None, clip_id: str, job_id: str) -> None:
        """Note the render that was asked for last; that is no change of the clip itself."""
        with self._database.write() as connection:
            mine = (clips.c.id == clip_id, owned(clips, owner))
            connection.execute(update(clips).where(*mine).values(render_job_id=job_id))

    def remove(self, owner: str | None, clip_id: str, expected: int | None = None) -> Clip:
        """Remove a clip, and return what it was; its files are the caller's."""
        with self._database.write() as connection:
            return clip_of(rows.remove(connection, clips, "clip", owner, clip_id, expected))


def begin_clips(
    connection: Connection, new: Sequence[NewClip], *, job_id: str, project_id: str | None, owner: str | None
) -> None:
    """Note clips whose shots were chosen; those that are there already stay as they are."""
    there = set(connection.execute(select(clips.c.id).where(clips.c.id.in_([one.id for one in new]))).scalars())
    moment = now()
    for one in new:
        if one.id not in there:
            values = {**one.model_dump(mode="json"), "files": {}, "created_at": moment, "updated_at": moment}
            connection.execute(insert(clips).values(**values, job_id=job_id, project_id=project_id, owner=owner))


def forget_drafts(connection: Connection, job_ids: Sequence[str]) -> None:
    """Remove the clips that jobs, which were cancelled, chose and nobody has rendered or changed."""
    untouched = and_(clips.c.rendered_identity.is_(None), clips.c.version == 1, clips.c.state == "new")
    ids = [
        row.id
        for row in connection.execute(select(clips.c.id, clips.c.files).where(clips.c.job_id.in_(job_ids), untouched))
        if not row.files
    ]
    connection.execute(delete(clips).where(clips.c.id.in_(ids)))


def rendered_clip(connection: Connection, clip_id: str) -> Clip | None:
    """Return the clip that a render is of, locked until the transaction ends; None when it was removed."""
    row = connection.execute(select(clips).where(clips.c.id == clip_id).with_for_update()).one_or_none()
    return clip_of(row) if row is not None else None


def note_rendered(connection: Connection, clip: Clip, **changes: Any) -> None:
    """Note what a render made of the clip: whoever has the clip before them has not been overtaken by a person."""
    connection.execute(update(clips).where(clips.c.id == clip.id).values(**changes, updated_at=now()))


def note_changed(connection: Connection, clip: Clip, **changes: Any) -> None:
    """Note what a job that a person asked for changed of the clip itself: it is another version then."""
    values = {**changes, "version": clip.version + 1, "updated_at": now()}
    connection.execute(update(clips).where(clips.c.id == clip.id).values(**values))


def clip_of(row: Row[Any]) -> Clip:
    """Return a row as a record."""
    return rows.record(Clip, row)


def _required(connection: Connection, owner: str | None, clip_id: str) -> Row[Any]:
    return rows.require(connection, clips, "clip", owner, clip_id)
