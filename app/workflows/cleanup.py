"""The clean-up: sweep by sweep, what nobody needs any more is found, looked at again, and taken away.

Never a job that runs or waits, nor its folder or parts; never a file that something refers to. Finding changes
nothing, so that a plan is what the clean-up would do.
"""

import contextlib
import re
import shutil
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.config import Settings
from app.db.tables import jobs
from app.db.types import now
from app.media.containers import shown
from app.models.cleanup import CleanUpPlan, CleanUpReport, Find
from app.models.control import Control
from app.models.job import TERMINAL
from app.services.cache_index import TOUCH_SECONDS, CacheEntry, CacheIndex
from app.services.cleanup import leftovers
from app.services.cleanup.references import references
from app.services.files import claim
from app.services.job_storage import JobStorage, descendants
from app.workflows.abandon import SHOWING, clear_beside, out_folder
from app.workflows.engine import client_for
from app.workflows.holds import beside_prefix, left_in
from app.workflows.lease import forget_old
from app.workflows.places import job_folder
from app.workflows.run import JobRun, durable

_WITHOUT_FOLDER = frozenset({"completed", "cancelled"})
"""A job that failed keeps what it had finished for as long as it is kept itself: a retry goes on from there."""

_AT_ONCE = 200
_ENDED = (jobs.c.workflow_id.is_not(None), jobs.c.status.in_(TERMINAL))


@durable("cleanup", {"leftovers": 0.2, "jobs": 1.0, "folders": 1.0, "cache_entries": 2.0, "engine_rows": 1.0})
def cleanup_workflow(job: JobRun, request: dict[str, Any]) -> None:
    """Clean up; `days` in the request is how old finished jobs may become, else the setting."""
    sweeps = sweeps_of(job.worker.storage, job.settings, request.get("days"))
    counts: dict[str, int] = {}
    for sweep in sweeps:
        done = job.step(sweep.name, sweep.done)
        counts = _added(counts, sweep.name, done["count"], done["bytes"])
    job.finish(CleanUpReport(**counts).model_dump(mode="json"))


def plan(storage: JobStorage, settings: Settings, days: float | None = None) -> CleanUpPlan:
    """Return what a clean-up would take away now. Nothing is changed."""
    return CleanUpPlan(found={sweep.name: tuple(sweep.find()) for sweep in sweeps_of(storage, settings, days)})


def clean_up(storage: JobStorage, settings: Settings, days: float | None, control: Control) -> CleanUpReport:
    """Clean up in this process and return what was taken away. Raises `Cancelled` and `StorageError`."""
    counts: dict[str, int] = {}
    for sweep in sweeps_of(storage, settings, days):
        done = sweep.done(control)
        counts = _added(counts, sweep.name, done["count"], done["bytes"])
    return CleanUpReport(**counts)


def _added(counts: dict[str, int], name: str, count: int, size: int) -> dict[str, int]:
    return {**counts, name: count, "bytes": counts.get("bytes", 0) + size}


class Sweep(ABC):
    """One kind of thing that is taken away."""

    name: str

    def __init__(self, storage: JobStorage, settings: Settings) -> None:
        self._storage = storage
        self._settings = settings
        self._data_dir = settings.data_dir

    @abstractmethod
    def find(self) -> list[Find]:
        """Return what there is to take away."""

    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Take away what was found, and yield what is gone; what is needed by now is left."""
        for find in finds:
            control.check()
            if self._remove(find):
                yield find

    def _remove(self, find: Find) -> bool:
        """Take one thing away, after another look; False when it is left."""
        raise NotImplementedError

    def done(self, control: Control) -> dict[str, int]:
        """Find, take away, and return how many and how many bytes."""
        taken = list(self.take(self.find(), control))
        return {"count": len(taken), "bytes": sum(find.bytes for find in taken)}

    def _finds(self, paths: Sequence[Path]) -> list[Find]:
        """Return files and folders as finds, but for those that something refers to, whatever they look like."""
        known = references(self._storage.database, self._settings) if paths else None
        return [
            Find(name=shown(path.relative_to(self._data_dir)), path=path, bytes=leftovers.size_of(path))
            for path in paths
            if known is not None and not known.has(path)
        ]


class Beside(Sweep):
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


class JobFolders(Sweep):
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


class DeadRuns(Sweep):
    """Work folders of runs that died."""

    name = "runs"

    def find(self) -> list[Find]:
        """Return them."""
        return self._finds(leftovers.dead_runs(self._data_dir))

    def _remove(self, find: Find) -> bool:
        assert find.path is not None  # noqa: S101 - each find of this sweep has one
        if not leftovers.is_dead_run(find.path):
            return False
        with claim(leftovers.lock_of(find.path)) as mine:
            if mine:
                shutil.rmtree(find.path, ignore_errors=True)
        return not find.path.exists()


class Files(Sweep):
    """Files that can be told by their name and age alone: half-written ones, old logs."""

    def __init__(self, storage: JobStorage, settings: Settings, *, logs: bool) -> None:
        super().__init__(storage, settings)
        self.name = "logs" if logs else "files"
        self._all = leftovers.old_logs if logs else leftovers.half_written
        self._is_one = leftovers.is_old_log if logs else leftovers.is_half_written

    def find(self) -> list[Find]:
        """Return them."""
        return self._finds(self._all(self._data_dir))

    def _remove(self, find: Find) -> bool:
        return find.path is not None and self._is_one(find.path) and _unlinked(find.path)


class Cache(Sweep):
    """What the cache holds beyond its limit, the files not used for longest first."""

    name = "cache_entries"

    def __init__(self, storage: JobStorage, settings: Settings) -> None:
        super().__init__(storage, settings)
        self._index = CacheIndex(settings)

    def find(self) -> list[Find]:
        """Return the files that must go."""
        return [self._as_find(entry) for entry in self._over_limit().values()]

    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Remove them, but for those that were used or referred to since they were found."""
        still = self._over_limit()
        taken = []
        for find in finds:
            control.check()
            entry = still.get(find.name)
            if entry and self._index.last_use(entry.name) == entry.used_at and _unlinked(self._data_dir / entry.name):
                taken.append(find)
        self._index.forget([find.name for find in taken])
        self._index.forget_lost()
        yield from taken

    def _over_limit(self) -> dict[str, CacheEntry]:
        known = references(self._storage.database, self._settings)
        spared = min(now(), known.working_since or now()) - timedelta(seconds=TOUCH_SECONDS)

        def is_needed(entry: CacheEntry) -> bool:
            return entry.used_at >= spared or known.has(self._data_dir / entry.name)

        return {entry.name: entry for entry in self._index.over_limit(self._settings.cache_mb << 20, is_needed)}

    def _as_find(self, entry: CacheEntry) -> Find:
        return Find(name=entry.name, path=self._data_dir / entry.name, bytes=entry.bytes)


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


def sweeps_of(storage: JobStorage, settings: Settings, days: float | None) -> list[Sweep]:
    """Return all sweeps in the order of `app.models.cleanup.SWEEPS`; finished jobs are kept for `days`."""
    old = OldJobs(storage, settings, settings.keep_days if days is None else days)
    return [
        Beside(storage, settings),
        old,
        JobFolders(storage, settings, old),
        DeadRuns(storage, settings),
        Files(storage, settings, logs=False),
        Cache(storage, settings),
        Files(storage, settings, logs=True),
        EngineRows(storage, settings, old),
        Leases(storage, settings),
    ]


def _unlinked(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
