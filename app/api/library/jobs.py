"""Jobs: listed, looked at, followed, cancelled, done again, removed."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from app.api.context import Context, In
from app.api.library.job_models import Job, JobList, JobNews, full, page
from app.api.library.job_stream import stream
from app.api.principal import Who
from app.api.problems import documented
from app.api.raw_paths import JobId
from app.models.job import TERMINAL, JobDict, JobFilter, JobStatus
from app.models.principal import Principal
from app.services.library.own_jobs import OwnJobs, unknown

router = APIRouter(prefix="/jobs", tags=["jobs"])

MOST = 500
"""Jobs on one page."""

_STREAM = {"text/event-stream": {"schema": JobNews.model_json_schema()}}
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events", "content": _STREAM},
    204: {"description": "The job has ended, and all of its events were told."},
}


@router.get("", summary="List jobs, newest first", responses=documented(422))
async def list_jobs(
    context: In,
    who: Who,
    status: Annotated[JobStatus | None, Query(description="Only jobs that are there.")] = None,
    job_type: Annotated[str | None, Query(description="Only this kind of work.", examples=["generate"])] = None,
    parent: Annotated[str | None, Query(description="The parts of this job, and no others.")] = None,
    project_id: Annotated[str | None, Query(description="Only those of this project.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Jobs on a page.")] = 100,
    cursor: Annotated[str | None, Query(description="The page before's next_cursor.")] = None,
) -> JobList:
    """Return one page of jobs; without `parent` only those that somebody asked for, and no parts."""
    wanted = JobFilter(status=status, job_type=job_type, parent_id=parent, project_id=project_id)
    own = OwnJobs(context.storage, who.owner)
    return page(await context.storage.run_async(own.page, wanted, limit=limit, cursor=cursor))


@router.get(
    "/{job_id:path}/events",
    summary="Follow a job",
    response_class=StreamingResponse,
    responses={**_EVENTS, **documented(404, 422)},
)
async def follow_job(
    context: In,
    who: Who,
    job_id: JobId,
    after: Annotated[int, Query(ge=0, description="Tell only events with a greater number.")] = 0,
    last_event_id: Annotated[str | None, Header(description="As `after`; browsers send it by themselves.")] = None,
) -> Response:
    """Tell the job's events as they happen, until it has ended: server-sent events, `id` being the event's number.

    A browser that asks again after the end is told to stop (204).
    """
    job = await _require(context, who, job_id)
    known = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
    if job["status"] in TERMINAL and job["version"] == known:
        return Response(status_code=204)
    return StreamingResponse(
        stream(context, job, known), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


@router.get("/{job_id:path}", summary="One job", responses=documented(404, 422))
async def get_job(context: In, who: Who, job_id: JobId) -> Job:
    """Return the job, with its place in the queue and what came of it."""
    return await _shown(context, await _require(context, who, job_id))


@router.post("/{job_id:path}/cancel", summary="Cancel a job", responses=documented(404, 422))
async def cancel_job(context: In, who: Who, job_id: JobId) -> Job:
    """End the job and its parts; one that has ended stays as it is."""
    await _require(context, who, job_id)
    return await _shown(context, await run_in_threadpool(context.desk.cancel, job_id))


@router.post("/{job_id:path}/retry", summary="Do a job again", responses=documented(404, 409, 422))
async def retry_job(context: In, who: Who, job_id: JobId) -> Job:
    """Let a job that failed or was cancelled run again; what it had finished is not done again."""
    await _require(context, who, job_id)
    return await _shown(context, await run_in_threadpool(context.desk.retry, job_id))


@router.delete("/{job_id:path}", summary="Remove a job", status_code=204, responses=documented(404, 409, 422))
async def delete_job(context: In, who: Who, job_id: JobId) -> None:
    """Remove a job that has ended, with its parts and events."""
    await _require(context, who, job_id)
    if not await context.storage.delete_job_async(job_id):
        raise unknown(job_id)


async def _require(context: Context, who: Principal, job_id: str) -> JobDict:
    return await context.storage.run_async(OwnJobs(context.storage, who.owner).require, job_id)


async def _shown(context: Context, job: JobDict) -> Job:
    return full(job, await context.storage.run_async(context.desk.queue_position, job["job_id"]))
