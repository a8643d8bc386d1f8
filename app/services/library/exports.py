"""Exports in the library: rows by owner, and where their files are."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.config import Settings
from app.db import Database
from app.db.tables import exports
from app.db.types import now
from app.models.library.export import Export, ExportFilter
from app.services.library import rows
from app.services.library.ownership import owned
from app.services.library.pages import Order, Page, newest_first, page_of

FOLDER = "exports"

_ORDERS = {"newest": newest_first(exports), "oldest": Order(exports.c.created_at, exports.c.id)}


class Exports:
    """The exports of one database. Those of others are as unknown as those that are not there (export_unknown)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, owner: str | None, wanted: ExportFilter, *, sort: str = "newest", limit: int, cursor: str | None = None
    ) -> Page[Export]:
        """Return one page of exports."""
        given = {name: value.replace("\0", "") for name, value in dict(wanted).items() if value is not None}
        fitting = [exports.c[name] == value for name, value in given.items()]
        query = select(exports).where(owned(exports, owner), *fitting)
        with self._database.read() as connection:
            return page_of(
                connection, query, _ORDERS, sort, lambda row: rows.record(Export, row), limit=limit, cursor=cursor
            )

    def get(self, owner: str | None, export_id: str) -> Export:
        """Return an export."""
        with self._database.read() as connection:
            return rows.record(Export, rows.require(connection, exports, "export", owner, export_id))

    def new(self, owner: str | None, export_id: str, **columns: Any) -> Export:
        """Note an export and return it; one of that id that is there already is returned as it is."""
        with self._database.write() as connection:
            there = rows.find(connection, exports, owner, export_id, lock=True)
            if there is None:
                values = {"path": None, "bytes": None, "created_at": now(), **columns}
                connection.execute(insert(exports).values(id=export_id, owner=owner, **values))
            return rows.record(Export, rows.require(connection, exports, "export", owner, export_id))

    def finish(self, settings: Settings, export_id: str, made: Path) -> None:
        """Note where the finished file is."""
        with self._database.write() as connection:
            finished(connection, settings, export_id, made)

    def remove(self, owner: str | None, export_id: str) -> Export:
        """Forget an export and return what it was; its file is the caller's."""
        with self._database.write() as connection:
            row = rows.require(connection, exports, "export", owner, export_id, lock=True)
            connection.execute(delete(exports).where(exports.c.id == row.id))
            return rows.record(Export, row)


def export_folder(settings: Settings, export_id: str) -> Path:
    """Return the folder of one export: there is nothing else in it."""
    return settings.data_dir / FOLDER / export_id


def finished(connection: Connection, settings: Settings, export_id: str, made: Path) -> None:
    """Note where the finished file of an export is; nothing when somebody has removed the export."""
    name = made.relative_to(settings.data_dir).as_posix()
    mine = update(exports).where(exports.c.id == export_id)
    connection.execute(mine.values(path=name, bytes=made.stat().st_size))
