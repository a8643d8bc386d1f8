"""Who listens to jobs hears of changes by one look at the database for all listeners, not one for each."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from sqlalchemy import select

from app.db.tables import jobs
from app.models.job import TERMINAL, JobEvent
from app.services.job_storage import JobStorage

POLL_SECONDS = 0.2
_AT_ONCE = 500
"""Ids in one question: databases take no end of them."""

State = tuple[int, str]
"""Version and status."""


class JobWatch:
    """Follows jobs for any number of listeners of one event loop; nothing is asked while nobody listens."""

    def __init__(self, storage: JobStorage) -> None:
        self._storage = storage
        self._listeners: Counter[str] = Counter()
        self._states: dict[str, State | None] = {}
        self._looked = float("-inf")
        self._look: asyncio.Task[None] | None = None

    async def follow(self, job_id: str, after: int = 0) -> AsyncIterator[list[JobEvent]]:
        """Yield the job's events after number `after` as they happen, and an empty list after each look without any.

        Ends when the job has ended, or is gone. Raises `StorageError` when the database is away.
        """
        with self._listening(job_id):
            while (state := await self._state(job_id)) is not None:
                version, status = state
                if version < after:  # it was removed, and another one of that id made
                    after = 0
                found: list[JobEvent] = []
                if version > after:
                    found = await self._storage.run_async(self._storage.events, job_id, after)
                    after = found[-1].number if found else version
                yield found
                if status in TERMINAL and after == version:
                    return
                await asyncio.sleep(POLL_SECONDS)

    @contextmanager
    def _listening(self, job_id: str) -> Iterator[None]:
        self._listeners[job_id] += 1
        try:
            yield
        finally:
            self._listeners[job_id] -= 1
            if not self._listeners[job_id]:
                del self._listeners[job_id]
                self._states.pop(job_id, None)

    async def _state(self, job_id: str) -> State | None:
        """Return the job's state, as it was at most `POLL_SECONDS` ago; None when there is no such job."""
        while job_id not in self._states or time.monotonic() - self._looked > POLL_SECONDS:
            if self._look is None or self._look.done():
                self._look = asyncio.create_task(self._look_at_all())
            await asyncio.shield(self._look)  # a listener that leaves must not take the others' look along
        return self._states[job_id]

    async def _look_at_all(self) -> None:
        ids = list(self._listeners)
        found = await self._storage.run_async(self._states_of, ids)
        self._states = {job_id: found.get(job_id) for job_id in ids}
        self._looked = time.monotonic()

    def _states_of(self, ids: list[str]) -> dict[str, State]:
        found: dict[str, State] = {}
        query = select(jobs.c.id, jobs.c.version, jobs.c.status)
        with self._storage.database.read() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                some = query.where(jobs.c.id.in_(ids[start : start + _AT_ONCE]))
                found |= {row.id: (row.version, row.status) for row in connection.execute(some)}
        return found
