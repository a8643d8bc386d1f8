"""The sweeps of jobs: old ones, and what ended ones left in folders, in the engine and among the leases."""

import contextlib
import re
import shutil
import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, select

from app.config import Settings
from app.db.tables import jobs
from app.db.types import now
from app.models.cleanup import Find
from app.models.control import Control
from app.models.job import TERMINAL
from app.services.cleanup import leftovers
from app.services.job_storage import JobStorage, descendants
from app.workflows.clips.holds import beside_prefix, left_in
from app.workflows.clips.places import job_folder
from app.workflows.jobs.abandon import SHOWING, clear_beside, out_folder
from app.workflows.jobs.engine import client_for
from app.workflows.jobs.lease import forget_old
from app.workflows.sweeps import OneByOne, Sweep

_WITHOUT_FOLDER = frozenset({"completed", "cancelled"})
"""A job that failed keeps what it had finished for as long as it is kept itself: a retry goes on from there."""

_AT_ONCE = 200
_ENDED = (jobs.c.workflow_id.is_not(None), jobs.c.status.in_(TERMINAL))


class Beside(OneByOne):
    """What ended jobs left beside their results: names they hold, half-written files, the clip of a cancelled job.

    Whoever ends a job takes these away himself, unless he dies, or the disk is away. They come first: once a job is
    forgotten, nobody knows where it wrote.
    """

    name = "leftovers"

    def find(self) -> list[Find]:
        """Return the jobs by id, with the bytes of what they left; what a completed one showed is not among it."""
        query = select(jobs.c.id, jobs.c.job_type, jobs.c.data).where(jobs.c.job_type.in_(SHOWING), *_ENDED)
        with self._storage.database.read() as connection:
            rows = connection.execute(query.order_by(jobs.c.id)).all()
        look = cache(left_in)  # many jobs show their clips in one folder
        finds = []
        for row in rows:
            folder = out_folder(row.job_type, row.data.get("request") or {})
            if folder is not None and (places := look(folder).get(beside_prefix(row.id))):
                finds.append(Find(name=row.id, bytes=sum(map(leftovers.size_of, places))))
        return finds

    def _remove(self, find: Find) -> bool:
        query = select(jobs.c.id, jobs.c.job_type, jobs.c.status, jobs.c.data).where(jobs.c.id == find.name, *_ENDED)
        with self._storage.database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return False
        request = row.data.get("request") or {}
        clear_beside(row.job_type, row.id, request, keep=row.status == "completed")
        folder = out_folder(row.job_type, request)
        return folder is not None and beside_prefix(row.id) not in left_in(folder)


class OldJobs(Sweep):
    """Jobs that ended more than `days` ago, with their parts and events."""

    name = "jobs"

    def __init__(self, storage: JobStorage, settings: Settings, days: float) -> None:
        super().__init__(storage, settings)
        self._days, self._began = days, now()

    def find(self) -> list[Find]:
        """Return the jobs by id; their parts are not listed."""
        return [Find(name=job_id) for job_id in self._storage.old_jobs(self._limit())]

    def families(self) -> set[str]:
        """Return the ids of the jobs and of all their parts."""
        found = {find.name for find in self.find()}
        with self._storage.database.read() as connection:
            return found | {part for job_id in found for part in descendants(connection, job_id)}

    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Remove them."""
        self._storage.cleanup_old_jobs(self._limit())
        yield from (find for find in finds if self._storage.get_job(find.name) is None)

    def _limit(self) -> float:
        """Return the days back to one and the same moment, so that no job becomes old while this runs."""
        return self._days + (now() - self._began) / timedelta(days=1)


class JobFolders(OneByOne):
    """Folders in which jobs kept what they had finished, and that nobody will go on from."""

    name = "folders"

    def __init__(self, storage: JobStorage, settings: Settings, old: OldJobs) -> None:
        super().__init__(storage, settings)
        self._old = old

    def find(self) -> list[Find]:
        """Return the folders of jobs that are gone, were completed or cancelled."""
        folders = leftovers.folders_in(self._data_dir / "work" / leftovers.JOBS)
        needed = self._needed() if folders else set()
        return self._finds([path for path in folders if path.name not in needed])

    def _needed(self) -> set[str]:
        """Return the names of the folders that stay: of jobs that may go on and are not about to be removed."""
        going = self._old.families()
        with self._storage.database.read() as connection:
            rows = connection.execute(select(jobs.c.id).where(jobs.c.status.not_in(_WITHOUT_FOLDER))).scalars()
            return {job_folder(self._data_dir, job_id).name for job_id in rows if job_id not in going}

    def _remove(self, find: Find) -> bool:
        """Rename the folder while nobody can retry its job, and take it away after that."""
        assert find.path is not None  # noqa: S101 - each find of this sweep has one
        with self._storage.database.write() as connection:
            if self._is_needed(connection, find.path):
                return False
            away = find.path.parents[1] / uuid.uuid4().hex  # should this process die now: a dead run's
            try:
                find.path.rename(away)
            except OSError:
                return False
        shutil.rmtree(away, ignore_errors=True)
        return True

    def _is_needed(self, connection: Connection, folder: Path) -> bool:
        """Whether the folder's job is there and may still need it; meanwhile nobody else changes the job."""
        ids = connection.execute(select(jobs.c.id)).scalars().all()
        owner = next((job_id for job_id in ids if job_folder(self._data_dir, job_id).name == folder.name), None)
        row = self._storage.rows.get(connection, owner, lock=True) if owner is not None else None
        return row is not None and row.status not in _WITHOUT_FOLDER


class EngineRows(Sweep):
    """What the engine keeps of workflows whose jobs are gone."""

    name = "engine_rows"

    def __init__(self, storage: JobStorage, settings: Settings, old: OldJobs) -> None:
        super().__init__(storage, settings)
        self._old = old
        self._client = client_for(storage.database)

    def find(self) -> list[Find]:
        """Return the workflows by id."""
        going = self._old.families()
        with self._storage.database.read() as connection:
            ended = self._client.ended(connection)
            there = set(connection.execute(select(jobs.c.id)).scalars()) - going
        return [Find(name=workflow) for workflow in sorted(ended) if not _tries(workflow) & there]

    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Let the engine forget them, some at a time."""
        still = {find.name for find in self.find()}
        wanted = [find for find in finds if find.name in still]
        for first in range(0, len(wanted), _AT_ONCE):
            control.check()
            some = wanted[first : first + _AT_ONCE]
            self._client.delete([find.name for find in some])
            yield from some


def _tries(workflow_id: str) -> set[str]:
    """Return the ids of the jobs that a workflow may have been a try of: `JOB`, or `JOB.2` for the second one."""
    return {workflow_id, re.sub(r"\.\d+$", "", workflow_id)}


class Leases(Sweep):
    """Leases that ended more than a day ago, and whose work somebody else has by now."""

    name = "leases"

    def find(self) -> list[Find]:
        """Return a nameless find for each: they are removed, and that is undone."""
        count = 0
        with contextlib.suppress(_Undone), self._storage.database.write() as connection:
            count = self._forget(connection)
            raise _Undone
        return [Find(name="")] * count

    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Remove them."""
        with self._storage.database.write() as connection:
            count = self._forget(connection)
        return iter([Find(name="")] * count)

    def _forget(self, connection: Connection) -> int:
        running = client_for(self._storage.database).running(connection)
        return forget_old(connection, [state.executor_id for state in running if state.executor_id])


class _Undone(Exception):
    """Takes back what a transaction has done."""
