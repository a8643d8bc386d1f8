"""Clips of a project: asked for, and how far they are."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.api.context import Context, In
from app.api.library.job_models import Job
from app.api.library.progress import RenderProgress, progress_of_all
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.work import CallbackUrl, accepted, require_callback
from app.models.job import JobDict
from app.models.library.wishes import ClipsWish, SegmentsWish
from app.models.principal import Principal
from app.services.library.projects import Projects
from app.workflows.clips.wanted import ask_for_clips

router = APIRouter(prefix="/projects/{project_id}", tags=["projects"])

_MAKING = frozenset({"generate", "make", "render"})
_LOOKED_AT = 100
"""Of a project's jobs the newest that are looked at: those that have not ended are among them."""


class GenerateWish(ClipsWish):
    """What to make of a project's footage."""

    callback_url: CallbackUrl = None


@router.post("/generate", summary="Make clips", status_code=202, responses=documented(404, 410, 422))
async def generate_clips(
    context: In, who: Who, project_id: str, request: Request, response: Response, wish: GenerateWish
) -> Job:
    """Take in the main job: look at the footage, speak, choose all clips together, render, check.

    The clips are in the library as soon as their shots are chosen.
    """
    return await _asked(context, who, project_id, request, response, wish, wish.callback_url)


class FromSegmentsWish(SegmentsWish):
    """What to make of a project's marked segments."""

    callback_url: CallbackUrl = None


@router.post(
    "/generate-from-segments",
    summary="Make clips of marked segments",
    status_code=202,
    responses=documented(404, 410, 422),
)
async def generate_from_segments(
    context: In, who: Who, project_id: str, request: Request, response: Response, wish: FromSegmentsWish
) -> Job:
    """Take in the main job, in which nothing is shown but what a person marked, and not as never to be used."""
    return await _asked(context, who, project_id, request, response, wish, wish.callback_url)


@router.get("/progress", summary="How far a project's clips are", responses=documented(404))
async def get_project_progress(context: In, who: Who, project_id: str) -> RenderProgress:
    """Return how far the work on the project's clips is that has not ended; else how the last one ended."""
    return progress_of_all(await context.storage.run_async(_jobs, context, who.owner, project_id))


async def _asked(
    context: Context,
    who: Principal,
    project_id: str,
    request: Request,
    response: Response,
    wish: ClipsWish,
    callback_url: str | None,
) -> Job:
    await require_callback(context, callback_url)
    ask = (context.desk, context.settings, who.owner, project_id, wish, made_id(request), callback_url)
    return await accepted(context, response, await run_in_threadpool(ask_for_clips, *ask))


def _jobs(context: Context, owner: str | None, project_id: str) -> list[JobDict]:
    Projects(context.storage.database).get(owner, project_id)
    found = context.storage.list_jobs(limit=_LOOKED_AT, project_id=project_id)
    return [job for job in found if job["job_type"] in _MAKING]
