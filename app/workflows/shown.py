"""The end of a job that showed files in a person's folder: they stay when it ended well."""

from pathlib import Path

from app.errors import Cancelled
from app.models.control import Control
from app.workflows.holds import let_go
from app.workflows.patience import patiently
from app.workflows.run import JobRun


def keep_shown(job: JobRun, folder: Path) -> None:
    """Let a finished job go of its name in `folder`.

    Raises `Cancelled` when it was cancelled before it could be noted as done: then what it showed is taken back. One
    that failed meanwhile is left to whoever ended it, and one that was removed since had its end.
    """
    row = patiently(Control(), lambda: job.worker.storage.get_job(job.job_id))
    status = row["status"] if row is not None else "completed"
    if status == "cancelled":
        raise Cancelled("The job was cancelled when it was all but done.")
    if status == "completed":
        let_go(folder, job.job_id)
