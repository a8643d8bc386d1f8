"""Parts of a job that are jobs themselves: asked for once, done side by side, waited for."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from app.errors import EditFactoryError, InputError, from_record
from app.models.control import Control
from app.models.job import JobDict
from app.workflows.jobs.patience import patiently
from app.workflows.jobs.run import JobRun
from app.workflows.jobs.submit import Desk, has_ended, part_id

_POLL_SECONDS = 0.2


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
    ids = []
    for part in parts:
        control.check()
        ids.append(patiently(control, partial(_asked_for, job, part)))
    total, told = sum(part.weight for part in parts) or 1.0, set[str]()
    while True:
        control.check()
        found = patiently(control, lambda: [job.worker.storage.get_job(part) for part in ids])
        there = [part for part in found if part is not None]
        if len(there) < len(ids):
            raise EditFactoryError(
                "A part of the job was removed while it was needed.", hint="Run the job again: jobs retry.",
                code="part_cancelled",
            )  # fmt: skip
        for one, part in zip(there, parts, strict=True):
            if has_ended(one) and one["job_id"] not in told:
                told.add(one["job_id"])
                control.found(_found(one) * part.weight / total)
        shares = [1.0 if has_ended(one) else one.get("percentage", 0) / 100 for one in there]
        control.report(sum(share * part.weight for share, part in zip(shares, parts, strict=True)) / total)
        if all(map(has_ended, there)):
            return there
        time.sleep(_POLL_SECONDS)


def _found(part: JobDict) -> float:
    """Return the share of a part's work that was there before it began."""
    return float((part.get("result") or {}).get("found", 0.0))


def error_of(part: JobDict) -> EditFactoryError | None:
    """Return why a part that has ended did not end well, or None."""
    if part["status"] == "completed":
        return None
    if part["status"] == "cancelled" or not part.get("error"):
        return EditFactoryError(
            f"A part of the job was cancelled: {part.get('title') or part['job_type']}.",
            hint="jobs retry does it again.",
            code="part_cancelled",
        )
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
            part_of=(job.job_id, job.attempt), owner=job.owner, **part.columns,
        )  # fmt: skip
    elif there["status"] in {"failed", "cancelled"} and there.get("tried_for", 1) < job.attempt:
        with contextlib.suppress(InputError):  # a person has retried it meanwhile
            desk.retry(job_id, tried_for=job.attempt)
    return job_id
