"""Jobs as people name them: by id, or by the first letters of one."""

from sqlalchemy import func, select

from app.db.tables import jobs
from app.errors import InputError
from app.models.job import JobDict
from app.services.job_rows import as_dict, is_id
from app.services.job_storage import JobStorage

LEAST_LETTERS = 4
"""Fewer letters are hardly ever meant as the beginning of an id."""

_SHOWN = 5
_LIST = f"edit-factory jobs list shows those there are; the first letters of an id do, at least {LEAST_LETTERS}."


def find_job(storage: JobStorage, name: str) -> JobDict:
    """Return the job of that id, or the only one whose id begins so.

    Raises `InputError` (job_unknown, job_ambiguous).
    """
    if not name.strip():
        raise InputError("The id of the job is empty.", hint=_LIST, subject="job_id", code="job_unknown")
    job = storage.get_job(name)
    if job is not None:
        return job
    found = _beginning(storage, name) if is_id(name) and len(name) >= LEAST_LETTERS else []
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(
            f"There is no job {name}.",
            hint=_LIST,
            subject="job_id",
            code="job_unknown",
        )
    ids = ", ".join(job["job_id"] for job in found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
    raise InputError(
        f"Several jobs begin with {name}: {ids}.",
        hint="Give more letters of the one you mean.",
        subject="job_id",
        code="job_ambiguous",
    )


def _beginning(storage: JobStorage, name: str) -> list[JobDict]:
    # Not LIKE: it knows wildcards, and on SQLite no capitals.
    query = select(jobs).where(func.substr(jobs.c.id, 1, len(name)) == name).order_by(jobs.c.id).limit(_SHOWN + 1)
    with storage.database.read() as connection:
        return [as_dict(row) for row in connection.execute(query)]
