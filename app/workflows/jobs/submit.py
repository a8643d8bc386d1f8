"""Putting work into the engine, ending it, and doing it again: the job's row and the engine's in one transaction."""

import hashlib
import logging
import uuid
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from app.config import Settings
from app.db.tables import jobs
from app.errors import Cancelled, InputError
from app.models.job import TERMINAL, JobDict
from app.services.job_rows import JobRows, as_dict
from app.services.job_storage import JobStorage, descendants
from app.services.library.clips import forget_drafts
from app.services.webhook_notes import CALLBACK
from app.workflows.jobs.abandon import abandon
from app.workflows.jobs.engine import Client, client_for
from app.workflows.jobs.kinds import NORMAL, queue_of
from app.workflows.jobs.lease import living

log = logging.getLogger("edit_factory")

_NAMESPACE = uuid.UUID("6f7c1f0e-5a0d-5d0b-9d0a-ed17fac70002")


def part_id(parent_id: str, *names: object) -> str:
    """Return the id of a job's part: the same each time, so that a part is never made twice."""
    return str(uuid.uuid5(_NAMESPACE, "/".join([parent_id, *map(str, names)])))


class Desk:
    """Takes work in: one for a storage."""

    def __init__(self, storage: JobStorage, settings: Settings) -> None:
        self.storage = storage
        self._settings = settings
        self._client: Client = client_for(storage.database)
        self._rows: JobRows = storage.rows

    def submit(
        self,
        kind: str,
        request: JobDict,
        *,
        job_id: str | None = None,
        title: str = "",
        priority: int = NORMAL,
        request_key: str | None = None,
        part_of: tuple[str, int] | None = None,
        asked_by: JobDict | None = None,
        callback_url: str | None = None,
        **columns: Any,
    ) -> JobDict:
        """Take in a job of `kind` and return it; one whose id is known is returned as it is.

        `request` is plain JSON, all that the workflow needs to know. An unfinished job of the same `request_key` is
        returned instead of a new one. `part_of` is the job, and its attempt, of which this one is a part: `Cancelled`
        is raised when that has ended. `asked_by` names the process that waits for it, `callback_url` is told of its
        end. `columns`: owner, project_id ...
        """
        chosen = job_id or str(uuid.uuid4())
        job = {
            "job_id": chosen,
            "job_type": kind,
            "status": "pending",
            "progress": "waiting",
            "percentage": 0,
            "estimated_remaining": None,
            "title": title,
            "request": request,
            "asked_by": asked_by,
            "result": None,
            "error": None,
        }
        if callback_url is not None:
            job[CALLBACK] = callback_url
        with self.storage.database.write() as connection:
            if part_of is not None:
                whole = self._require_open(connection, *part_of)
                columns = {"owner": whole.owner, **columns, "parent_id": part_of[0]}
            if request_key is not None and (there := self._unfinished(connection, request_key)) is not None:
                return there
            workflow_id = self._unused(connection, chosen)
            stored, new = self._rows.create(
                connection,
                job,
                workflow_id=workflow_id,
                attempt=1,
                priority=priority,
                request_key=request_key,
                **columns,
            )
            if new:
                self._enqueue(connection, kind, request, workflow_id, chosen, 1, priority)
        if new:
            log.info("a job of the kind %s is taken in", kind, extra={"job_id": chosen})
        return stored

    def retry(self, job_id: str, *, priority: int | None = None, tried_for: int = 1) -> JobDict:
        """Let a job that failed or was cancelled run again; what it had finished is not done again.

        `tried_for` is the attempt of the job it is a part of. Raises `InputError` for a job that is unknown, still
        runs, is done, or is not the engine's.
        """
        with self.storage.database.write() as connection:
            row = self._require(connection, job_id)
            if row.workflow_id is None:
                raise _cannot("The engine does not work on this job.", "Only its maker can do it again.", job_id)
            if row.status not in {"failed", "cancelled"}:
                raise _cannot(f"The job is {row.status}.", "Only one that failed or was cancelled is retried.", job_id)
            attempt = row.attempt + 1
            workflow_id = self._unused(connection, f"{job_id}.{attempt}")
            wanted = row.priority if priority is None else priority
            stored = self._rows.change(
                connection,
                job_id,
                {
                    "status": "pending",
                    "progress": "waiting",
                    "percentage": 0,
                    "error": None,
                    "estimated_remaining": None,
                    "tried_for": tried_for,
                },
                kind="retried",
                columns={
                    "workflow_id": workflow_id,
                    "attempt": attempt,
                    "started_at": None,
                    "memory_deaths": 0,
                    "priority": wanted,
                },
            )
            self._enqueue(connection, row.job_type, row.data["request"], workflow_id, job_id, attempt, wanted)
        assert stored is not None  # noqa: S101 - its row is locked
        return stored

    def cancel(self, job_id: str) -> JobDict:
        """End a job and its parts: their processes are killed within a second, and they leave no files and no drafts.

        A job that has ended is returned as it is. Raises `InputError` for an unknown one.
        """
        with self.storage.database.write() as connection:
            row = self._require(connection, job_id)
            members = [self._require(connection, one) for one in [job_id, *descendants(connection, job_id)]]
            ended = [member for member in members if self._cancelled(connection, member.id)]
            forget_drafts(connection, [member.id for member in ended])
            workflow_ids = [member.workflow_id for member in ended if member.workflow_id]
            states = self._client.states(connection, workflow_ids)
            alive = living(connection)
        self._client.cancel(workflow_ids)
        for member in ended:
            state = states.get(member.workflow_id)
            if state is not None and (state.status != "PENDING" or state.executor_id not in alive):
                # Nobody works on it, who would take its files away.
                abandon(self._settings, member.job_type, member.id, member.data.get("request") or {})
        return self.storage.get_job(job_id) or as_dict(row)

    def end_in_engine(self, job_ids: list[str]) -> None:
        """Cancel the workflows of jobs whose rows have been ended."""
        if not job_ids:
            return
        with self.storage.database.read() as connection:
            query = select(jobs.c.workflow_id).where(jobs.c.id.in_(job_ids), jobs.c.workflow_id.is_not(None))
            workflow_ids = list(connection.execute(query).scalars())
        self._client.cancel(workflow_ids)

    def queue_position(self, job_id: str) -> int | None:
        """Return how many jobs of its kind come before a waiting one, or None when it does not wait."""
        with self.storage.database.read() as connection:
            row = self._rows.get(connection, job_id)
            if row is None or row.status != "pending" or row.workflow_id is None:
                return None
            before = or_(
                jobs.c.priority < row.priority,
                and_(jobs.c.priority == row.priority, jobs.c.created_at < row.created_at),
            )
            query = select(func.count()).where(jobs.c.status == "pending", jobs.c.job_type == row.job_type, before)
            return int(connection.execute(query.where(jobs.c.workflow_id.is_not(None))).scalar_one())

    def unfinished(self, request_key: str) -> JobDict | None:
        """Return the newest job that was asked for with the same request and has not ended."""
        with self.storage.database.read() as connection:
            return self._newest(connection, request_key)

    def _unfinished(self, connection: Connection, request_key: str) -> JobDict | None:
        """As `unfinished`, and nobody else can take one in before this transaction ends."""
        if not self.storage.database.is_sqlite:  # there, whoever writes is alone
            number = int.from_bytes(hashlib.sha256(request_key.encode()).digest()[:8], signed=True)
            connection.execute(select(func.pg_advisory_xact_lock(number)))
        return self._newest(connection, request_key)

    @staticmethod
    def _newest(connection: Connection, request_key: str) -> JobDict | None:
        query = select(jobs).where(jobs.c.request_key == request_key, jobs.c.status.in_(("pending", "processing")))
        row = connection.execute(query.order_by(jobs.c.created_at.desc()).limit(1)).one_or_none()
        return as_dict(row) if row else None

    def _require_open(self, connection: Connection, job_id: str, attempt: int) -> Row[Any]:
        row = self._rows.get(connection, job_id, lock=True)
        if row is None or row.status in TERMINAL or row.attempt != attempt:
            raise Cancelled("The job has ended: no part of it is begun any more.")
        return row

    def _unused(self, connection: Connection, workflow_id: str) -> str:
        """Return the id, or one like it when the engine still knows the run of a deleted job that had it."""
        if workflow_id not in self._client.states(connection, [workflow_id]):
            return workflow_id
        return f"{workflow_id}~{uuid.uuid4().hex[:12]}"

    def _cancelled(self, connection: Connection, job_id: str) -> bool:
        changes = {"status": "cancelled", "progress": "cancelled", "estimated_remaining": None}
        return self._rows.change(connection, job_id, changes, kind="cancelled", only_open=True) is not None

    def _require(self, connection: Connection, job_id: str) -> Row[Any]:
        row = self._rows.get(connection, job_id, lock=True)
        if row is None:
            raise InputError(
                f"There is no job {job_id}.",
                hint="edit-factory jobs list shows those there are.",
                subject="job_id",
                code="job_unknown",
            )
        return row

    def _enqueue(
        self,
        connection: Connection,
        kind: str,
        request: JobDict,
        workflow_id: str,
        job_id: str,
        attempt: int,
        priority: int,
    ) -> None:
        arguments = (job_id, attempt, request)
        self._client.enqueue(connection, kind, queue_of(kind, request), workflow_id, arguments, priority)


def has_ended(job: JobDict) -> bool:
    """Whether nothing more happens to a job by itself."""
    return job["status"] in TERMINAL


def _cannot(message: str, hint: str, job_id: str) -> InputError:
    return InputError(message, hint=hint, subject=job_id, code="job_state")
