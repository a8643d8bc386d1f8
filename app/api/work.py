"""Answers of routes that start work: the job, where to look at it, and that it is not done yet (202)."""

from typing import Annotated

from fastapi import Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context
from app.api.library.job_models import Job, full
from app.models.job import JobDict
from app.models.library.texts import Id
from app.services.outbound import outbound_for

JOBS = "/api/v1/library/jobs"

CallbackUrl = Annotated[
    str | None,
    Field(
        max_length=2_048,
        description="An address that is told, signed, when the job has ended; the message has links to what it made.",
        examples=["https://n8n.example.com/webhook/clips"],
    ),
]
Ids = Annotated[tuple[Id, ...], Field(min_length=1, max_length=500)]
"""What an action on many is done to."""


async def accepted(context: Context, response: Response, job: JobDict) -> Job:
    """Return the job as the answer tells of it, with its address in `Location`."""
    response.headers["Location"] = f"{JOBS}/{job['job_id']}"
    return full(job, await context.storage.run_async(context.desk.queue_position, job["job_id"]))


async def require_callback(context: Context, url: str | None) -> None:
    """Raise `AddressError` for an address that would never be told."""
    if url is not None:
        await run_in_threadpool(outbound_for(context.settings).require_allowed, url)
