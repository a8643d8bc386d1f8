"""Waiting for a job from a command: with a worker of its own where none stands, with progress, ended when asked."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from app.config import Settings
from app.errors import Cancelled
from app.models.base import content_key
from app.models.control import Control
from app.models.job import JobDict
from app.services.job_storage import JobStorage, descendants
from app.workflows.clips.places import job_folder
from app.workflows.jobs.kinds import HIGH
from app.workflows.jobs.lease import boot_id, someone_standing, start_of
from app.workflows.jobs.patience import patiently
from app.workflows.jobs.submit import Desk, has_ended
from app.workflows.jobs.supervisor import Supervisor

Listener = Callable[[str, float, float | None], None]
"""Receives the name of the running step, the share of the whole job that is done, 0.0 to 1.0, and the seconds that are
left, None when nobody can tell."""

_POLL_SECONDS = 0.1
_LOOK_SECONDS = 2.0
_TIDY_SECONDS = 5.0


def open_desk(settings: Settings) -> Desk:
    """Return a desk for the settings' database."""
    return Desk(JobStorage(settings), settings)


def ask(desk: Desk, kind: str, request: dict[str, Any], title: str) -> tuple[JobDict, bool]:
    """Take in a job for this command, or go on with the unfinished one that was asked for with the very same request.

    Returns the job, and whether it is this command's: not when another command that still runs waits for it.
    """
    me = _this_process()
    job = desk.submit(
        kind, request, title=title, priority=HIGH, request_key=content_key(kind, request), asked_by=me
    )  # fmt: skip
    by = job.get("asked_by") or {}
    if by == me:
        return job, True
    if by and _runs(by):
        return job, False
    return desk.storage.update_job(job["job_id"], {"asked_by": me}) or job, True


def attended(
    desk: Desk, job_id: str, settings: Settings, listener: Listener, control: Control, *, mine: bool
) -> JobDict:
    """Wait until the job has ended and return it.

    Where no worker stands, one is started for as long. When `control` is cancelled the job is, if it is `mine`, and
    its processes and files are gone before `Cancelled` is raised; a job of another command goes on.
    """
    with _worker_where_none(settings, desk) as look_again:
        looked = time.monotonic()
        while True:
            job = patiently(control, lambda: desk.storage.get_job(job_id))
            if job is None:
                raise Cancelled("The job was removed.")
            step = patiently(control, partial(_step_of, desk, job))
            listener(step, job.get("percentage", 0) / 100, job.get("estimated_remaining"))
            if has_ended(job):
                break
            if control.cancelled and not mine:
                raise Cancelled("Stopped waiting; the job goes on in the command that asked for it first.")
            if control.cancelled:
                _cancel(desk, job_id, settings)
            if time.monotonic() - looked > _LOOK_SECONDS:
                patiently(control, look_again)
                looked = time.monotonic()
            time.sleep(_POLL_SECONDS)
    if job["status"] == "cancelled":
        stopped = "Stopped as asked" if control.cancelled else f"Somebody cancelled the job {job_id}"
        raise Cancelled(f"{stopped}; nothing half-made was kept.")
    return job


def _this_process() -> dict[str, Any]:
    return {"host": socket.gethostname(), "boot": boot_id(), "pid": os.getpid(), "start": start_of(os.getpid())}


def _runs(process: dict[str, Any]) -> bool:
    """Whether a command still runs; of one on another machine nothing can be said, so it does."""
    if process.get("host") != socket.gethostname():
        return True
    return process.get("boot") == boot_id() and start_of(int(process["pid"])) == process.get("start")


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
        if supervisors and supervisors[0].failure is not None:
            raise supervisors[0].failure
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
