"""The end of a job that showed files in a person's folder: they stay when it ended well, and only then."""

from pathlib import Path

from app.errors import Cancelled
from app.models.control import Control
from app.workflows.clips.holds import let_go, take_back
from app.workflows.jobs.patience import patiently
from app.workflows.jobs.run import JobRun


def keep_shown(job: JobRun, folder: Path) -> None:
    """Let a finished job go of its name in `folder`.

    Raises `Cancelled` when it was cancelled before it could be noted as done: then what it showed is taken back. One
    that failed meanwhile is left to whoever ended it, and one that was removed since had its end.
    """
    status, attempt = _state(job)
    if attempt != job.attempt:
        return
    if status == "cancelled":
        raise Cancelled("The job was cancelled when it was all but done.")
    if status == "completed":
        let_go(folder, job.job_id)


def show_nothing(job: JobRun, folder: Path) -> None:
    """Take back what a job that failed or was cancelled has in `folder`, unless a retry of it is at work by now."""
    if _state(job)[1] == job.attempt:
        take_back(folder, job.job_id)


def _state(job: JobRun) -> tuple[str, int]:
    """Return the job's status and attempt; one that is gone counts as completed."""

    def read() -> tuple[str, int]:
        with job.worker.storage.database.read() as connection:
            row = job.worker.storage.rows.get(connection, job.job_id)
        return (row.status, row.attempt) if row is not None else ("completed", job.attempt)

    return patiently(Control(), read)
