"""A job as rows and callers know it, its events, and pages of jobs."""

from datetime import datetime
from typing import Any, Literal, get_args

from app.models.base import Record

JobStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]
STATUSES: tuple[str, ...] = get_args(JobStatus)
TERMINAL = frozenset({"completed", "failed", "cancelled"})
"""From these no job comes back, unless somebody retries it."""

UPKEEP = frozenset({"cleanup", "prepare"})
"""Kinds of work that nobody asked for: nobody is told when it ends."""

JobDict = dict[str, Any]
"""A job as callers know it: `job_id`, `job_type`, `status`, `progress` (a line of text), and keys of their own."""

DEFAULT_TYPE = "video_processing"


class JobEvent(Record):
    """One change of a job. `number` is the job's version after it: numbers of one job have an order and may have gaps.

    `kind`: created, replaced, updated, submitted, started, step, progress, completed, failed, cancelled or retried.
    `data` holds what was changed.
    """

    job_id: str
    number: int
    kind: str
    data: dict[str, Any]
    created_at: datetime


class JobFilter(Record):
    """Which jobs: every field that is set must fit. Without `parent_id`: jobs that somebody asked for, no parts."""

    status: JobStatus | None = None
    job_type: str | None = None
    owner: str | None = None
    parent_id: str | None = None
    project_id: str | None = None


class JobPage(Record):
    """Jobs, newest first; `next_cursor` asks for those after them, and is None at the end; `total` counts all."""

    jobs: tuple[JobDict, ...]
    next_cursor: str | None
    total: int
