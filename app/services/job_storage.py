"""Where jobs are kept: every change is on disk before the call returns, and no two writers lose each other's."""

import asyncio
import contextvars
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import ColumnElement, Connection, func, select, true

from app.config import Settings, load_settings
from app.db import Database, open_database
from app.db.engine import database_url
from app.db.tables import job_events, jobs
from app.db.types import now
from app.errors import InputError
from app.models.job import TERMINAL, JobDict, JobEvent, JobFilter, JobPage, JobStatus
from app.services.job_queries import (
    SHOWN,
    after_cursor,
    cursor_of,
    descendants,
    fitting,
    job_filter,
    newest_first,
    old_families,
    size_of,
)
from app.services.job_rows import JobRows, as_dict, is_id
from app.services.outbox import is_replicated
from app.services.supabase_mirror import Mirror, mirror_for

P = ParamSpec("P")
R = TypeVar("R")

__all__ = ["JobStorage", "descendants", "forget_job_storages", "get_job_storage"]

_POLL_SECONDS = 0.2
_LARGEST_NUMBER = 2**63 - 1
_readers = ThreadPoolExecutor(8, "job-reads")
_writers = ThreadPoolExecutor(4, "job-writes")
"""Threads of their own: writers that wait for their turn must not keep readers from theirs."""


class JobStorage:
    """Jobs in the database of the settings; with Supabase configured, every change is replayed there as well.

    `_supabase` None says that Supabase is away: everything goes on, and what is to be replayed waits.
    Every method blocks; asynchronous callers use those that end in `_async`, and `run_async` for others that read.
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
        query = newest_first(fitting(select(*SHOWN), job_filter(status, more))).limit(size_of(limit))
        with self._database.read() as connection:
            return [as_dict(row) for row in connection.execute(query)]

    def page_jobs(
        self,
        wanted: JobFilter | None = None,
        *,
        limit: int = 100,
        cursor: str | None = None,
        among: ColumnElement[bool] | None = None,
    ) -> JobPage:
        """Return one page of the jobs that fit; `cursor` is the page before's `next_cursor`.

        `among` is a condition more.
        """
        chosen, size, also = wanted or JobFilter(), size_of(limit), true() if among is None else among
        query = newest_first(fitting(select(*SHOWN), chosen).where(also)).limit(size + 1)
        if cursor is not None:
            query = after_cursor(query, cursor)
        with self._database.read() as connection:
            found = connection.execute(query).all()
            counted = fitting(select(func.count()).select_from(jobs), chosen).where(also)
            total = connection.execute(counted).scalar_one()
        more = len(found) > size
        last = found[size - 1] if more and size else None
        return JobPage(
            jobs=tuple(as_dict(row) for row in found[:size]),
            next_cursor=cursor_of(last.created_at, last.id) if last is not None else None,
            total=total,
        )

    def count_jobs(self, status: JobStatus | None = None, **more: Any) -> int:
        """Return how many jobs fit; `more` are fields of `JobFilter`."""
        query = fitting(select(func.count()).select_from(jobs), job_filter(status, more))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def delete_job(self, job_id: str) -> bool:
        """Remove a job, its parts and its events; False for an unknown id.

        Raises `InputError` (job_running) while the engine works on it or on one of its parts.
        """
        with self._database.write() as connection:
            deleted = self._delete_family(connection, job_id)
        self._replay()
        return deleted

    def events(self, job_id: str, after: int = 0, limit: int = 1000) -> list[JobEvent]:
        """Return up to `limit` of the job's events whose number is greater than `after`, in order."""
        if not is_id(job_id):
            return []
        with self._database.read() as connection:
            return self._events(connection, job_id, after, size_of(limit))

    def subscribe(self, job_id: str, after: int = 0, stop: Callable[[], bool] = lambda: False) -> Iterator[JobEvent]:
        """Yield the job's events as they happen, until it has ended, is gone, or `stop` says so."""
        while not stop():
            found, ended = self._news(job_id, after)
            yield from found
            if ended:
                return
            if found:
                after = found[-1].number
            else:
                time.sleep(_POLL_SECONDS)

    async def subscribe_async(self, job_id: str, after: int = 0) -> AsyncIterator[JobEvent]:
        """Yield the job's events as they happen, until it has ended or is gone, without blocking the event loop."""
        while True:
            found, ended = await self.run_async(self._news, job_id, after)
            for event in found:
                yield event
            if ended:
                return
            if found:
                after = found[-1].number
            else:
                await asyncio.sleep(_POLL_SECONDS)

    def cleanup_old_jobs(self, days: float = 7) -> int:
        """Remove the jobs that ended more than `days` days ago, with their parts; return how many, parts not counted.

        A job that runs, or of which a part does, is never removed.
        """
        return sum(self._clean(job_id, days) for job_id in self.old_jobs(days))

    def old_jobs(self, days: float = 7) -> list[str]:
        """Return the ids of the jobs that `cleanup_old_jobs` would remove, the oldest first."""
        if not days >= 0:
            raise InputError("days cannot be negative.", hint="Use 0 or more.", subject="days")
        with self._database.read() as connection:
            return list(connection.execute(old_families(_before(days))).scalars())

    async def run_async(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one of the methods that read in a thread."""
        return await _in_thread(_readers, partial(method, *args, **kwargs))

    async def create_job_async(self, job: JobDict) -> JobDict:
        """As `create_job`, without blocking the event loop."""
        return await _in_thread(_writers, partial(self.create_job, job))

    async def get_job_async(self, job_id: str) -> JobDict | None:
        """As `get_job`, without blocking the event loop."""
        return await self.run_async(self.get_job, job_id)

    async def update_job_async(self, job_id: str, changes: JobDict) -> JobDict | None:
        """As `update_job`, without blocking the event loop."""
        return await _in_thread(_writers, partial(self.update_job, job_id, changes))

    async def list_jobs_async(self, status: JobStatus | None = None, limit: int = 100, **more: Any) -> list[JobDict]:
        """As `list_jobs`, without blocking the event loop."""
        return await self.run_async(self.list_jobs, status, limit, **more)

    async def delete_job_async(self, job_id: str) -> bool:
        """As `delete_job`, without blocking the event loop."""
        return await _in_thread(_writers, partial(self.delete_job, job_id))

    async def cleanup_old_jobs_async(self, days: float = 7) -> int:
        """As `cleanup_old_jobs`, without blocking the event loop."""
        return await _in_thread(_writers, partial(self.cleanup_old_jobs, days))

    def _require_own_status(self, connection: Connection, job_id: str, status: Any) -> None:
        row = self.rows.get(connection, job_id, lock=True)
        if row is not None and row.workflow_id is not None and row.status != status:
            raise InputError(
                "The engine works on this job and sets its status itself.",
                hint="Cancel or retry it instead.",
                subject="status",
                code="status_of_engine",
            )

    def _delete_family(self, connection: Connection, job_id: str) -> bool:
        top = self.rows.get(connection, job_id, lock=True)
        if top is None:
            return False
        parts = [self.rows.get(connection, part, lock=True) for part in descendants(connection, job_id)]
        family = [top, *(part for part in parts if part is not None)]
        if any(row.workflow_id is not None and row.status not in TERMINAL for row in family):
            raise InputError("The job is still running.", hint="Cancel it first.", subject=job_id, code="job_running")
        for row in family:
            self.rows.delete(connection, row.id)
        return True

    def _clean(self, job_id: str, days: float) -> bool:
        """Remove one old job, unless it runs again since it was found."""
        with self._database.write() as connection:
            self.rows.get(connection, job_id, lock=True)
            still = connection.execute(old_families(_before(days), job_id)).scalar()
            deleted = still is not None and self._delete_family(connection, job_id)
        self._replay()
        return deleted

    def _events(self, connection: Connection, job_id: str, after: int, limit: int = 1000) -> list[JobEvent]:
        newer = job_events.c.number > max(-1, min(after, _LARGEST_NUMBER))
        query = select(job_events).where(job_events.c.job_id == job_id, newer)
        found = connection.execute(query.order_by(job_events.c.number).limit(limit)).mappings().all()
        return [JobEvent.model_validate({k: v for k, v in row.items() if k != "id"}) for row in found]

    def _news(self, job_id: str, after: int) -> tuple[list[JobEvent], bool]:
        """Return events after `after`, and whether there will be no more. One state of the database tells both."""
        with self._database.read() as connection:
            row = self.rows.get(connection, job_id)
            if row is None:
                return [], True
            if row.version < after:  # it was removed, and another one of that id made
                after = 0
            found = self._events(connection, job_id, after) if row.version > after else []
        last = found[-1].number if found else after
        return found, row.status in TERMINAL and last >= row.version

    def _replay(self) -> None:
        if self._supabase is not None:
            self._supabase.nudge()


def _before(days: float) -> datetime:
    """Return the moment `days` days ago, and the first there is when that is earlier."""
    try:
        return now() - timedelta(days=days)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


async def _in_thread(threads: ThreadPoolExecutor, call: Callable[[], R]) -> R:
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(threads, partial(context.run, call))


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
