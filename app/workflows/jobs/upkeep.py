"""What every worker does every second, so that every job ends: rows and engine brought in line, stalls, lost memory."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select, update

from app.db.tables import executors, jobs
from app.errors import EditFactoryError, JobError
from app.models.job import TERMINAL
from app.services.job_storage import JobStorage
from app.workflows.jobs.abandon import clear_beside
from app.workflows.jobs.engine import Client, State
from app.workflows.jobs.kinds import LOW
from app.workflows.jobs.submit import Desk, part_id

OUT_OF_MEMORY = "out of memory"
"""What a supervisor notes of a worker that the kernel killed for its memory."""

_NOTED = "out of memory, its jobs know"
_WAITS_FOR_OTHERS = frozenset({"generate", "import_files"})
_ENGINE_ENDED = {
    "CANCELLED": JobError("The job was ended in the engine.", hint="Run it again: jobs retry.", code="cancelled"),
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": JobError(
        "The worker died each time this job ran.",
        hint="See the worker's log; smaller footage or a lower EDIT_FACTORY_MAX_PARALLEL may help. Then: jobs retry.",
        code="worker_died",
    ),
    "ERROR": JobError(
        "The job broke off.", hint="See the worker's log, then run it again: jobs retry.", code="broke_off"
    ),
    "SUCCESS": JobError("The job ended without a result.", hint="Run it again: jobs retry.", code="broke_off"),
}


def reconcile(storage: JobStorage, client: Client, desk: Desk) -> int:
    """Bring the rows of jobs in line with the engine, which ends some without telling; return how many changed.

    A job that the engine never had is nobody's business here.
    """
    with storage.database.read() as connection:
        ended = client.ended_but_open(connection, jobs.c.workflow_id, jobs.c.status.not_in(TERMINAL))
        rows = {row.workflow_id: row for row in connection.execute(_of_workflows(list(ended)))} if ended else {}
    count = 0
    for workflow_id, row in rows.items():
        status = ended[workflow_id]
        if end_job(storage, row.id, row.attempt, _ENGINE_ENDED[status], cancelled=status == "CANCELLED"):
            count += 1
            clear_beside(row.job_type, row.id, row.data.get("request") or {})
    return count + _cancel_orphans(storage, client, desk)


def _of_workflows(workflow_ids: list[str]) -> Select[Any]:
    return select(jobs).where(jobs.c.workflow_id.in_(workflow_ids))


def _cancel_orphans(storage: JobStorage, client: Client, desk: Desk) -> int:
    """End in the engine what was ended in its row only, since who did that may have died; and parts of ended jobs."""
    parent = jobs.alias("parent")
    parts = select(jobs.c.id).join(parent, parent.c.id == jobs.c.parent_id)
    with storage.database.read() as connection:
        orphans = list(
            connection.execute(parts.where(jobs.c.status.not_in(TERMINAL), parent.c.status.in_(TERMINAL))).scalars()
        )
        running = [state.id for state in client.running(connection)]
        query = select(jobs.c.workflow_id).where(jobs.c.workflow_id.in_(running), jobs.c.status == "cancelled")
        cancelled = list(connection.execute(query).scalars()) if running else []
    client.cancel(cancelled)
    for orphan in orphans:
        desk.cancel(orphan)
    return len(cancelled) + len(orphans)


def end_job(
    storage: JobStorage, job_id: str, attempt: int, error: EditFactoryError, *, cancelled: bool = False
) -> bool:
    """End a job that cannot end itself; False when it has ended meanwhile."""
    changes = {
        "status": "cancelled" if cancelled else "failed",
        "progress": error.message,
        "estimated_remaining": None,
        "error": None if cancelled else error.as_record(),
    }
    with storage.database.write() as connection:
        kind = str(changes["status"])
        return storage.rows.change(connection, job_id, changes, kind=kind, only_open=True, attempt=attempt) is not None


def end_stalled(storage: JobStorage, desk: Desk, silent: Sequence[tuple[str, int]], seconds: float) -> list[str]:
    """End the jobs (ids and attempts) that gave no sign of life for `seconds`; return the ids of those it ended."""
    error = JobError(
        f"The job made no progress for {seconds:.0f} s and was ended.",
        hint="See whether the footage plays and the disk answers; then run it again: jobs retry.",
        code="stalled",
    )
    ended = [job_id for job_id, attempt in silent if end_job(storage, job_id, attempt, error)]
    desk.end_in_engine(ended)
    return ended


def note_memory_deaths(storage: JobStorage, desk: Desk, lost: Sequence[State]) -> None:
    """Count, for each job that ran in a worker which died of lack of memory, that it did; end those that did twice.

    Those that did once run again with less at a time.
    """
    if not lost:
        return
    with storage.database.write() as connection:
        dead = executors.c.id.in_({state.executor_id for state in lost})
        query = select(executors.c.id).where(dead, executors.c.note == OUT_OF_MEMORY)
        of_memory = set(connection.execute(query).scalars())
        if not of_memory:
            return
        connection.execute(update(executors).where(executors.c.id.in_(of_memory)).values(note=_NOTED))
        ran = [state.id for state in lost if state.executor_id in of_memory]
        theirs = jobs.c.workflow_id.in_(ran) & jobs.c.job_type.not_in(_WAITS_FOR_OTHERS)
        connection.execute(update(jobs).where(theirs).values(memory_deaths=jobs.c.memory_deaths + 1))
        twice = connection.execute(select(jobs).where(theirs, jobs.c.memory_deaths > 1)).all()
    error = JobError(
        "The worker ran out of memory twice while it did this job, the second time with less at once.",
        hint="Use smaller footage or --quality draft, close other programs, or add memory.",
        code="out_of_memory",
    )
    desk.end_in_engine([row.id for row in twice if end_job(storage, row.id, row.attempt, error)])


def submit_daily_cleanup(desk: Desk) -> None:
    """Ask for the day's clean-up; of several workers, and several times a day, it is one job."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    if (desk.storage.database.url, today) not in _asked:
        desk.submit("cleanup", {}, job_id=part_id("cleanup", today), title=f"clean-up of {today}", priority=LOW)
        _asked.add((desk.storage.database.url, today))


_asked: set[tuple[str, str]] = set()
