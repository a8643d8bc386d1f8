"""How far work is, in the original interface's three fields: they come from the job's row, and survive a restart."""

from collections.abc import Sequence

from pydantic import Field

from app.api.library.job_models import summary
from app.models.base import Record
from app.models.job import TERMINAL, JobDict


class RenderProgress(Record):
    """How far it is."""

    percentage: float = Field(description="0 to 100, and 100 only when it is done.", examples=[42.5])
    current_step: str | None = Field(description="What is done now; null: nothing was asked for.", examples=["picture"])
    estimated_remaining: float | None = Field(
        description="Seconds that are left, by measured speed; null: not known.", examples=[17.0]
    )


def progress_of(job: JobDict | None) -> RenderProgress:
    """Return how far a job is; without one nothing was ever asked for."""
    if job is None:
        return RenderProgress(percentage=0.0, current_step=None, estimated_remaining=None)
    told = summary(job)
    return RenderProgress(
        percentage=min(100.0, max(0.0, told.percentage or 0.0)),
        current_step=told.progress,
        estimated_remaining=told.estimated_remaining,
    )


def progress_of_all(jobs: Sequence[JobDict]) -> RenderProgress:
    """Return how far several jobs are together, those that have not ended; else how the first of them ended."""
    open_ones = [progress_of(job) for job in jobs if job["status"] not in TERMINAL]
    if not open_ones:
        return progress_of(jobs[0] if jobs else None)
    left = [one.estimated_remaining for one in open_ones if one.estimated_remaining is not None]
    return RenderProgress(
        percentage=round(sum(one.percentage for one in open_ones) / len(open_ones), 1),
        current_step=open_ones[0].current_step,
        estimated_remaining=max(left) if len(left) == len(open_ones) else None,
    )
