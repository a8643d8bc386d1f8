"""Parts of a job that are jobs themselves: asked for once, done side by side, waited for."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import Cancelled, EditFactoryError, StorageError, from_record
from app.models.control import Control
from app.models.job import JobDict
from app.workflows.run import JobRun
from app.workflows.submit import Desk, has_ended, part_id

_POLL_SECONDS = 0.2
_AWAY_SECONDS = 300.0
"""How long the database may be away before waiting for parts is given up."""


@dataclass(frozen=True)
class PartOfJob:
    """What one part is to do. `key` names it within its job: the same each time the job runs."""

    kind: str
    key: str
    title: str
    request: dict[str, Any]
    weight: float = 1.0
    columns: dict[str, Any] = field(default_factory=dict)


def do_parts(job: JobRun, parts: Sequence[PartOfJob], control: Control) -> list[JobDict]:
    """Have all parts done and return their jobs as they ended, in order, well or not.

    Parts that an earlier try of the job finished are not done again. Raises `Cancelled`.
    """
    ids = [_asked_for(job, part) for part in parts]
    total = sum(part.weight for part in parts) or 1.0
    away_since: float | None = None
    while True:
        control.check()
        try:
            found = [job.worker.storage.get_job(part) for part in ids]
            away_since = None
        except StorageError:
            away_since = away_since or time.monotonic()
            if time.monotonic() - away_since > _AWAY_SECONDS:
                raise
            time.sleep(_POLL_SECONDS)
            continue
        there = [part for part in found if part is not None]
        if len(there) < len(ids):
            raise Cancelled("A part of the job was removed.")
        shares = [1.0 if has_ended(one) else one.get("percentage", 0) / 100 for one in there]
        control.report(sum(share * part.weight for share, part in zip(shares, parts, strict=True)) / total)
        if all(map(has_ended, there)):
            return there
        time.sleep(_POLL_SECONDS)


def error_of(part: JobDict) -> EditFactoryError | None:
    """Return why a part that has ended did not end well, or None."""
    if part["status"] == "completed":
        return None
    if part["status"] == "cancelled" or not part.get("error"):
        return Cancelled("This part of the job was cancelled.", hint="jobs retry does it again.")
    return from_record(part["error"])


def require_all(parts: Sequence[JobDict]) -> list[JobDict]:
    """Return the parts' results, or raise the first error."""
    for part in parts:
        error = error_of(part)
        if error is not None:
            raise error
    return [part["result"] for part in parts]


def _asked_for(job: JobRun, part: PartOfJob) -> str:
    """Take the part in, once; one that failed in an earlier try of the job is taken in again."""
    desk: Desk = job.worker.desk
    job_id = part_id(job.job_id, part.kind, part.key)
    there = desk.storage.get_job(job_id)
    if there is None:
        desk.submit(
            part.kind, part.request, job_id=job_id, title=part.title, priority=job.priority,
            parent_id=job.job_id, owner=job.owner, **part.columns,
        )  # fmt: skip
    elif there["status"] in {"failed", "cancelled"} and there.get("tried_for", 1) < job.attempt:
        desk.storage.update_job(job_id, {"tried_for": job.attempt})
        desk.retry(job_id)
    return job_id
