"""Bringing a database to the schema of this version: under a lock, in one transaction, after a copy was made."""

import os
import sqlite3
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from app.db.tables import SCHEMA
from app.errors import EnvironmentProblem

_SCRIPTS = Path(__file__).parent / "migrations"
_VERSION_TABLE = "alembic_version"
_ADVISORY_LOCK = 0x65646974  # any number that is ours: two processes must not migrate one Postgres at once
COPIES_KEPT = 3


def migrate(engine: Engine, url: str, backups: Path) -> None:
    """Bring the schema to this version's, keeping a copy of what was there first.

    On SQLite the copy is a file in `backups`, on Postgres a schema beside ours. Raises `EnvironmentProblem`
    (database_newer) for a database that a newer version has changed.
    """
    with engine.connect() as connection:
        if _current(connection) == head():
            return
    with engine.begin() as connection:
        if not _is_sqlite(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        current = _current(connection)
        if current == head():  # somebody else was quicker
            return
        _require_known(current)
        if current is not None:
            _copy(connection, url, backups, current)
        _upgrade(connection)


@cache
def head() -> str:
    """Return the newest revision there is a script for: their names are numbers in order."""
    return max(path.stem.partition("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _current(connection: Connection) -> str | None:
    schema = None if _is_sqlite(connection) else SCHEMA
    if not inspect(connection).has_table(_VERSION_TABLE, schema=schema):
        return None
    place = f"{SCHEMA}.{_VERSION_TABLE}" if schema else _VERSION_TABLE
    return connection.execute(text(f"SELECT version_num FROM {place}")).scalar()  # noqa: S608 - our own names


def _require_known(current: str | None) -> None:
    if current is not None and current > head():
        raise EnvironmentProblem(
            f"The database was written by a newer version (schema {current}; this one knows {head()}).",
            hint="Install that version again, or go back to the copy in the data folder's backups.",
            subject="database",
            code="database_newer",
        )


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - loading it takes half a second, and most starts need none
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _copy(connection: Connection, url: str, backups: Path, current: str) -> None:
    stamp = f"{datetime.now(UTC):%Y%m%d_%H%M%S}"
    if _is_sqlite(connection):
        _copy_file(Path(url.removeprefix("sqlite:///")), backups, f"schema-{current}-{stamp}.db")
    else:
        _copy_schema(connection, f"{SCHEMA}_copy_{current}_{stamp}")


def _copy_file(database: Path, backups: Path, name: str) -> None:
    """Copy through another connection: it sees the state before our transaction, which lets nobody else write."""
    backups.mkdir(parents=True, exist_ok=True)
    temporary = backups / f".{name}.tmp"
    source, target = sqlite3.connect(database), sqlite3.connect(temporary)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    with temporary.open("rb") as stream:
        os.fsync(stream.fileno())
    temporary.replace(backups / name)
    for old in sorted(backups.glob("schema-*.db"), key=lambda path: path.stat().st_mtime)[:-COPIES_KEPT]:
        old.unlink()


def _copy_schema(connection: Connection, name: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(text(f"CREATE SCHEMA {quote(name)}"))
    for table in inspect(connection).get_table_names(schema=SCHEMA):
        connection.execute(text(f"CREATE TABLE {quote(name)}.{quote(table)} AS TABLE {SCHEMA}.{quote(table)}"))
    copies = sorted(
        (s for s in inspect(connection).get_schema_names() if s.startswith(f"{SCHEMA}_copy_")),
        key=lambda schema: schema[-15:],
    )
    for old in copies[:-COPIES_KEPT]:
        connection.execute(text(f"DROP SCHEMA {quote(old)} CASCADE"))
