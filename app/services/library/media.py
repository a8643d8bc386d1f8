"""Footage, music and logos of the library: rows by owner, and the files behind them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.config import Settings
from app.db import Database
from app.db.tables import media, project_videos, projects, segments
from app.db.types import now
from app.errors import MediaError
from app.models.library.media import ASSETS, KINDS, MediaFilter, MediaKind, MediaRow
from app.services.library import rows
from app.services.library.contents import Contents
from app.services.library.ownership import owned
from app.services.library.pages import Page, containing, page_of, usual_orders
from app.services.sources import unquoted


class Media:
    """The media of one database. Rows of others are as unknown as rows that are not there.

    Methods that take `kinds` raise `InputError` for a row of another kind as for none: video_unknown, asset_unknown
    (music, logos) or audio_unknown (speech), by what was looked for.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._contents = Contents(settings)

    def require(self, owner: str | None, media_id: str, kinds: Sequence[MediaKind] = KINDS) -> MediaRow:
        """Return the row."""
        with self._database.read() as connection:
            return media_row(_required(connection, owner, media_id, kinds))

    def all_of(self, owner: str | None, media_ids: Sequence[str], kinds: Sequence[MediaKind]) -> list[MediaRow]:
        """Return the rows of these ids, in their order; the first that is unknown is the error."""
        with self._database.read() as connection:
            return [media_row(_required(connection, owner, media_id, kinds)) for media_id in media_ids]

    def page(
        self,
        owner: str | None,
        wanted: MediaFilter,
        *,
        sort: str = "newest",
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[MediaRow]:
        """Return one page; `sort` is newest, oldest, name or updated. Raises `InputError` as `page_of`."""
        query = select(media).where(owned(media, owner), media.c.kind.in_(wanted.kinds))
        if wanted.search is not None:
            query = query.where(containing(wanted.search, media.c.name))
        with self._database.read() as connection:
            if wanted.project_id is not None:
                rows.require(connection, projects, "project", owner, wanted.project_id)
                having = project_videos.c.project_id == wanted.project_id
                query = query.where(media.c.id.in_(select(project_videos.c.video_id).where(having)))
            return page_of(connection, query, usual_orders(media), sort, media_row, limit=limit, cursor=cursor)

    def path_of(self, row: MediaRow) -> Path:
        """Return where the file is. Raises `MediaError` (media_gone) when it is not there any more.

        Of one that stays with its person, who may have put another one there, the size must be the same.
        """
        with self._database.read() as connection:
            path = unquoted(row.place) if row.place is not None else self._contents.find(connection, row.content_hash)
        if path is None or not path.is_file() or (row.place is not None and path.stat().st_size != row.bytes):
            raise MediaError(
                f"The file of {row.name} is gone, or was changed.",
                hint="Bring it in again.",
                subject=row.name,
                code="media_gone",
            )
        return path

    def rename(
        self,
        owner: str | None,
        media_id: str,
        name: str,
        expected: int | None = None,
        kinds: Sequence[MediaKind] = KINDS,
    ) -> MediaRow:
        """Give it another name and return it. Raises `InputError` (version_conflict)."""
        with self._database.write() as connection:
            noun = _noun(_required(connection, owner, media_id, kinds).kind)
            return media_row(rows.change(connection, media, noun, owner, media_id, {"name": name}, expected))

    def note(self, media_id: str, **columns: Any) -> None:
        """Note what came of it: `analysis_job_id`, `prepare_job_id`. That is no change two could quarrel about."""
        with self._database.write() as connection:
            connection.execute(update(media).where(media.c.id == media_id).values(**columns))

    def remove(
        self, owner: str | None, media_id: str, expected: int | None = None, kinds: Sequence[MediaKind] = KINDS
    ) -> MediaRow:
        """Forget it, its marks, and that projects have it; return what it was. Raises `InputError` (version_conflict).

        Its file goes with the next clean-up that finds nobody who needs it.
        """
        with self._database.write() as connection:
            noun = _noun(_required(connection, owner, media_id, kinds).kind)
            row = rows.remove(connection, media, noun, owner, media_id, expected)
            connection.execute(delete(segments).where(segments.c.video_id == media_id))
            connection.execute(delete(project_videos).where(project_videos.c.video_id == media_id))
            return media_row(row)


def add_media(connection: Connection, **columns: Any) -> None:
    """Write a new row with these `columns` of `media`; its version, its dates and what nobody knows yet are added."""
    moment = now()
    fresh = {"version": 1, "created_at": moment, "updated_at": moment, "details": {}, "place": None}
    connection.execute(insert(media).values(**fresh | columns))


def same_content(connection: Connection, owner: str | None, content_hash: str, kind: MediaKind) -> str | None:
    """Return the id of the oldest row of this owner, content and kind, or None."""
    query = select(media.c.id).where(owned(media, owner), media.c.content_hash == content_hash, media.c.kind == kind)
    return connection.execute(query.order_by(media.c.created_at, media.c.id).limit(1)).scalar()


def media_row(row: Row[Any]) -> MediaRow:
    """Return a row as a record."""
    return rows.record(MediaRow, row)


def _required(connection: Connection, owner: str | None, media_id: str, kinds: Sequence[MediaKind]) -> Row[Any]:
    row = rows.find(connection, media, owner, media_id)
    if row is None or row.kind not in kinds:
        raise rows.unknown(_noun(kinds[0]), media_id)
    return row


def _noun(kind: MediaKind) -> str:
    return "asset" if kind in ASSETS else "audio" if kind == "speech" else "video"
