"""The floor: what the same disk or server takes for the least that could do."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from app.db import Database
from benchmarks.tools.timing import p95

_TABLE = "CREATE TABLE bench_floor (id INTEGER PRIMARY KEY, data TEXT)"
_ROW = "x" * 1500


def bare_commit(database: Database, times: int) -> float:
    """Return the p95 in ms of one row of a job's size, inserted and committed by the driver alone."""
    with _driver(database) as insert:
        return p95(insert, times)


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
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(_TABLE.replace("INTEGER", "SERIAL"))
        yield lambda: server.execute("INSERT INTO bench_floor (data) VALUES (%s)", (_ROW,))
        server.execute("DROP TABLE bench_floor")
