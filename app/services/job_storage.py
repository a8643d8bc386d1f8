"""Where jobs are kept: every change is on disk before the call returns, and no two writers lose each other's."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, Select, func, select, tuple_

from app.config import Settings, load_settings
from app.db import Database, open_database
from app.db.engine import database_url
from app.db.tables import job_events, jobs
from app.db.types import now
from app.errors import InputError
from app.models.job import TERMINAL, JobDict, JobEvent, JobFilter, JobPage, JobStatus
from app.services.job_rows import JobRows, as_dict
from app.services.outbox import is_replicated
from app.services.supabase_mirror import Mirror, mirror_for

P = ParamSpec("P")
R = TypeVar("R")

_POLL_SECONDS = 0.2


class JobStorage:
    """Jobs in the database of the settings; with Supabase configured, every change is replayed there as well.

    `_supabase` None says that Supabase is away: everything goes on, and what is to be replayed waits.
    Every method blocks; asynchronous callers use `run_async`, or the methods that end in `_async`.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or load_settings()
        self._database = open_database(self._settings)
        self._supabase: Mirror | None = mirror_for(self._settings)
        self.rows = JobRows(replicate=is_replicated(self._settings))

    @property
    def database(self) -> Database:
        """The database in which the jobs are."""
        return self._database

    def create_job(self, job: JobDict) -> JobDict:
        """Store a job, which needs a `job_id`, and return it as stored.

        An id that exists is no error: that job is replaced, unless the engine works on it; then it is returned.
        Raises `InputError` for what cannot be stored and `StorageError`.
        """
        with self._database.write() as connection:
            stored, _ = self.rows.create(connection, job)
        self._replay()
        return stored

    def get_job(self, job_id: str) -> JobDict | None:
        """Return the job, or None."""
        with self._database.read() as connection:
            row = self.rows.get(connection, job_id)
        return as_dict(row) if row else None

    def update_job(self, job_id: str, changes: JobDict) -> JobDict | None:
        """Merge `changes` over the job's own keys, all at once; return the whole job, or None for an unknown id.

        The status of a job that the engine works on is the engine's: changing it raises `InputError`
        (status_of_engine).
        """
        with self._database.write() as connection:
            if "status" in changes:
                self._require_own_status(connection, job_id, changes["status"])
            stored = self.rows.change(connection, job_id, changes)
        self._replay()
        return stored

    def list_jobs(self, status: JobStatus | None = None, limit: int = 100, **more: Any) -> list[JobDict]:
        """Return up to `limit` jobs, newest first; `more` are fields of `JobFilter`."""
        chosen = _filter(status, more)
        with self._database.read() as connection:
            found = connection.execute(_newest_first(_fitting(select(jobs), chosen)).limit(_limit(limit)))
            return [as_dict(row) for row in found]

    def page_jobs(self, wanted: JobFilter | None = None, *, limit: int = 100, cursor: str | None = None) -> JobPage:
        """Return one page of the jobs that fit; `cursor` is the page before's `next_cursor`."""
        chosen, size = wanted or JobFilter(), _limit(limit)
        query = _newest_first(_fitting(select(jobs), chosen)).limit(size + 1)
        if cursor is not None:
            query = query.where(tuple_(jobs.c.created_at, jobs.c.id) < tuple_(*_read_cursor(cursor)))
        with self._database.read() as connection:
            found = connection.execute(query).all()
            total = connection.execute(_fitting(select(func.count()).select_from(jobs), chosen)).scalar_one()
        more = len(found) > size
        last = found[size - 1] if more and size else None
        return JobPage(
            jobs=tuple(as_dict(row) for row in found[:size]),
            next_cursor=_cursor(last.created_at, last.id) if last is not None else None,
            total=total,
        )

    def count_jobs(self, status: JobStatus | None = None, **more: Any) -> int:
        """Return how many jobs fit; `more` are fields of `JobFilter`."""
        query = _fitting(select(func.count()).select_from(jobs), _filter(status, more))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def delete_job(self, job_id: str) -> bool:
        """Remove a job, its parts and its events; False for an unknown id.

        Raises `InputError` (job_running) while the engine works on it.
        """
        with self._database.write() as connection:
            row = self.rows.get(connection, job_id)
            if row is not None and row.workflow_id is not None and row.status not in TERMINAL:
                raise InputError(
                    "The job is still running.", hint="Cancel it first.", subject=job_id, code="job_running"
                )
            deleted = self.rows.delete(connection, job_id)
            for part in descendants(connection, job_id):
                self.rows.delete(connection, part)
        self._replay()
        return deleted

    def events(self, job_id: str, after: int = 0, limit: int = 1000) -> list[JobEvent]:
        """Return the job's events whose number is greater than `after`, in order."""
        query = select(job_events).where(job_events.c.job_id == job_id, job_events.c.number > after)
        with self._database.read() as connection:
            found = connection.execute(query.order_by(job_events.c.number).limit(limit)).mappings().all()
        return [JobEvent.model_validate({k: v for k, v in row.items() if k != "id"}) for row in found]

    def subscribe(self, job_id: str, after: int = 0, stop: Callable[[], bool] = lambda: False) -> Iterator[JobEvent]:
        """Yield the job's events as they happen, until it has ended, is gone, or `stop` says so."""
        while not stop():
            ended = self._has_ended(job_id)
            found = self.events(job_id, after)
            yield from found
            after = found[-1].number if found else after
            if ended and not found:
                return
            if not found:
                time.sleep(_POLL_SECONDS)

    async def subscribe_async(self, job_id: str, after: int = 0) -> AsyncIterator[JobEvent]:
        """Yield the job's events as they happen, until it has ended or is gone, without blocking the event loop."""
        while True:
            ended = await self.run_async(self._has_ended, job_id)
            found = await self.run_async(self.events, job_id, after)
            for event in found:
                yield event
            after = found[-1].number if found else after
            if ended and not found:
                return
            if not found:
                await asyncio.sleep(_POLL_SECONDS)

    def cleanup_old_jobs(self, days: float = 7) -> int:
        """Remove the jobs that ended more than `days` days ago, with their parts; return how many."""
        return len([job_id for job_id in self.old_jobs(days) if self.delete_job(job_id)])

    def old_jobs(self, days: float = 7) -> list[str]:
        """Return the ids of the jobs that `cleanup_old_jobs` would remove."""
        if days < 0:
            raise InputError("days cannot be negative.", hint="Use 0 or more.", subject="days")
        limit = now() - timedelta(days=days)
        query = select(jobs.c.id).where(
            jobs.c.parent_id.is_(None),
            jobs.c.status.in_(TERMINAL),
            func.coalesce(jobs.c.finished_at, jobs.c.updated_at) < limit,
        )
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(jobs.c.created_at)).scalars())

    async def run_async(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one of these methods in a thread."""
        return await asyncio.to_thread(partial(method, *args, **kwargs))

    async def create_job_async(self, job: JobDict) -> JobDict:
        """As `create_job`, without blocking the event loop."""
        return await self.run_async(self.create_job, job)

    async def get_job_async(self, job_id: str) -> JobDict | None:
        """As `get_job`, without blocking the event loop."""
        return await self.run_async(self.get_job, job_id)

    async def update_job_async(self, job_id: str, changes: JobDict) -> JobDict | None:
        """As `update_job`, without blocking the event loop."""
        return await self.run_async(self.update_job, job_id, changes)

    async def list_jobs_async(self, status: JobStatus | None = None, limit: int = 100, **more: Any) -> list[JobDict]:
        """As `list_jobs`, without blocking the event loop."""
        return await self.run_async(self.list_jobs, status, limit, **more)

    async def delete_job_async(self, job_id: str) -> bool:
        """As `delete_job`, without blocking the event loop."""
        return await self.run_async(self.delete_job, job_id)

    def _require_own_status(self, connection: Connection, job_id: str, status: Any) -> None:
        row = self.rows.get(connection, job_id)
        if row is not None and row.workflow_id is not None and row.status != status:
            raise InputError(
                "The engine works on this job and sets its status itself.",
                hint="Cancel or retry it instead.",
                subject="status",
                code="status_of_engine",
            )

    def _has_ended(self, job_id: str) -> bool:
        with self._database.read() as connection:
            status = connection.execute(select(jobs.c.status).where(jobs.c.id == job_id)).scalar()
        return status is None or status in TERMINAL

    def _replay(self) -> None:
        if self._supabase is not None:
            self._supabase.nudge()


def descendants(connection: Connection, job_id: str) -> list[str]:
    """Return the ids of a job's parts, and of theirs."""
    found: list[str] = []
    level = [job_id]
    while level:
        level = list(connection.execute(select(jobs.c.id).where(jobs.c.parent_id.in_(level))).scalars())
        found += level
    return found


def _filter(status: str | None, more: dict[str, Any]) -> JobFilter:
    try:
        return JobFilter.model_validate({"status": status, **more})
    except ValueError as error:
        raise InputError(
            f"These jobs cannot be listed: {str(error).splitlines()[-2].strip()}.",
            hint="Filter by status, job_type, owner, parent_id or project_id.",
            subject="status",
        ) from error


def _fitting(query: Select[Any], wanted: JobFilter) -> Select[Any]:
    for name in ("status", "job_type", "owner", "project_id"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(jobs.c[name] == value)
    return query.where(jobs.c.parent_id == wanted.parent_id if wanted.parent_id else jobs.c.parent_id.is_(None))


def _newest_first(query: Select[Any]) -> Select[Any]:
    return query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc())


def _limit(limit: int) -> int:
    if limit < 0:
        raise InputError("limit cannot be negative.", hint="Use 0 or more.", subject="limit")
    return limit


def _cursor(created_at: datetime, job_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([created_at.isoformat(), job_id]).encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        created_at, job_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(created_at), str(job_id)
    except (ValueError, TypeError) as error:
        raise InputError("The cursor is not one of ours.", hint="Begin without one.", subject="cursor") from error


_storages: dict[tuple[str, str | None], JobStorage] = {}
_lock = threading.Lock()


def get_job_storage() -> JobStorage:
    """Return the storage of this process' settings; the same one each time."""
    settings = load_settings()
    key = (database_url(settings), settings.supabase_url)
    with _lock:
        if key not in _storages:
            _storages[key] = JobStorage(settings)
        return _storages[key]


def forget_job_storages() -> None:
    """Let the next `get_job_storage` open its database anew."""
    with _lock:
        _storages.clear()
