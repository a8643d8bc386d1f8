"""
DEPRECATED: Legacy routes - Use /library/* endpoints instead.

This module will be removed in v2.0.
All new development should use library_routes.py.

Migration guide: /docs/ROUTES_MIGRATION_STRATEGY.md
"""

import warnings
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from app.api import health
from app.api.bodies import ANY_SIZE
from app.api.context import Context, In
from app.api.files import file_responses
from app.api.library import arrivals, audio, clip_files, jobs, sent, usage, video_files
from app.api.library.forms import discard, form_schema, read_form
from app.api.library.video_models import shown
from app.api.lists import Cursor, Limit
from app.api.made import made_id
from app.api.old_answers import (
    OldCosts,
    OldDeleted,
    OldEntries,
    OldGemini,
    OldJob,
    OldJobLine,
    OldJobs,
    OldRoute,
    OldWait,
    accepted,
    begun,
    completed,
    no_file,
    old_job,
    soon,
    stretches,
    voices,
)
from app.api.old_forms import JOB, MULTI, SECONDARY, OldWish, job_wish, multi_wish
from app.api.principal import Who
from app.api.problems import documented, problem
from app.models.cost import MICRO
from app.models.job import JobDict, JobFilter
from app.models.principal import Principal
from app.services.library.own_jobs import OwnJobs
from app.workflows.make_clips import check_wish, make_clips
from app.workflows.receive import receive
from app.workflows.sent import LONGEST_TEXT, ask_for_speech

warnings.warn(
    "routes.py is deprecated. Use library_routes.py for all new endpoints. "
    "See ROUTES_MIGRATION_STRATEGY.md for migration guide.",
    DeprecationWarning,
    stacklevel=2,
)

NOW = {
    "POST /analyze": "POST /library/videos/analyze",
    "POST /mute-voice": "POST /library/videos/mute-voice",
    "POST /detect-voice": "POST /library/videos/detect-voice",
    "POST /video-info": "GET /library/videos/{video_id}",
    "POST /jobs": "POST /library/projects/{project_id}/generate",
    "POST /jobs/multi-video": "POST /library/projects/{project_id}/generate",
    "GET /jobs": "GET /library/jobs",
    "GET /jobs/{job_id}": "GET /library/jobs/{job_id}",
    "DELETE /jobs/{job_id}": "DELETE /library/jobs/{job_id}",
    "GET /jobs/{job_id}/download": "GET /library/exports/{export_id}/file",
    "POST /tts/generate": "POST /library/audio/tts",
    "GET /tts/{job_id}/download": "GET /library/audio/{audio_id}/file",
    "GET /costs": "GET /library/usage/costs",
    "GET /costs/all": "GET /library/usage/calls",
    "POST /costs/reset": "GET /library/usage/costs",
    "GET /usage": "GET /library/usage",
    "GET /gemini/status": "GET /library/providers",
    "GET /health": "GET /health",
    "GET /files/{path}": "GET /library/videos/{video_id}/file",
}
"""What takes the place of each."""


class _Route(OldRoute):
    instead = NOW


router = APIRouter(route_class=_Route, deprecated=True, tags=["old"])

_VIDEO = {"video": "The video."}
_SENT = documented(400, 408, 409, 413, 415, 422, 507)
_SOON: dict[int | str, dict[str, Any]] = {
    202: {"model": OldJob, "description": "It takes longer: the job, whose result will be what came of it."},
    **_SENT,
}


@router.post(
    "/analyze",
    summary="As POST /library/videos/analyze",
    responses=_SOON,
    response_model=None,
    openapi_extra=form_schema(_VIDEO, sent.ANALYZE, ["video"]),
    max_body_size=ANY_SIZE,
)
async def old_analyze(context: In, who: Who, request: Request, wait: OldWait = 25.0) -> Response:
    """DEPRECATED: Use /library/videos/analyze instead. This endpoint will be removed in v2.0."""
    answer = await sent.analyze_sent_video(context, who, request)
    return await soon(context, who, answer, wait, stretches)


@router.post(
    "/mute-voice",
    summary="As POST /library/videos/mute-voice",
    status_code=202,
    response_model=OldJob,
    responses=_SENT,
    openapi_extra=form_schema(_VIDEO, sent.MUTE, ["video"]),
    max_body_size=ANY_SIZE,
)
async def old_mute_voice(context: In, who: Who, request: Request) -> Response:
    """DEPRECATED: Use /library/videos/mute-voice instead. This endpoint will be removed in v2.0."""
    return await begun(context, who, await sent.mute_voice_in_video(context, who, request))


@router.post(
    "/detect-voice",
    summary="As POST /library/videos/detect-voice",
    responses=_SOON,
    response_model=None,
    openapi_extra=form_schema(_VIDEO, sent.HEAR, ["video"]),
    max_body_size=ANY_SIZE,
)
async def old_detect_voice(context: In, who: Who, request: Request, wait: OldWait = 25.0) -> Response:
    """DEPRECATED: Use /library/videos/detect-voice instead. This endpoint will be removed in v2.0."""
    return await soon(context, who, await sent.detect_voice_in_video(context, who, request), wait, voices)


@router.post(
    "/video-info",
    summary="What a video is",
    responses=_SOON,
    response_model=None,
    openapi_extra=form_schema(_VIDEO, {}, ["video"]),
    max_body_size=ANY_SIZE,
)
async def old_video_info(context: In, who: Who, request: Request, wait: OldWait = 25.0) -> Response:
    """DEPRECATED: Use /library/videos/{video_id} instead. This endpoint will be removed in v2.0."""

    def ask(form: Any) -> Any:
        return lambda arrival, _: receive(context.desk, arrival, who.owner)

    answer = await sent.taken_in(context, who, request, {}, ask)
    if "location" not in answer.headers:
        return answer
    job_id = answer.headers["location"].rpartition("/")[2]
    row = await arrivals.checked(context, who, {"job_id": job_id}, wait)
    if row is None:
        return await begun(context, who, answer)
    video = await run_in_threadpool(shown, context, row)
    told = {name: getattr(video, name) for name in ("width", "height", "duration", "fps", "aspect_ratio")}
    return JSONResponse({**told, "is_vertical": video.aspect_ratio == "portrait"})


@router.post(
    "/jobs",
    summary="Make clips of a video",
    status_code=202,
    response_model=OldJob,
    responses=_SENT,
    openapi_extra=form_schema(_VIDEO, JOB, ["video"]),
    max_body_size=ANY_SIZE,
)
async def old_create_job(context: In, who: Who, request: Request) -> Response:
    """DEPRECATED: Use /library/projects and /library/projects/{project_id}/generate instead.

    This endpoint will be removed in v2.0. A voice-over of one's own (`audio`) is refused.
    """
    return await _made(context, who, request, ({"video", "audio"}, JOB), job_wish)


_MAIN = {"main_video": "What is shown else.", **{f"secondary_video_{one}": "Shown for its words." for one in SECONDARY}}


@router.post(
    "/jobs/multi-video",
    summary="Make clips of several videos",
    status_code=202,
    response_model=OldJob,
    responses=_SENT,
    openapi_extra=form_schema(_MAIN, MULTI, ["main_video", "srt"]),
    max_body_size=ANY_SIZE,
)
async def old_create_multi_video_job(context: In, who: Who, request: Request) -> Response:
    """DEPRECATED: Use a project of several videos with keywords instead. This endpoint will be removed in v2.0.

    A voice-over of one's own (`audio`) is refused.
    """
    return await _made(context, who, request, ({*_MAIN, "audio"}, MULTI), multi_wish)


async def _made(context: Context, who: Principal, request: Request, fields: Any, read: Any) -> Response:
    """Receive the form, and answer with the job; of one that is refused nothing stays."""
    files, texts = fields
    try:
        form = await read_form(context, who, request, files=files, texts=texts)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    try:
        return accepted(await run_in_threadpool(_asked, context, who.owner, read(form), made_id(request)))
    except Exception:
        await discard(context, form)
        raise


def _asked(context: Context, owner: str | None, asked: OldWish, job_id: str) -> JobDict:
    database, settings = context.storage.database, context.settings
    check_wish(database, settings, owner, asked.wish, len(asked.arrivals))
    ask = partial(make_clips, context.desk, settings, owner, asked.wish, asked.arrivals, job_id)
    return ask(for_uploads=asked.uses, context=asked.context)


@router.get("/jobs", summary="As GET /library/jobs", responses=documented(422))
async def old_list_jobs(context: In, who: Who, limit: Limit = 100, cursor: Cursor = None) -> OldJobs:
    """DEPRECATED: Use /library/jobs instead. This endpoint will be removed in v2.0."""
    own = OwnJobs(context.storage, who.owner)
    page = await context.storage.run_async(partial(own.page, JobFilter(), limit=limit, cursor=cursor))
    lines = tuple(
        OldJobLine(**{name: getattr(old_job(job), name) for name in OldJobLine.model_fields}) for job in page.jobs
    )
    return OldJobs(jobs=lines, next_cursor=page.next_cursor)


@router.get("/jobs/{job_id}", summary="As GET /library/jobs/{job_id}", responses=documented(404, 422))
async def old_get_job(context: In, who: Who, job_id: str) -> OldJob:
    """DEPRECATED: Use /library/jobs/{job_id} instead. This endpoint will be removed in v2.0."""
    return old_job(await context.storage.run_async(OwnJobs(context.storage, who.owner).require, job_id))


@router.delete("/jobs/{job_id}", summary="As DELETE /library/jobs/{job_id}", responses=documented(404, 409, 422))
async def old_delete_job(context: In, who: Who, job_id: str) -> OldDeleted:
    """DEPRECATED: Use /library/jobs/{job_id} instead. This endpoint will be removed in v2.0."""
    await jobs.delete_job(context, who, job_id)
    return OldDeleted(status="deleted", job_id=job_id)


@router.get(
    "/jobs/{job_id}/download",
    summary="The first film of a job",
    response_class=Response,
    responses=file_responses("video/mp4") | documented(404, 409, 410),
)
async def old_download_job(context: In, who: Who, job_id: str, request: Request) -> Response:
    """DEPRECATED: Use /library/exports/{export_id}/file instead. This endpoint will be removed in v2.0."""
    job = await completed(context, who, job_id)
    result = job.result if isinstance(job.result, dict) else {}
    if job.job_type == "mute_sent":
        return await video_files.get_video_file(context, who, request, result["video_id"], download=True)
    if job.job_type in {"make", "generate"}:
        films = [one["clip_id"] for one in result.get("clips", ()) if one.get("ok") and one.get("clip_id")]
        if films:
            return await clip_files.get_clip_film(context, who, films[0], request, download=True)
    raise no_file("The job has made no film.")


@router.post(
    "/tts/generate",
    summary="As POST /library/audio/tts",
    status_code=202,
    response_model=OldJob,
    responses=documented(413, 422, 502),
)
async def old_generate_tts(
    context: In,
    who: Who,
    request: Request,
    text: Annotated[str, Form(min_length=1, max_length=LONGEST_TEXT)],
    remove_silence: Annotated[bool, Form()] = True,
    min_silence_duration: Annotated[float, Form(ge=0.1, le=2.0)] = 0.3,
    silence_padding: Annotated[float, Form(ge=0.02, le=0.3)] = 0.08,
) -> Response:
    """DEPRECATED: Use /library/audio/tts instead. This endpoint will be removed in v2.0.

    Pauses longer than `min_silence_duration` are shortened to that, and never to less than `silence_padding` on
    either side.
    """
    longest = max(min_silence_duration, 2 * silence_padding) if remove_silence else None
    ask = partial(ask_for_speech, context.desk, context.settings, who.owner, made_id(request), text)
    return accepted(await run_in_threadpool(partial(ask, pauses=longest)))


@router.get(
    "/tts/{job_id}/download",
    summary="As GET /library/audio/{audio_id}/file",
    response_class=Response,
    responses=file_responses("audio/mpeg") | documented(404, 409, 410),
)
async def old_download_tts(context: In, who: Who, job_id: str, request: Request) -> Response:
    """DEPRECATED: Use /library/audio/{audio_id}/file instead. This endpoint will be removed in v2.0."""
    job = await completed(context, who, job_id)
    if job.job_type != "tts":
        raise no_file("The job has made no speech.")
    return await audio.get_audio_file(context, who, request, job.result["audio_id"])


@router.get("/costs", summary="As GET /library/usage/costs")
async def old_get_costs(context: In, who: Who) -> OldCosts:
    """DEPRECATED: Use /library/usage/costs instead. This endpoint will be removed in v2.0."""
    report = await usage.get_usage(context, who)
    return OldCosts(
        source="database",
        totals={str(one.name): one.cost_microdollars / MICRO for one in report.services},
        total_all=report.total.cost_usd,
        today=report.today.cost_usd,
        entry_count=report.total.calls,
        last_entries=report.latest,
    )


@router.get("/costs/all", summary="As GET /library/usage/calls", responses=documented(422))
async def old_list_costs(context: In, who: Who, limit: Limit = 100, cursor: Cursor = None) -> OldEntries:
    """DEPRECATED: Use /library/usage/calls instead. This endpoint will be removed in v2.0."""
    page = await usage.list_calls(context, who, limit=limit, cursor=cursor)
    return OldEntries(entries=page.calls, next_cursor=page.next_cursor)


@router.get("/usage", summary="As GET /library/usage and GET /library/providers")
async def old_get_usage(context: In, who: Who) -> dict[str, Any]:
    """DEPRECATED: Use /library/usage instead. This endpoint will be removed in v2.0."""
    report, makers = await usage.get_usage(context, who), await usage.list_providers(context, who)
    told = report.model_dump(mode="json", include={"today", "this_month", "total"})
    return {**told, **makers.model_dump(mode="json")}


@router.get("/gemini/status", summary="That Gemini is not used")
async def old_get_gemini_status(who: Who) -> OldGemini:
    """DEPRECATED: Use /library/providers instead. This endpoint will be removed in v2.0."""
    return OldGemini(
        configured=False,
        connected=False,
        model=None,
        error="Footage is looked at by this machine itself, not by Gemini.",
    )


@router.get("/health", summary="As GET /health")
async def old_health(context: In) -> health.Health:
    """DEPRECATED: Use /health instead. This endpoint will be removed in v2.0."""
    return await health.health(context)


@router.post("/costs/reset", status_code=410, response_class=Response, responses=documented(410), summary="Gone")
async def old_reset_costs(who: Who) -> Response:
    """Answer that what was spent is not forgotten any more."""
    hint = "GET /api/v1/library/usage/costs takes from and to."
    return problem(410, "gone", "What was spent is kept: nothing resets it.", hint)


@router.get("/files/{path:path}", status_code=410, response_class=Response, responses=documented(410), summary="Gone")
async def old_get_file(who: Who, path: str) -> Response:
    """Answer that no path of the server leads to a file any more."""
    hint = "GET /api/v1/library/videos, /clips and /exports have the addresses of files."
    return problem(410, "gone", "Paths of the server are no addresses.", hint)
