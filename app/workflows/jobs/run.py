"""One run of a workflow: its steps with progress, cancellation and errors, and how the job ends."""

import logging
import shutil
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from app.config import Settings
from app.db.reasons import DATABASE_TROUBLE
from app.db.types import now
from app.errors import Cancelled, EditFactoryError, JobError, StorageError, from_record
from app.media.atomic import write_text
from app.models.control import Control
from app.models.job import TERMINAL, JobDict
from app.services import logs
from app.services.job_storage import JobStorage
from app.workflows.clips.places import job_folder
from app.workflows.jobs import engine
from app.workflows.jobs.abandon import abandon
from app.workflows.jobs.kinds import NORMAL
from app.workflows.jobs.memory import give_back
from app.workflows.jobs.patience import patiently
from app.workflows.jobs.pulse import Pace, Pulse
from app.workflows.jobs.submit import Desk

log = logging.getLogger("edit_factory")

Json = dict[str, Any]

_MOST_OUTAGES = 3
"""How often one step is done again because the database was away."""


@dataclass(frozen=True)
class Worker:
    """What the workflows of this process work with.

    `leaving` is set when its work is to be handed over; `parked` are the jobs that stand still since. `put_back` puts a
    workflow that runs here back into its queue.
    """

    settings: Settings
    storage: JobStorage
    desk: Desk
    pulse: Pulse
    leaving: threading.Event
    put_back: Callable[[str], bool]
    parked: set[str] = field(default_factory=set)


_worker: list[Worker] = []


def set_worker(worker: Worker) -> None:
    """Say with what the workflows of this process work."""
    _worker[:] = [worker]


class JobRun:
    """A job while its workflow runs. `plan` names its steps with the seconds each is expected to take."""

    def __init__(self, job_id: str, attempt: int, plan: Mapping[str, float]) -> None:
        self.job_id = job_id
        self.attempt = attempt
        self.worker = _worker[0]
        self.settings = self.worker.settings
        self.folder: Path = job_folder(self.settings.data_dir, job_id)
        self.seconds: dict[str, float] = {}
        self.priority: int = NORMAL
        self.owner: str | None = None
        self.project_id: str | None = None
        self._weights = dict(plan)
        self._done = self._floor = 0.0
        self._pace: Pace | None = None
        self._expected: float | None = None

    def plan(self, weights: Mapping[str, float]) -> None:
        """Say which steps are still to come and about how many seconds each takes; what is done stays done."""
        self._weights = dict(weights)

    def expects(self, seconds: float) -> None:
        """Say how long all that is still to come takes on this machine, as far as that is known beforehand."""
        self._expected = seconds / max(0.01, 1.0 - self._done)

    def step(self, name: str, work: Callable[[Control], Any], *, label: str | None = None) -> Any:
        """Do one step and return its answer, plain JSON; a step that was done before a crash only gives its answer.

        Raises the `EditFactoryError` that ended it, and `Cancelled` when somebody ended the job.
        """
        start = self._done
        left = sum(self._weights.values())
        end = start + (1.0 - start) * (self._weights.pop(name, 0.0) / left if left else 0.0)

        def body() -> Json:
            self._park_if_leaving()
            self._pace = self._pace or Pace(start)
            self._pace.expected = self._expected
            with self.worker.pulse.during(
                self.job_id, self.attempt, label or name, (start, end), self._pace, self._floor
            ) as control:
                return self._outcome(work, control)

        answer = engine.in_step(name, body)
        give_back()
        self._done = end
        self.seconds[name] = self.seconds.get(name, 0.0) + answer["seconds"]
        if answer.get("cancelled"):
            raise Cancelled("The job was cancelled.")
        if answer.get("error"):
            raise from_record(answer["error"])
        return answer["value"]

    def transaction(self, name: str, work: Callable[[Connection], Any]) -> Any:
        """Do some SQL exactly once, together with the note that it was done."""
        return engine.in_transaction(name, work)

    def _outcome(self, work: Callable[[Control], Any], control: Control) -> Json:
        began = time.monotonic()
        try:
            value = self._in_spite_of_outages(work, control)
        except Cancelled:
            self._park_if_leaving()
            return {"cancelled": True, "seconds": time.monotonic() - began}
        except Exception as error:
            self._park_if_leaving()
            return {"error": told(error, self.settings).as_record(), "seconds": time.monotonic() - began}
        return {"value": value, "seconds": round(time.monotonic() - began, 3)}

    def _in_spite_of_outages(self, work: Callable[[Control], Any], control: Control) -> Any:
        """Do the step's work, and again when the database was away in the middle of it: what is finished is kept."""
        for _ in range(_MOST_OUTAGES):
            try:
                return work(control)
            except StorageError as error:
                if error.instance_code != DATABASE_TROUBLE:
                    raise
                patiently(control, self._row)
        return work(control)

    def begin_again(self) -> None:
        """Have the job go on from its last noted step: the engine could not note one, as the database was away."""
        workflow_id = engine.workflow_id()
        patiently(Control(), lambda: self.worker.put_back(workflow_id))

    def _park_if_leaving(self) -> None:
        """When this worker is leaving, never come back: the step's answer belongs to whoever takes the job over.

        A job that was ended goes on to its own end, and takes away its files.
        """
        if self.worker.leaving.is_set() and not self._was_ended():
            self.worker.parked.add(self.job_id)
            threading.Event().wait()

    def was_cancelled(self) -> bool:
        """Whether somebody cancelled, or removed, this attempt of the job."""
        row = patiently(Control(), self._row)
        return row is None or (row.status == "cancelled" and row.attempt == self.attempt)

    def _was_ended(self) -> bool:
        return self._status() in {*TERMINAL, None}

    def _row(self) -> Row[Any] | None:
        with self.worker.storage.database.read() as connection:
            return self.worker.storage.rows.get(connection, self.job_id)

    def _status(self) -> str | None:
        """Return the job's status; "unknown" while the database is away, None when the job is gone."""
        try:
            job = self.worker.storage.get_job(self.job_id)
        except StorageError:
            return "unknown"
        return str(job["status"]) if job else None

    def started(self) -> bool:
        """Note that the job runs; False when it has ended already."""

        def begin(connection: Connection) -> Json | None:
            changes = {"status": "processing", "progress": "starting"}
            stored = self.worker.storage.rows.change(
                connection, self.job_id, changes, kind="started", only_open=True, attempt=self.attempt,
                columns={"started_at": now()},
            )  # fmt: skip
            row = self.worker.storage.rows.get(connection, self.job_id) if stored else None
            return {"priority": row.priority, "owner": row.owner, "project_id": row.project_id} if row else None

        known = self.transaction("start", begin)
        if known is None:
            return False
        self.priority, self.owner, self.project_id = known["priority"], known["owner"], known["project_id"]
        before = patiently(Control(), lambda: self.worker.storage.get_job(self.job_id)) or {}
        self._floor = float(before.get("percentage") or 0) / 100  # what a run before this one had come to
        return True

    def finish(self, result: Json, also: Callable[[Connection], None] | None = None) -> None:
        """Note that the job is done, with what `also` writes, exactly once; nothing when it was ended meanwhile."""
        changes = {
            "status": "completed", "progress": "done", "percentage": 100, "estimated_remaining": 0.0,
            "result": result, "error": None,
        }  # fmt: skip

        def end(connection: Connection) -> bool:
            if self._end(connection, changes, "completed") is None:
                return False
            if also is not None:
                also(connection)
            return True

        if self.transaction("finish", end):
            shutil.rmtree(self.folder, ignore_errors=True)

    def fail(self, error: EditFactoryError) -> None:
        """Note that the job failed, and why."""
        changes = {
            "status": "failed", "progress": error.message, "estimated_remaining": None, "error": error.as_record()
        }  # fmt: skip
        self.transaction("fail", lambda connection: self._end(connection, changes, "failed") is not None)

    def _end(self, connection: Connection, changes: JobDict, kind: str) -> JobDict | None:
        return self.worker.storage.rows.change(
            connection, self.job_id, changes, kind=kind, only_open=True, attempt=self.attempt
        )


def durable(name: str, plan: Mapping[str, float]) -> Callable[[Callable[[JobRun, Json], None]], Callable[..., None]]:
    """Make a function a workflow of the engine: it gets its run and its request, and ends the run well, or raises.

    Whatever it raises ends the job: as cancelled when somebody asked for that, else as failed with the reason.
    """

    def decorate(work: Callable[[JobRun, Json], None]) -> Callable[..., None]:
        def run(job_id: str, attempt: int, request: Json) -> None:
            with logs.about_job(job_id):
                _run(work, JobRun(job_id, attempt, plan), name, request)

        run.__qualname__ = run.__name__ = f"{name}_workflow"
        return engine.workflow(name)(run)

    return decorate


def _run(work: Callable[[JobRun, Json], None], job: JobRun, name: str, request: Json) -> None:
    if not job.started():
        return
    log.info("a job of the kind %s runs", name)
    try:
        work(job, request)
    except Cancelled as error:
        if job.was_cancelled():
            abandon(job.settings, name, job.job_id, request)
        else:  # not the job, but something it needs
            job.fail(EditFactoryError(error.message, hint=error.hint, code="part_cancelled"))
    except engine.Stopped:  # ended in the engine, or somebody else's by now: then its files are theirs
        if job.was_cancelled():
            abandon(job.settings, name, job.job_id, request)
        raise
    except Exception as error:
        if engine.is_database_trouble(error):
            job.begin_again()
            raise
        reason = told(error, job.settings)
        job.fail(reason)
        log.info("it failed [%s]", reason.instance_code)
    else:
        log.info("it is done")


def told(error: Exception, settings: Settings) -> EditFactoryError:
    """Return the error as a person is told of it; details of one that should not be are kept in the log folder."""
    if isinstance(error, EditFactoryError):
        return error
    if isinstance(error, MemoryError):
        return JobError(
            "The memory of this machine is used up.",
            hint="Close other programs, use smaller footage, or lower EDIT_FACTORY_MAX_PARALLEL.",
            code="out_of_memory",
        )
    log.error("A job broke: %s", type(error).__name__, exc_info=error)
    place = settings.data_dir / "logs" / f"error-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.txt"
    hint = f"The details are in logs/{place.name} of the data folder; please report them."
    try:
        write_text(place, logs.redacted("".join(traceback.format_exception(error)), settings))
    except EditFactoryError:
        hint = "The details could not be written to the data folder."
    return EditFactoryError("Something went wrong inside Edit Factory.", hint=hint)
