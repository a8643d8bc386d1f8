"""What is still to be told to Supabase: rows written in the same transaction as the change they tell of.

Rows of one stream are sent in the order of their ids. A row that was refused for good is parked, and its stream waits.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from app.config import Settings
from app.db.tables import outbox
from app.db.types import now
from app.models.base import Record


def is_replicated(settings: Settings) -> bool:
    """Whether changes are to be told to a Supabase project."""
    return bool(settings.supabase_url and settings.supabase_key)


def add(connection: Connection, stream: str, operation: str, payload: dict[str, Any]) -> None:
    """Note one change; rows of one `stream` ("job:ID", "cost:ID") are sent in the order in which they are added.

    The caller holds the stream's row, so that this order is that of its changes.
    """
    add_all(connection, operation, {stream: payload})


def add_all(connection: Connection, operation: str, payloads: Mapping[str, dict[str, Any]]) -> None:
    """Note one change of each of many streams."""
    moment = now()
    rows = [
        {"stream": stream, "operation": operation, "payload": payload, "created_at": moment}
        for stream, payload in payloads.items()
    ]
    if rows:
        connection.execute(insert(outbox), rows)


class Backlog(Record):
    """What has not been told: how many rows, since when, how many of them are parked, and why the first one is."""

    rows: int
    oldest: datetime | None
    parked: int
    reason: str


def backlog(connection: Connection) -> Backlog:
    """Return what has not been told yet."""
    sums = select(func.count(), func.min(outbox.c.created_at), func.count(outbox.c.parked))
    rows, oldest, parked = connection.execute(sums).one()
    first = select(outbox.c.parked).where(outbox.c.parked.is_not(None)).order_by(outbox.c.id).limit(1)
    reason = connection.execute(first).scalar() if parked else None
    return Backlog(rows=rows, oldest=oldest, parked=parked, reason=reason or "")


def waiting(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return up to `limit` rows that may be sent, the oldest first."""
    columns = (outbox.c.id, outbox.c.stream, outbox.c.operation, outbox.c.payload)
    query = select(*columns).where(_may_go()).order_by(outbox.c.id).limit(limit)
    return list(connection.execute(query))


def is_waiting(connection: Connection, up_to: int | None = None) -> bool:
    """Whether there is a row that may be sent, none later than `up_to`."""
    query = select(outbox.c.id).where(_may_go()).order_by(outbox.c.id).limit(1)
    if up_to is not None:
        query = query.where(outbox.c.id <= up_to)
    return connection.execute(query).first() is not None


def last_id(connection: Connection) -> int:
    """Return the id of the latest row; 0 when there is none."""
    return int(connection.execute(select(func.max(outbox.c.id))).scalar() or 0)


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Take away rows that have been told."""
    connection.execute(delete(outbox).where(outbox.c.id.in_(ids)))


def note_failure(connection: Connection, ids: Sequence[int], reason: str) -> None:
    """Count one more try that did not get through."""
    tried = update(outbox).where(outbox.c.id.in_(ids))
    connection.execute(tried.values(attempts=outbox.c.attempts + 1, last_error=reason))


def park(connection: Connection, ids: Sequence[int], reason: str) -> None:
    """Set rows aside that were refused for good: their stream waits until `unpark`."""
    refused = update(outbox).where(outbox.c.id.in_(ids))
    connection.execute(refused.values(attempts=outbox.c.attempts + 1, last_error=reason, parked=reason))


def unpark(connection: Connection) -> int:
    """Let what was set aside be tried again; return how many rows that are."""
    return connection.execute(update(outbox).where(outbox.c.parked.is_not(None)).values(parked=None)).rowcount


def _may_go() -> ColumnElement[bool]:
    """Whether nothing of a row's stream is parked. (Looked up by stream: a backlog of any length stays quick.)"""
    other = outbox.alias()
    return ~exists().where(other.c.stream == outbox.c.stream, other.c.parked.is_not(None))
