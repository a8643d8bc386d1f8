"""Questions about many jobs: which fit, in which order, which come after those, which are old enough to go."""

import base64
import json
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Select, and_, exists, false, func, literal, select, true, tuple_

from app.db.tables import jobs
from app.db.types import Utc, moment_of
from app.errors import InputError
from app.models.job import TERMINAL, JobFilter

_MOST = 2**31 - 1
SHOWN = tuple(jobs.c[n] for n in "id job_type status progress data version created_at updated_at".split())
"""The columns that callers see of a job: reading the others as well takes a third longer."""


def job_filter(status: str | None, more: dict[str, Any]) -> JobFilter:
    """Return the filter. Raises `InputError` naming the field that is wrong or that there is not."""
    try:
        return JobFilter.model_validate({"status": status, **more})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise InputError(
            f"Jobs cannot be listed by {name} {first['input']!r}: {first['msg'].lower()}.",
            hint=f"Filter by {', '.join(JobFilter.model_fields)}.",
            subject=name,
        ) from error


def fitting(query: Select[Any], wanted: JobFilter) -> Select[Any]:
    """Return the query with the conditions of the filter."""
    given = {name: value for name, value in dict(wanted).items() if value is not None}
    if any("\0" in value for value in given.values()):  # Postgres would refuse to look for it
        return query.where(false())
    given.setdefault("parent_id", None)
    return query.where(*(jobs.c[name] == value for name, value in given.items()))


def newest_first(query: Select[Any]) -> Select[Any]:
    """Return the query in the one order there is."""
    return query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc())


def size_of(limit: int) -> int:
    """Return `limit` as databases take it. Raises `InputError` for a negative one."""
    if limit < 0:
        raise InputError("limit cannot be negative.", hint="Use 0 or more.", subject="limit")
    return min(limit, _MOST)


def cursor_of(created_at: datetime, job_id: str) -> str:
    """Return the place after this job, as text that fits into an address."""
    return base64.urlsafe_b64encode(json.dumps([created_at.isoformat(), job_id]).encode()).decode()


def after_cursor(query: Select[Any], cursor: str) -> Select[Any]:
    """Return the query for what comes after the cursor. Raises `InputError` for one that `cursor_of` has not made."""
    try:
        created_at, job_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        place = tuple_(literal(moment_of(created_at), Utc), literal(job_id.replace("\0", "")))
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError("The cursor is not one of ours.", hint="Begin without one.", subject="cursor") from error
    return query.where(tuple_(jobs.c.created_at, jobs.c.id) < place)


def descendants(connection: Connection, job_id: str) -> list[str]:
    """Return the ids of a job's parts, and of theirs."""
    found: list[str] = []
    level = [job_id]
    while level:
        query = select(jobs.c.id).where(jobs.c.parent_id.in_(level)).order_by(jobs.c.id)
        level = list(connection.execute(query).scalars())
        found += level
    return found


def old_families(limit: datetime, job_id: str | None = None) -> Select[Any]:
    """Ask for the jobs, or whether it is one, that ended before `limit` and of whose parts none is still open."""
    ended = and_(
        jobs.c.id == job_id if job_id is not None else true(),
        jobs.c.parent_id.is_(None),
        jobs.c.status.in_(TERMINAL),
        func.coalesce(jobs.c.finished_at, jobs.c.updated_at) < limit,
    )
    old = select(jobs.c.id.label("top"), jobs.c.id).where(ended).cte("family", recursive=True)
    part = jobs.alias("part")
    family = old.union_all(select(old.c.top, part.c.id).join(old, part.c.parent_id == old.c.id))
    member = jobs.alias("member")
    is_open = exists().where(family.c.top == jobs.c.id, member.c.id == family.c.id, member.c.status.not_in(TERMINAL))
    return select(jobs.c.id).where(ended, ~is_open).order_by(jobs.c.created_at, jobs.c.id)
