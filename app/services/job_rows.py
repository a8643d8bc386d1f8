"""Jobs as rows: every change of one happens here, with its event and what is to be replayed, on a given connection."""

import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any, TypeGuard
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from app.db.tables import job_events, jobs
from app.db.types import now
from app.errors import InputError
from app.models.job import DEFAULT_TYPE, STATUSES, TERMINAL, JobDict
from app.services import outbox, webhook_notes

COLUMNS = ("job_id", "job_type", "status", "progress", "version", "created_at", "updated_at")
"""Keys of a job that are columns; the database decides the last three."""

_LONGEST_ID = 512
_DEEPEST = 100
"""Levels of lists and dictionaries in a job: Python and Postgres read no end of them."""
_LARGEST_BITS = 10_000
"""Of a whole number: Python refuses to write those of more than 4,300 digits."""


class JobRows:
    """Writes and reads jobs. With `replicate`, changes are noted for Supabase."""

    def __init__(self, *, replicate: bool) -> None:
        self._replicate = replicate

    def get(self, connection: Connection, job_id: str, *, lock: bool = False) -> Row[Any] | None:
        """Return the row; with `lock` nobody else changes or removes it before this transaction has ended."""
        if not is_id(job_id):
            return None
        query = select(jobs).where(jobs.c.id == job_id)
        return connection.execute(query.with_for_update() if lock else query).one_or_none()

    def create(self, connection: Connection, job: JobDict, **columns: Any) -> tuple[JobDict, bool]:
        """Store a job; return it as stored, and whether it is new.

        One of that id that the engine works on is returned as it is; any other is replaced, with a higher version.
        """
        data, fixed = checked(job)
        job_id = job_id_of(data)
        moment = now()
        values = {
            "id": job_id,
            "job_type": fixed.get("job_type", DEFAULT_TYPE),
            "status": fixed.get("status", "pending"),
            "progress": fixed.get("progress"),
            "data": data,
            "version": 1,
            "created_at": moment,
            "updated_at": moment,
            "finished_at": moment if fixed.get("status") in TERMINAL else None,
            **_NO_WORK,
            **columns,
        }
        told = {"status": values["status"], "progress": values["progress"]}
        while True:
            stored = connection.execute(_insert_new(connection, values)).one_or_none()
            if stored is not None:
                kind = "submitted" if stored.workflow_id else "created"
                return self._told(connection, stored, kind, told), True
            before = self.get(connection, job_id, lock=True)
            if before is None:  # removed between the two statements
                continue
            if before.workflow_id is not None:
                return as_dict(before), False
            values |= {"version": before.version + 1, "created_at": before.created_at}
            return self._told(connection, _updated(connection, job_id, values), "replaced", told), True

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
        before = self.get(connection, job_id, lock=True)
        if before is None or (only_open and before.status in TERMINAL):
            return None
        if attempt is not None and before.attempt != attempt:
            return None
        if data.get("job_id", job_id) != job_id:
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
        stored = _updated(connection, job_id, values)
        if stored.status in TERMINAL and before.status not in TERMINAL:
            webhook_notes.note_end(connection, stored)
        return self._told(connection, stored, kind, data)

    def delete(self, connection: Connection, job_id: str) -> bool:
        """Remove a job and its events; return whether there was one."""
        before = self.get(connection, job_id, lock=True)
        if before is None:
            return False
        connection.execute(delete(jobs).where(jobs.c.id == job_id))
        connection.execute(delete(job_events).where(job_events.c.job_id == job_id))
        if self._replicate:
            gone = {"id": job_id, "version": before.version + 1, "created_at": before.created_at.isoformat()}
            outbox.add(connection, f"job:{job_id}", "delete_job", gone)
        return True

    def _told(self, connection: Connection, row: Row[Any], kind: str, data: JobDict) -> JobDict:
        event = {"job_id": row.id, "number": row.version, "kind": kind, "data": data, "created_at": row.updated_at}
        connection.execute(insert(job_events).values(event))
        if self._replicate and kind != "progress":  # percentages alone are not worth a request each
            outbox.add(connection, f"job:{row.id}", "upsert_job", replica_of(row))
        return as_dict(row)


_NO_WORK: dict[str, Any] = {
    "owner": None,
    "workflow_id": None,
    "attempt": 1,
    "parent_id": None,
    "project_id": None,
    "clip_id": None,
    "priority": 100,
    "request_key": None,
    "memory_deaths": 0,
    "started_at": None,
}
"""The columns of a job that nobody works on yet."""


def _insert_new(connection: Connection, values: dict[str, Any]) -> ReturningInsert[Any]:
    """Insert a job unless there is one of that id: of two who do so at once on Postgres, one waits for the other."""
    new = sqlite.insert(jobs) if connection.dialect.name == "sqlite" else postgresql.insert(jobs)
    return new.values(**values).on_conflict_do_nothing(index_elements=[jobs.c.id]).returning(jobs)


def _updated(connection: Connection, job_id: str, values: dict[str, Any]) -> Row[Any]:
    return connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values).returning(jobs)).one()


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


def is_id(job_id: object) -> TypeGuard[str]:
    """Whether a job could have this id: text that a database can hold, neither empty nor too long."""
    return isinstance(job_id, str) and 0 < len(job_id) <= _LONGEST_ID and not _NO_TEXT.search(job_id)


def job_id_of(job: JobDict) -> str:
    """Return the job's id. Raises `InputError` when it is not text, empty or too long."""
    job_id = job.get("job_id")
    if is_id(job_id):
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
    if data.get("job_type", "") in (None, ""):
        data.pop("job_type", None)
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
    text = str.__str__(value) if isinstance(value, str) else str(value)  # an enumeration's text is its value
    if _NO_TEXT.search(text):
        raise InputError(
            "A job cannot hold characters that are no text (NUL, half a surrogate pair).",
            hint="Leave them out.",
            subject="job",
        )
    return text


_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def _plain(value: Any, key: str, depth: int = 1) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, key)
    if isinstance(value, dict | list | tuple | set | frozenset):
        if depth > _DEEPEST:
            raise _unkept(key, f"it is nested more than {_DEEPEST} levels deep")
        if isinstance(value, dict):
            return {_text(name): _plain(part, key, depth + 1) for name, part in value.items()}
        return [_plain(part, key, depth + 1) for part in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str | Path | UUID):
        return _text(value)
    raise _unkept(key, f"{type(value).__name__} has no form in JSON")


def _number(value: float, key: str) -> float:
    if isinstance(value, int):
        if value.bit_length() > _LARGEST_BITS:
            raise _unkept(key, "the number is too large")
    elif not math.isfinite(value):
        raise _unkept(key, f"{value} has no form in JSON")
    return value


def _unkept(key: str, why: str) -> InputError:
    return InputError(
        f"{key} cannot be kept in a job: {why}.",
        hint="Use text, numbers, true, false, null, lists and dictionaries.",
        subject=key,
    )
