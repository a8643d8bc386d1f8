"""Connections: one engine for reading and one for writing, so that nobody who reads waits for somebody who writes.

SQLite knows one writer at a time: a writer takes its place at once (BEGIN IMMEDIATE), and waits for it here instead
of failing when it first writes. Readers see the last committed state (write-ahead log).
"""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pydantic_core import from_json
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from app.config import Settings
from app.db.folding import teach
from app.db.migrate import migrate
from app.db.reasons import reason_of
from app.db.tables import SCHEMA
from app.errors import InputError, StorageError

FILE_NAME = "edit-factory.db"
BUSY_MS = 30_000
"""How long a writer waits for its turn on SQLite: far longer than any transaction of ours takes."""


class Database:
    """One database, its schema brought up to date. `reads` and `writes` are engines; `reads` refuses to write.

    `url` has the password; `shown_url` has not.
    """

    def __init__(self, url: str, backups: Path) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.shown_url = _shown(url)
        if self.is_sqlite:
            self.reads, self.writes = _sqlite(url, writes=False), _sqlite(url, writes=True)
        else:
            self.writes = _postgres(url)
            self.reads = self.writes.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            with database_errors(self.shown_url):
                migrate(self.reads, self.writes, backups)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database. Raises `StorageError`."""
        with database_errors(self.shown_url), self.reads.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are durable together when the block ends well. Raises `StorageError`."""
        with database_errors(self.shown_url), self.writes.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections that nobody uses."""
        self.reads.dispose()
        self.writes.dispose()


@contextmanager
def database_errors(shown_url: str) -> Iterator[None]:
    """Turn what a database says into an error a person can act on, without its SQL."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
        raise _unusable(shown_url, said or type(error).__name__) from error
    except NoConnectionFree as error:
        raise _unusable(shown_url, "all its connections are busy") from error


def _unusable(shown_url: str, said: str) -> StorageError:
    url = make_url(shown_url)
    file = Path(url.database) if url.drivername == "sqlite" and url.database else None
    reason = reason_of(said, file)
    return StorageError(
        f"The database {shown_url} cannot be used: {reason.why}.",
        hint=reason.hint,
        subject="database",
        code=reason.code,
    )


def _shown(url: str) -> str:
    """Return the address as people write it, without its password and options."""
    plain = make_url(url).set(query={})
    return plain.set(drivername=plain.get_backend_name()).render_as_string(hide_password=True)


_databases: dict[str, Database] = {}
_lock = threading.Lock()


def database_url(settings: Settings) -> str:
    """Return the address of the database that the settings name. Raises `InputError` for one that is none."""
    if settings.database_url is None:
        place = str(settings.data_dir.absolute() / FILE_NAME)
        return URL.create("sqlite", database=place).render_as_string()
    try:
        url = make_url(settings.database_url.get_secret_value())
    except (ArgumentError, ValueError) as error:
        raise _bad_url("it is not an address like postgresql://user:password@host:5432/name") from error
    name = url.drivername.partition("+")[0]
    if name in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if name != "sqlite":
        raise _bad_url(f"there is no support for {name}")
    if not url.database or url.database == ":memory:" or url.query:
        raise _bad_url("SQLite needs the path of a file, as in sqlite:////folder/file.db")
    return url.set(drivername="sqlite").render_as_string(hide_password=False)


def _bad_url(why: str) -> InputError:
    return InputError(
        f"DATABASE_URL cannot be used: {why}.",
        hint="Name a Postgres database, or unset it to use SQLite in the data folder.",
        subject="database_url",
    )


def open_database(settings: Settings) -> Database:
    """Return the database of the settings; this process opens, and migrates, each one once."""
    url = database_url(settings)
    with _lock:
        if url not in _databases:
            if settings.database_url is None:
                require_folder(settings.data_dir)
            _databases[url] = Database(url, settings.data_dir / "backups")
        return _databases[url]


def close_databases() -> None:
    """Close every database this process has opened."""
    with _lock:
        for database in _databases.values():
            database.close()
        _databases.clear()


def require_folder(folder: Path) -> None:
    """Make the data folder where it is not there. Raises `StorageError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        in_the_way = next((place for place in (folder, *folder.parents) if place.is_file()), None)
        why = f"{in_the_way} is a file" if in_the_way else os.strerror(error.errno or 0)
        raise StorageError(
            f"The data folder {folder} cannot be made: {why}.",
            hint="Set EDIT_FACTORY_DATA_DIR to a folder that you may write to.",
            subject=str(folder),
        ) from error


_ALL: dict[str, Any] = {
    "hide_parameters": True,  # an error that is logged must not tell what was to be stored
    "json_serializer": partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":")),
    "json_deserializer": from_json,  # takes less than half of json.loads' time, of which lists of jobs are made
}


def _sqlite(url: str, *, writes: bool) -> Engine:
    engine = create_engine(url, pool_size=4, max_overflow=60, connect_args={"check_same_thread": False}, **_ALL)
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
    event.listen(engine, "connect", _prepare_writer if writes else _prepare_reader)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _postgres(url: str) -> Engine:
    return create_engine(
        url,
        pool_size=4,
        max_overflow=60,
        pool_pre_ping=True,
        **_ALL,
        connect_args={"prepare_threshold": None},  # poolers hand the next transaction to another server session
        execution_options={"schema_translate_map": {None: SCHEMA}},
    )


def _prepare_writer(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # transactions begin where the listener above begins them
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    teach(connection)


def _prepare_reader(connection: sqlite3.Connection, record: Any) -> None:
    _prepare_writer(connection, record)
    connection.execute("PRAGMA query_only=ON")  # a write begun here could fail where a writer's waits
