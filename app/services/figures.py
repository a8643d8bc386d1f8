"""Figures of the whole system, for whoever watches over it: a few queries, quick however many jobs there are."""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from app.config import Settings
from app.db import Database
from app.db.tables import cache_entries, executors, jobs, outbox, webhook_deliveries
from app.db.types import clock, now
from app.models.base import Record

_LATELY = timedelta(hours=1)
_MOST_WAITS = 1_000


class Disk(Record):
    """Bytes of the disk that the data folder is on."""

    total: int
    free: int


class Figures(Record):
    """How the system is. Seconds, bytes and counts; jobs are those that somebody asked for and their parts."""

    jobs: dict[tuple[str, str], int]
    """By kind and status."""
    longest_wait: dict[str, float]
    """How long the first of those that wait has waited, by kind; of the thousand that were made first."""
    waits: dict[str, tuple[float, ...]]
    """How long each that began in the last hour had waited, by kind, sorted; of the newest thousand."""
    workers: dict[str, int]
    cache_bytes: dict[str, int]
    outbox: int
    webhooks: int
    disk: Disk | None


def figures(database: Database, settings: Settings) -> Figures:
    """Return the figures of now. Raises `StorageError`."""
    with database.read() as connection:
        return Figures(
            jobs={(row.job_type, row.status): row.figure for row in connection.execute(_by_status())},
            longest_wait=_longest_wait(connection),
            waits=_waits(connection.execute(_begun_lately()).all()),
            workers=_by_kind(connection, _alive()),
            cache_bytes=_by_kind(connection, _cached()),
            outbox=int(connection.execute(select(func.count()).select_from(outbox)).scalar_one()),
            webhooks=int(connection.execute(_untold()).scalar_one()),
            disk=_disk(settings),
        )


def _by_status() -> Any:
    kinds = (jobs.c.job_type, jobs.c.status)
    return select(*kinds, func.count().label("figure")).group_by(*kinds)


def _longest_wait(connection: Connection) -> dict[str, float]:
    """Look at the thousand that were made first: their order is one of an index, and nothing else is read."""
    waiting = select(jobs.c.job_type, jobs.c.updated_at).where(jobs.c.status == "pending")
    moment, found = now(), dict[str, float]()
    for row in connection.execute(waiting.order_by(jobs.c.created_at, jobs.c.id).limit(_MOST_WAITS)):
        found[row.job_type] = max(found.get(row.job_type, 0.0), (moment - row.updated_at).total_seconds())
    return found


def _begun_lately() -> Any:
    """The newest jobs; their order is one of an index, that of when they began is not."""
    wanted = select(jobs.c.job_type, jobs.c.created_at, jobs.c.started_at, jobs.c.attempt)
    lately = wanted.where(jobs.c.parent_id.is_(None), jobs.c.created_at > now() - _LATELY)
    return lately.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(_MOST_WAITS)


def _waits(rows: Sequence[Row[Any]]) -> dict[str, tuple[float, ...]]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.started_at is not None and row.attempt == 1:  # what is done again has waited twice
            found[row.job_type].append(max(0.0, (row.started_at - row.created_at).total_seconds()))
    return {kind: tuple(sorted(waits)) for kind, waits in found.items()}


def _alive() -> Any:
    living = (executors.c.state == "alive") & (executors.c.expires >= clock())
    return select(executors.c.kind, func.count().label("figure")).where(living).group_by(executors.c.kind)


def _cached() -> Any:
    return select(cache_entries.c.kind, func.sum(cache_entries.c.bytes).label("figure")).group_by(cache_entries.c.kind)


def _by_kind(connection: Connection, query: Any) -> dict[str, int]:
    return {row.kind: int(row.figure) for row in connection.execute(query)}


def _untold() -> Any:
    waiting = webhook_deliveries.c.state == "waiting"
    return select(func.count()).select_from(webhook_deliveries).where(waiting)


def _disk(settings: Settings) -> Disk | None:
    try:
        usage = shutil.disk_usage(settings.data_dir)
    except OSError:
        return None
    return Disk(total=usage.total, free=usage.free)
