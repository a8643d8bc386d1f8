"""What every way of bringing a file in has in common: waiting for the check, and the answer after it."""

import asyncio
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from app.api.context import Context
from app.api.library.job_models import Job, full
from app.api.library.video_models import Video, shown
from app.api.problems import documented
from app.errors import Cancelled, from_record
from app.models.job import TERMINAL, JobDict
from app.models.library.media import MediaRow
from app.models.principal import Principal
from app.services.library.media import Media

VIDEOS = "/api/v1/library/videos"
JOBS = "/api/v1/library/jobs"

Wait = Annotated[
    float, Query(ge=0, le=60, description="Seconds that the answer may wait for the check; then it is a 202.")
]
"""The parameter of a route that has a file checked."""

USUAL_WAIT = 30.0

ARRIVED: dict[int | str, dict[str, Any]] = {
    202: {"model": Job, "description": "The check goes on: the job, whose result will have the video_id."},
    **documented(404, 408, 409, 410, 413, 422, 507),
}
"""Further answers of a route that has a file checked."""


async def ended(context: Context, job_id: str, seconds: float) -> JobDict | None:
    """Wait until a job has ended, and return it; None when it has not after so long, or the server stops."""
    try:
        async with asyncio.timeout(seconds):
            async for _ in context.watch.follow(job_id):
                if context.leaving:
                    return None
    except TimeoutError:
        pass
    job = await context.storage.get_job_async(job_id)
    return job if job is not None and job["status"] in TERMINAL else None


async def checked(context: Context, who: Principal, job: JobDict, seconds: float) -> MediaRow | None:
    """Wait for a check, and return what came of it; None when it goes on. Raises the error that it ended with."""
    done = await ended(context, job["job_id"], seconds)
    if done is None:
        return None
    if done["status"] == "failed":
        raise from_record(done["error"])
    if done["status"] == "cancelled":
        raise Cancelled("Somebody cancelled the check.", hint="Send it again.")
    media = Media(context.storage.database, context.settings)
    return await run_in_threadpool(media.require, who.owner, done["result"]["video_id"])


async def arrived(context: Context, who: Principal, job: JobDict, seconds: float) -> Response:
    """Return the answer to whoever sent a file: 201 with the video, or 202 with the job that checks it."""
    row = await checked(context, who, job, seconds)
    if row is None:
        return await accepted(context, job)
    return made(await run_in_threadpool(shown, context, row))


def made(video: Video) -> Response:
    """Return the answer that tells of a new video."""
    headers = {"Location": f"{VIDEOS}/{video.id}", "ETag": f'"{video.version}"'}
    return JSONResponse(video.model_dump(mode="json"), status_code=201, headers=headers)


async def accepted(context: Context, job: JobDict) -> Response:
    """Return the answer that tells of a job which goes on."""
    known = await context.storage.get_job_async(job["job_id"]) or job
    position = await context.storage.run_async(context.desk.queue_position, job["job_id"])
    body: dict[str, Any] = full(known, position).model_dump(mode="json")
    return JSONResponse(body, status_code=202, headers={"Location": f"{JOBS}/{job['job_id']}"})
