"""Bringing a database to the schema of this version: under a lock, in one transaction, after a copy was made."""

import logging
import os
import sqlite3
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from app.db.tables import SCHEMA
from app.errors import EnvironmentProblem, StorageError

_SCRIPTS = Path(__file__).parent / "migrations"
_VERSION_TABLE = "alembic_version"
_ADVISORY_LOCK = 0x65646974  # any number that is ours: two processes must not migrate one Postgres at once
COPIES_KEPT = 3


def migrate(reads: Engine, writes: Engine, backups: Path, scripts: Path = _SCRIPTS) -> None:
    """Bring the schema to the newest of `scripts`, keeping a copy of what was there first.

    On SQLite the copy is a file in `backups`, on Postgres a schema beside ours. Raises `EnvironmentProblem`
    (database_newer) for a database that another version has changed, and `StorageError` when it cannot be copied.
    """
    with reads.connect() as connection:  # as a reader: most starts have nothing to do, and must not wait for writers
        if _current(connection) == head(scripts):
            return
    with writes.begin() as connection:
        _enter(connection)
        current = _current(connection)
        if current == head(scripts):  # somebody else was quicker
            return
        _require_known(current, scripts)
        if current is not None:
            _copy(connection, backups, current)
        _upgrade(connection, scripts)


def is_current(connection: Connection) -> bool:
    """Whether the database has the schema of this version."""
    return _current(connection) == head()


def head(scripts: Path = _SCRIPTS) -> str:
    """Return the newest revision there is a script for: their names are numbers in order."""
    return _revisions(scripts)[-1]


@cache
def _revisions(scripts: Path) -> list[str]:
    return sorted(path.stem.partition("_")[0] for path in (scripts / "versions").glob("[0-9]*.py"))


def _enter(connection: Connection) -> None:
    """On Postgres wait for our turn, and make the schema; on SQLite whoever writes has the only turn there is."""
    if _is_sqlite(connection):
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    if not inspect(connection).has_schema(SCHEMA):  # asked first: making one needs a right that not everybody has
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _current(connection: Connection) -> str | None:
    schema = None if _is_sqlite(connection) else SCHEMA
    if not inspect(connection).has_table(_VERSION_TABLE, schema=schema):
        return None
    place = f"{SCHEMA}.{_VERSION_TABLE}" if schema else _VERSION_TABLE
    return connection.execute(text(f"SELECT version_num FROM {place}")).scalar()  # noqa: S608 - our own names


def _require_known(current: str | None, scripts: Path) -> None:
    if current is not None and current not in _revisions(scripts):
        raise EnvironmentProblem(
            f"The database was written by a newer version (schema {current}; this one knows {head(scripts)}).",
            hint="Install that version again, or go back to the copy in the data folder's backups.",
            subject="database",
            code="database_newer",
        )


def _upgrade(connection: Connection, scripts: Path) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)  # what it does step by step is nothing for a terminal
    from alembic import command  # noqa: PLC0415 - loading it takes half a second, and most starts need none
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    if not _is_sqlite(connection):  # what changes a table names it without its schema
        connection.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
    command.upgrade(config, "head")


def _copy(connection: Connection, backups: Path, current: str) -> None:
    stamp = f"{datetime.now(UTC):%Y%m%d_%H%M%S_%f}"
    if not _is_sqlite(connection):
        _copy_schema(connection, f"{SCHEMA}_copy_{current}_{stamp}")
        return
    try:
        _copy_file(Path(str(connection.engine.url.database)), backups, f"schema-{current}-{stamp}.db")
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise StorageError(
            f"The database must be copied to {backups} before it is changed, which failed: {why}.",
            hint="Free some space there and see whether the folder may be written; nothing was changed.",
            subject="backups",
        ) from error


def _copy_file(database: Path, backups: Path, name: str) -> None:
    """Copy through another connection: it sees the state before our transaction, which lets nobody else write."""
    backups.mkdir(parents=True, exist_ok=True)
    for left in backups.glob(".schema-*.tmp*"):  # of a process that was killed: only one migrates at a time
        left.unlink()
    temporary = backups / f".{name}.tmp"
    source, target = sqlite3.connect(database), sqlite3.connect(temporary)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    _sync(temporary)
    temporary.replace(backups / name)
    _sync(backups)
    for old in sorted(backups.glob("schema-*.db"), key=lambda path: path.stem[-22:])[:-COPIES_KEPT]:
        old.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy_schema(connection: Connection, name: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(text(f"CREATE SCHEMA {quote(name)}"))
    for table in inspect(connection).get_table_names(schema=SCHEMA):
        connection.execute(text(f"CREATE TABLE {quote(name)}.{quote(table)} AS TABLE {SCHEMA}.{quote(table)}"))
    copies = sorted(
        (s for s in inspect(connection).get_schema_names() if s.startswith(f"{SCHEMA}_copy_")),
        key=lambda schema: schema[-22:],
    )
    for old in copies[:-COPIES_KEPT]:
        connection.execute(text(f"DROP SCHEMA {quote(old)} CASCADE"))
