"""Costs as rows: written once per key, with what is to be replayed; summed by the database over all rows there are."""

import base64
import json
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    cast,
    delete,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.db.tables import costs, jobs
from app.db.tables import outbox as outbox_table
from app.db.types import Utc, moment_of
from app.errors import InputError
from app.models.base import Record
from app.models.cost import CostEntry, CostTotal, Grouping, Id, Slug, dollars
from app.services import outbox
from app.services.job_queries import cursor_of, descendants

_ALL = true()


class CostFilter(Record):
    """Which costs: every field that is set must fit. A job's are those of its parts as well.

    `since` and `before` are days in UTC; `before` is not among them.
    """

    service: Slug | None = None
    job_id: Id | None = None
    project_id: Id | None = None
    clip_id: Id | None = None
    owner: Id | None = None
    since: date | None = None
    before: date | None = None


def record(connection: Connection, entry: CostEntry, *, replicate: bool) -> bool:
    """Write the entry, and with `replicate` what is to be told to Supabase; False when its key was told before.

    Whose it is, and of which project and clip, is the job's where the entry does not say.
    """
    entry = _of_its_job(connection, entry)
    new = sqlite.insert(costs) if connection.dialect.name == "sqlite" else postgresql.insert(costs)
    row = {
        "id": entry.id,
        "created_at": entry.timestamp,
        "units": entry.input_units,
        **entry.model_dump(exclude={"timestamp", "input_units", "cost_usd"}),
    }
    told = new.values(**row).on_conflict_do_nothing(index_elements=[costs.c.key]).returning(costs.c.id)
    if connection.execute(told).scalar() is None:
        return False
    if replicate:
        outbox.add(connection, stream_of(entry), "insert_cost", replica_of(entry))
    return True


def _of_its_job(connection: Connection, entry: CostEntry) -> CostEntry:
    names = ("owner", "project_id", "clip_id")
    open_names = [name for name in names if getattr(entry, name) is None]
    if not open_names:
        return entry
    found = connection.execute(select(*(jobs.c[name] for name in open_names)).where(jobs.c.id == entry.job_id))
    row = found.one_or_none()
    known = {name: value for name, value in row._mapping.items() if value is not None} if row is not None else {}
    return entry.evolve(**known) if known else entry


def replica_of(entry: CostEntry) -> dict[str, Any]:
    """Return an entry as Supabase's table `api_costs` has it."""
    return {
        "id": entry.id,
        "job_id": entry.job_id,
        "service": entry.service,
        "operation": entry.operation,
        "units": entry.input_units,
        "estimated_cost": dollars(entry.cost_microdollars),  # text: a JSON number is no exact one everywhere
        "details": entry.details,
        "owner": entry.owner,
        "project_id": entry.project_id,
        "clip_id": entry.clip_id,
        "created_at": entry.timestamp.isoformat(),
    }


def delivered(connection: Connection, entry: CostEntry) -> None:
    """Note that Supabase has the entry: nothing is left to be sent."""
    connection.execute(delete(outbox_table).where(outbox_table.c.stream == stream_of(entry)))


def stream_of(entry: CostEntry) -> str:
    """Return what the entry's row in the outbox is known by."""
    return f"cost:{entry.id}"


def totals(
    connection: Connection, by: Grouping, wanted: CostFilter, among: ColumnElement[bool] = _ALL
) -> list[CostTotal]:
    """Return the sums by service, day (UTC), project, job or clip, the dearest first, days in order.

    `among` is a condition that entries meet besides the filter's.
    """
    name = _names(connection)[by]
    sums = (
        func.count(),
        cast(func.sum(costs.c.units), BigInteger),
        cast(func.sum(costs.c.cost_microdollars), BigInteger),
    )
    query = _fitting(connection, select(name.label("name"), *sums), wanted).where(among).group_by(name)
    found = [
        CostTotal(name=name, calls=calls, units=units, cost_microdollars=cost)
        for name, calls, units, cost in connection.execute(query)
    ]
    return sorted(found, key=lambda one: (0 if by == "day" else -one.cost_microdollars, one.name or ""))


def newest(
    connection: Connection, wanted: CostFilter, limit: int, cursor: str | None, among: ColumnElement[bool] = _ALL
) -> list[Row[Any]]:
    """Return up to `limit` rows, newest first, after the cursor when there is one; `among` as in `totals`."""
    query = _fitting(connection, select(costs), wanted).where(among)
    query = query.order_by(costs.c.created_at.desc(), costs.c.id.desc())
    if cursor is not None:
        query = query.where(tuple_(costs.c.created_at, costs.c.id) < _place(cursor))
    return list(connection.execute(query.limit(limit)))


def cursor_after(row: Row[Any]) -> str:
    """Return the place after this row."""
    return cursor_of(row.created_at, row.id)


def _place(cursor: str) -> ColumnElement[Any]:
    try:
        created_at, row_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return tuple_(literal(moment_of(created_at), Utc), literal(str(UUID(row_id))))
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError("The cursor is not one of ours.", hint="Begin without one.", subject="cursor") from error


def entry_of(row: Row[Any]) -> CostEntry:
    """Return a row as an entry."""
    known = {name: value for name, value in row._mapping.items() if name not in {"id", "created_at", "units"}}
    return CostEntry.model_validate({**known, "timestamp": row.created_at, "input_units": row.units})


def _names(connection: Connection) -> dict[Grouping, ColumnElement[Any]]:
    return {
        "service": costs.c.service,
        "day": _day(connection),
        "project": costs.c.project_id,
        "job": costs.c.job_id,
        "clip": costs.c.clip_id,
    }


def _day(connection: Connection) -> ColumnElement[Any]:
    """Return the day of an entry in UTC, like 2026-11-24."""
    if connection.dialect.name == "sqlite":  # kept in UTC, as text that begins with the day
        return func.substr(costs.c.created_at, 1, 10)
    return func.to_char(func.timezone("UTC", costs.c.created_at), "YYYY-MM-DD")


def _fitting(connection: Connection, query: Select[Any], wanted: CostFilter) -> Select[Any]:
    for name in ("service", "project_id", "clip_id", "owner"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(costs.c[name] == value)
    if wanted.job_id is not None:
        query = query.where(costs.c.job_id.in_([wanted.job_id, *descendants(connection, wanted.job_id)]))
    if wanted.since is not None:
        query = query.where(costs.c.created_at >= datetime.combine(wanted.since, time.min, UTC))
    if wanted.before is not None:
        query = query.where(costs.c.created_at < datetime.combine(wanted.before, time.min, UTC))
    return query
