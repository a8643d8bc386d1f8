"""Waiting for a job from a command: with a worker of its own where none stands, with progress, ended when asked."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.config import Settings
from app.errors import Cancelled
from app.models.control import Control
from app.models.job import JobDict
from app.services.job_storage import JobStorage, descendants
from app.workflows.lease import someone_standing
from app.workflows.places import job_folder
from app.workflows.submit import Desk, has_ended
from app.workflows.supervisor import Supervisor

Listener = Callable[[str, float], None]
"""Receives the name of the running step and the share of the whole job that is done, 0.0 to 1.0."""

_POLL_SECONDS = 0.1
_LOOK_SECONDS = 2.0
_TIDY_SECONDS = 5.0


def open_desk(settings: Settings) -> Desk:
    """Return a desk for the settings' database."""
    return Desk(JobStorage(settings), settings)


def attended(desk: Desk, job_id: str, settings: Settings, listener: Listener, control: Control) -> JobDict:
    """Wait until the job has ended and return it.

    Where no worker stands, one is started for as long. When `control` is cancelled the job is, and its processes and
    files are gone before `Cancelled` is raised; the same when somebody else cancelled it.
    """
    with _worker_where_none(settings, desk) as look_again:
        looked = time.monotonic()
        while True:
            job = desk.storage.get_job(job_id)
            if job is None:
                raise Cancelled("The job was removed.")
            listener(_step_of(desk, job), job.get("percentage", 0) / 100)
            if has_ended(job):
                break
            if control.cancelled:
                _cancel(desk, job_id, settings)
            if time.monotonic() - looked > _LOOK_SECONDS:
                look_again()
                looked = time.monotonic()
            time.sleep(_POLL_SECONDS)
    if job["status"] == "cancelled":
        raise Cancelled("Stopped as asked; nothing half-made was kept.")
    return job


def _cancel(desk: Desk, job_id: str, settings: Settings) -> None:
    """Cancel the job, and wait a moment for those who work on it to take their files away."""
    desk.cancel(job_id)
    with desk.storage.database.read() as connection:
        family = [job_id, *descendants(connection, job_id)]
    deadline = time.monotonic() + _TIDY_SECONDS
    while any(job_folder(settings.data_dir, one).exists() for one in family) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def _step_of(desk: Desk, job: JobDict) -> str:
    """Return the name of the running step: of a job that waits for its parts, that of the part that runs."""
    if job["progress"] == "render":
        for part in reversed(desk.storage.list_jobs("processing", parent_id=job["job_id"])):
            return str(part.get("title") or part["progress"])
    return str(job["progress"])


@contextmanager
def _worker_where_none(settings: Settings, desk: Desk) -> Iterator[Callable[[], None]]:
    """Run a worker of our own while none stands; gives what looks whether the one that stood still does."""
    supervisors: list[Supervisor] = []
    threads: list[threading.Thread] = []

    def look() -> None:
        if not supervisors and not someone_standing(desk.storage.database):
            supervisors.append(Supervisor(settings, "private"))
            threads.append(threading.Thread(target=supervisors[0].run, name="worker", daemon=True))
            threads[0].start()

    look()
    try:
        yield look
    finally:
        for supervisor in supervisors:
            supervisor.stop()
        for thread in threads:
            thread.join()
