"""Jobs as the API tells of them: what was asked for stays inside, and so do the server's paths."""

from datetime import datetime
from typing import Any

from pydantic import Field

from app.models.base import Record
from app.models.job import JobDict, JobEvent, JobPage, JobStatus
from app.services.shown import paths_in, without_paths

_TOLD = ("status", "progress", "percentage", "estimated_remaining", "title", "result", "error")
"""What of a change an event may tell: a job that others made may hold anything else."""


class JobFailure(Record):
    """Why a job failed."""

    code: str = Field(description="Stable; programs may rely on it.", examples=["not_enough_footage"])
    message: str = Field(description="What is wrong and why.", examples=["The footage gives 12 s of the 20 s asked."])
    hint: str = Field("", description="What would work.", examples=["Add footage, or ask for shorter clips."])
    subject: str = Field("", description="The field or file it is about.", examples=["beach.mp4"])


class JobSummary(Record):
    """A job as lists show it."""

    job_id: str = Field(description="Any text; ours are UUIDs.", examples=["0b4c9f0e-8a53-4b0e-9a41-5c2f0d8c7c11"])
    job_type: str = Field(description="The kind of work.", examples=["generate"])
    title: str = Field(description="What it is, in a few words.", examples=["make 3 clips"])
    status: JobStatus = Field(description="Where it is; the last three are ends.", examples=["processing"])
    progress: str | None = Field(description="The step that runs, as a line of text.", examples=["render"])
    percentage: float | None = Field(description="0 to 100, and 100 only when it is completed.", examples=[42.5])
    estimated_remaining: float | None = Field(description="Seconds that are left, by measured speed.", examples=[17.0])
    error: JobFailure | None = Field(description="Why it failed.")
    version: int = Field(description="Grows with every change; the number of its last event.", examples=[12])
    created_at: datetime
    updated_at: datetime


class Job(JobSummary):
    """A job with what came of it."""

    queue_position: int | None = Field(description="How many come before it; null: it does not wait.", examples=[2])
    result: Any = Field(description="What came of it; files by their names only.", examples=[{"shots": 8}])


class JobList(Record):
    """One page of jobs, newest first."""

    jobs: tuple[JobSummary, ...]
    next_cursor: str | None = Field(description="Asks for the page after this one; null: this is the last.")
    total: int = Field(description="How many jobs fit, on all pages.", examples=[1])


class JobNews(Record):
    """One change of a job, as the stream of events tells it."""

    job_id: str
    number: int = Field(description="The job's version after the change: in order, with gaps.", examples=[7])
    kind: str = Field(description="created, submitted, started, step, progress, completed, failed, cancelled ...")
    data: dict[str, Any] = Field(description="What has changed.", examples=[{"percentage": 42.5}])
    created_at: datetime


def summary(job: JobDict) -> JobSummary:
    """Return a job as lists show it."""
    return JobSummary(**_shared(job))


def full(job: JobDict, queue_position: int | None) -> Job:
    """Return a job with its result."""
    result = without_paths(job.get("result"), _known(job))
    return Job(**_shared(job), queue_position=queue_position, result=result)


def page(found: JobPage) -> JobList:
    """Return one page."""
    return JobList(jobs=tuple(map(summary, found.jobs)), next_cursor=found.next_cursor, total=found.total)


def news(event: JobEvent, job: JobDict) -> JobNews:
    """Return an event of `job`."""
    whole = job | event.data
    told = {key: without_paths(event.data[key], _known(whole)) for key in _TOLD if key in event.data}
    if "error" in told:
        failure = _failure(whole)
        told["error"] = failure.model_dump() if failure else None
    return JobNews(**dict(event) | {"data": told})


def _shared(job: JobDict) -> dict[str, Any]:
    title, progress = job.get("title"), job["progress"]
    return {
        **{key: job[key] for key in ("job_id", "job_type", "status", "version", "created_at", "updated_at")},
        "title": _line(title, job) if isinstance(title, str) else "",
        "progress": _line(progress, job) if progress is not None else None,
        "percentage": _number(job.get("percentage")),
        "estimated_remaining": _number(job.get("estimated_remaining")),
        "error": _failure(job),
    }


def _failure(job: JobDict) -> JobFailure | None:
    """Return a job's error; one that others made may be a text, or have other keys."""
    error = job.get("error")
    if not error:
        return None
    given = error if isinstance(error, dict) else {"message": error}
    told = {key: str(given[key]) for key in JobFailure.model_fields if given.get(key) is not None}
    return JobFailure(**{"code": "job_failed", "message": ""} | without_paths(told, _known(job)))


def _line(text: str, job: JobDict) -> str:
    return str(without_paths(text, _known(job))) if "/" in text else text  # most hold none, and a page has 500


def _known(job: JobDict) -> set[str]:
    return {*paths_in(job.get("request")), *paths_in(job.get("result"))}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _LARGEST else None


_LARGEST = 2**53
"""The largest whole number that JSON's readers take exactly."""
