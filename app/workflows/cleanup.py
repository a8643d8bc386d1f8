"""The clean-up: sweep by sweep, what nobody needs any more is found, looked at again, and taken away.

Never a job that runs or waits, nor its folder or parts; never a file that something refers to. Finding changes
nothing, so that a plan is what the clean-up would do.
"""

from typing import Any

from app.config import Settings
from app.models.cleanup import SWEEPS, CleanUpPlan, CleanUpReport
from app.models.control import Control
from app.services.job_storage import JobStorage
from app.workflows.access_sweep import EndedAccess
from app.workflows.clip_sweep import LeftClips
from app.workflows.job_sweeps import Beside, EngineRows, JobFolders, Leases, OldJobs
from app.workflows.jobs.kinds import LOW
from app.workflows.jobs.run import JobRun, durable
from app.workflows.jobs.submit import Desk
from app.workflows.media_sweeps import LeftContents, LeftPreviews, LeftUploads
from app.workflows.sweeps import Cache, DeadRuns, Files, Sweep
from app.workflows.webhook_sweep import OldMessages


@durable(
    "cleanup", {"leftovers": 0.2, "jobs": 1.0, "folders": 1.0, "media": 0.5, "cache_entries": 2.0, "engine_rows": 1.0}
)
def cleanup_workflow(job: JobRun, request: dict[str, Any]) -> None:
    """Clean up; `days` in the request is how old finished jobs may become, else the setting.

    With `only`, names of sweeps, nothing else is done.
    """
    sweeps = sweeps_of(job.worker.storage, job.settings, request.get("days"))
    counts: dict[str, int] = {}
    only = request.get("only", SWEEPS)
    for sweep in (sweep for sweep in sweeps if sweep.name in only):
        done = job.step(sweep.name, sweep.done)
        counts = _added(counts, sweep.name, done["count"], done["bytes"])
    job.finish(CleanUpReport(**counts).model_dump(mode="json"))


def ask_for_room(desk: Desk) -> None:
    """Have what was removed from the library go from the disk, as far as nothing needs it, in the background."""
    request = {"only": ["media", "previews"]}
    desk.submit("cleanup", request, title="clean-up of the library", priority=LOW, request_key="cleanup/media")


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


def sweeps_of(storage: JobStorage, settings: Settings, days: float | None) -> list[Sweep]:
    """Return all sweeps in the order of `app.models.cleanup.SWEEPS`; finished jobs are kept for `days`."""
    kept = settings.keep_days if days is None else days
    old = OldJobs(storage, settings, kept)
    return [
        Beside(storage, settings),
        old,
        JobFolders(storage, settings, old),
        DeadRuns(storage, settings),
        Files(storage, settings, logs=False),
        LeftUploads(storage, settings),
        LeftContents(storage, settings),
        LeftPreviews(storage, settings),
        LeftClips(storage, settings),
        Cache(storage, settings),
        Files(storage, settings, logs=True),
        EngineRows(storage, settings, old),
        OldMessages(storage, settings, kept),
        EndedAccess(storage, settings),
        Leases(storage, settings),
    ]
