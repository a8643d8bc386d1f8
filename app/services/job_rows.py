"""Jobs as rows: every change of one happens here, with its event and what is to be replayed, on a given connection."""

import math
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.db.tables import job_events, jobs
from app.db.types import now
from app.errors import InputError
from app.models.job import DEFAULT_TYPE, STATUSES, TERMINAL, JobDict
from app.services import outbox

COLUMNS = ("job_id", "job_type", "status", "progress", "version", "created_at", "updated_at")
"""Keys of a job that are columns; the database decides the last three."""

_LONGEST_ID = 512


class JobRows:
    """Writes and reads jobs. With `replicate`, changes are noted for Supabase; `owner` is whose jobs these are."""

    def __init__(self, *, replicate: bool) -> None:
        self._replicate = replicate

    def get(self, connection: Connection, job_id: str) -> Row[Any] | None:
        """Return the row."""
        return connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()

    def create(self, connection: Connection, job: JobDict, **columns: Any) -> tuple[JobDict, bool]:
        """Store a job; return it as stored, and whether it is new.

        One of that id that the engine works on is returned as it is; any other is replaced, with a higher version.
        """
        data, fixed = checked(job)
        job_id = job_id_of(data)
        before = self._locked(connection, job_id)
        if before is not None and before.workflow_id is not None:
            return as_dict(before), False
        moment = now()
        values = {
            "id": job_id,
            "job_type": fixed.get("job_type") or DEFAULT_TYPE,
            "status": fixed.get("status") or "pending",
            "progress": fixed.get("progress"),
            "data": data,
            "version": before.version + 1 if before else 1,
            "created_at": before.created_at if before else moment,
            "updated_at": moment,
            "finished_at": moment if fixed.get("status") in TERMINAL else None,
            **{"owner": None, "parent_id": None, "project_id": None, "clip_id": None, **columns},
        }
        if before:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
        else:
            connection.execute(insert(jobs).values(**values))
        kind = "replaced" if before else "submitted" if columns.get("workflow_id") else "created"
        return self._told(connection, job_id, kind, {"status": values["status"], "progress": values["progress"]}), True

    def change(
        self,
        connection: Connection,
        job_id: str,
        changes: JobDict,
        *,
        kind: str = "updated",
        only_open: bool = False,
        attempt: int | None = None,
        columns: dict[str, Any] | None = None,
    ) -> JobDict | None:
        """Merge `changes` over the job's keys and return the whole job; None when there is none to change.

        With `only_open` a job that has ended is left alone, with `attempt` one that is in another attempt: whoever
        comes first decides how a job ends.
        """
        data, fixed = checked(changes)
        before = self._locked(connection, job_id)
        if before is None or (only_open and before.status in TERMINAL):
            return None
        if attempt is not None and before.attempt != attempt:
            return None
        if "job_id" in changes and changes["job_id"] != job_id:
            raise InputError("A job's id cannot be changed.", hint="Leave job_id out.", subject="job_id")
        moment = now()
        values: dict[str, Any] = {
            "data": {**before.data, **data},
            "version": before.version + 1,
            "updated_at": moment,
            **{key: fixed[key] for key in ("job_type", "status", "progress") if key in fixed},
            **(columns or {}),
        }
        if values.get("status", before.status) != before.status:
            values["finished_at"] = moment if values["status"] in TERMINAL else None
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
        return self._told(connection, job_id, kind, data)

    def delete(self, connection: Connection, job_id: str) -> bool:
        """Remove a job and its events; return whether there was one."""
        before = self._locked(connection, job_id)
        if before is None:
            return False
        connection.execute(delete(jobs).where(jobs.c.id == job_id))
        connection.execute(delete(job_events).where(job_events.c.job_id == job_id))
        if self._replicate:
            outbox.add(connection, f"job:{job_id}", "delete_job", {"id": job_id, "version": before.version + 1})
        return True

    def _locked(self, connection: Connection, job_id: str) -> Row[Any] | None:
        return connection.execute(select(jobs).where(jobs.c.id == job_id).with_for_update()).one_or_none()

    def _told(self, connection: Connection, job_id: str, kind: str, data: JobDict) -> JobDict:
        row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
        connection.execute(
            insert(job_events).values(
                job_id=job_id, number=row.version, kind=kind, data=data, created_at=row.updated_at
            )
        )
        if self._replicate and kind != "progress":  # percentages alone are not worth a request each
            outbox.add(connection, f"job:{job_id}", "upsert_job", replica_of(row))
        return as_dict(row)


def as_dict(row: Row[Any]) -> JobDict:
    """Return a job as callers know it."""
    return {
        **row.data,
        "job_id": row.id,
        "job_type": row.job_type,
        "status": row.status,
        "progress": row.progress,
        "version": row.version,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }


def replica_of(row: Row[Any]) -> dict[str, Any]:
    """Return a job as Supabase's table has it."""
    return {
        "id": row.id,
        "job_type": row.job_type,
        "status": row.status,
        "progress": row.progress,
        "data": as_dict(row),
        "version": row.version,
        "owner": row.owner,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }


def job_id_of(job: JobDict) -> str:
    """Return the job's id. Raises `InputError` when it is not text, empty or too long."""
    job_id = job.get("job_id")
    if isinstance(job_id, str) and job_id and len(job_id) <= _LONGEST_ID:
        return job_id
    raise InputError(
        f"A job needs a job_id: any text of 1 to {_LONGEST_ID} characters.",
        hint="Set job_id, for example to a UUID.",
        subject="job_id",
    )


def checked(job: JobDict) -> tuple[JobDict, JobDict]:
    """Return the job as plain JSON, and those of its keys that are columns.

    Raises `InputError` naming the key whose value JSON, or a database, cannot hold.
    """
    data = {_text(key): _plain(value, str(key)) for key, value in job.items() if key not in COLUMNS[4:]}
    fixed = {key: data[key] for key in COLUMNS[1:4] if key in data}
    if "status" in fixed and fixed["status"] not in STATUSES:
        raise InputError(
            f"A job's status cannot be {fixed['status']!r}.",
            hint=f"Use one of: {', '.join(STATUSES)}.",
            subject="status",
            code="bad_status",
        )
    for key in ("job_type", "progress"):
        if not isinstance(fixed.get(key, ""), str | None):
            raise InputError(
                f"{key} must be text, not {type(fixed[key]).__name__}.",
                hint="The number that goes with progress is percentage.",
                subject=key,
            )
    return data, fixed


def _text(value: Any) -> str:
    text = str(value)
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InputError(
            "A job cannot hold characters that are no text (NUL, half a surrogate pair).",
            hint="Leave them out.",
            subject="job",
        )
    return text


def _plain(value: Any, key: str) -> Any:
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, dict):
        return {_text(name): _plain(part, key) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part, key) for part in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str | Path | UUID):
        return _text(value)
    raise InputError(
        f"{key} cannot be kept in a job: {type(value).__name__} has no form in JSON.",
        hint="Use text, numbers, true, false, null, lists and dictionaries.",
        subject=key,
    )
