"""The floor: what the same disk or server takes for the least that could do."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from app.db import Database
from app.db.tables import SCHEMA
from benchmarks.tools.timing import p95

_TABLE = "CREATE TABLE bench_floor (id INTEGER PRIMARY KEY, data TEXT)"
_ROW = "x" * 1500


def bare_commit(database: Database, times: int) -> float:
    """Return the p95 in ms of one row of a job's size, inserted and committed by the driver alone."""
    with _driver(database) as insert:
        return p95(insert, times)


def bare_read(database: Database, rows: int, times: int) -> float:
    """Return the p95 in ms of reading so many jobs by the driver and `json.loads` alone."""
    url = make_url(database.url)
    if database.is_sqlite:
        query = f"SELECT data FROM jobs LIMIT {int(rows)}"  # noqa: S608 - a number
        with closing(sqlite3.connect(str(url.database))) as lite:
            return p95(lambda: [json.loads(data) for (data,) in lite.execute(query)], times)
    text = f"SELECT data FROM {SCHEMA}.jobs LIMIT {int(rows)}"  # noqa: S608 - a name of ours and a number
    with psycopg.connect(_address(url), autocommit=True) as server:  # psycopg reads JSON with json.loads itself
        return p95(lambda: server.execute(text.encode()).fetchall(), times)


def _address(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def _driver(database: Database) -> Iterator[Callable[[], object]]:
    url = make_url(database.url)
    if database.is_sqlite:
        place = Path(str(url.database)).with_name("floor.db")
        with closing(sqlite3.connect(place, isolation_level=None)) as lite:
            lite.execute("PRAGMA journal_mode=WAL")
            lite.execute("PRAGMA synchronous=FULL")
            lite.execute(_TABLE)
            yield lambda: lite.execute("INSERT INTO bench_floor (data) VALUES (?)", (_ROW,))
        return
    with psycopg.connect(_address(url), autocommit=True) as server:
        server.execute(_TABLE.replace("INTEGER", "SERIAL"))
        yield lambda: server.execute("INSERT INTO bench_floor (data) VALUES (%s)", (_ROW,))
        server.execute("DROP TABLE bench_floor")
