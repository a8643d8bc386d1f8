"""What the original interface asks for in one request: a video comes, and is muted, analysed or listened to."""

import math
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.api.bodies import ANY_SIZE
from app.api.context import Context, In
from app.api.library.arrivals import accepted
from app.api.library.forms import Form, discard, form_schema, read_form
from app.api.library.job_models import Job
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.errors import EditFactoryError, InputError
from app.models.job import JobDict
from app.models.library.media import Arrival
from app.models.library.names import plain_name
from app.models.principal import Principal
from app.workflows.sent import ask_for_analysis, ask_for_muting, ask_for_voices

router = APIRouter(prefix="/videos", tags=["videos"])

_VIDEO = {"video": "The video."}
_PROBLEMS = documented(400, 408, 413, 415, 422, 507)

Ask = Callable[[Arrival, str], JobDict]
"""Takes in the job, by its id, that works on what came."""


def _number(default: float, least: float, most: float, words: str) -> dict[str, Any]:
    return {"type": "number", "default": default, "minimum": least, "maximum": most, "description": words}


MUTE = {
    "output_name": {"type": "string", "description": "What the new video is called."},
    "keep_percentage": _number(0.0, 0.0, 1.0, "The share of the volume that is kept while somebody speaks."),
}
ANALYZE = {"target_duration": _number(20.0, 1.0, 600.0, "Seconds of the best stretches together.")}
HEAR = {
    "threshold": _number(0.5, 0.0, 1.0, "How sure it must be that somebody speaks."),
    "min_speech_duration": _number(0.25, 0.1, 10.0, "Seconds that speech lasts at least."),
}


@router.post(
    "/mute-voice",
    summary="Turn down the voices of a video",
    status_code=202,
    response_model=Job,
    responses=_PROBLEMS,
    openapi_extra=form_schema(_VIDEO, MUTE, ["video"]),
    max_body_size=ANY_SIZE,
)
async def mute_voice_in_video(context: In, who: Who, request: Request) -> Response:
    """Have the video's voices found and turned down; sound outside of them is not touched.

    The result has `video_id`, the new video (`GET /videos/{video_id}/file`), and where somebody speaks.
    """

    def asked(form: Form) -> Ask:
        keep, name = number(form, "keep_percentage", MUTE), form.text("output_name")
        called = plain_name(name) if name else None
        return lambda arrival, job_id: ask_for_muting(context.desk, arrival, who.owner, job_id, keep, called)

    return await taken_in(context, who, request, MUTE, asked)


@router.post(
    "/analyze",
    summary="Send a video and learn its best stretches",
    status_code=202,
    response_model=Job,
    responses=_PROBLEMS,
    openapi_extra=form_schema(_VIDEO, ANALYZE, ["video"]),
    max_body_size=ANY_SIZE,
)
async def analyze_sent_video(context: In, who: Who, request: Request) -> Response:
    """Have the video's shots found and scored.

    The result has `video_id`, `video_info`, and as `segments` the best stretches, `target_duration` seconds together.
    """

    def asked(form: Form) -> Ask:
        target = number(form, "target_duration", ANALYZE)
        return lambda arrival, job_id: ask_for_analysis(context.desk, arrival, who.owner, job_id, target)

    return await taken_in(context, who, request, ANALYZE, asked)


@router.post(
    "/detect-voice",
    summary="Send a video and learn where somebody speaks",
    status_code=202,
    response_model=Job,
    responses=_PROBLEMS,
    openapi_extra=form_schema(_VIDEO, HEAR, ["video"]),
    max_body_size=ANY_SIZE,
)
async def detect_voice_in_video(context: In, who: Who, request: Request) -> Response:
    """Have the video listened to; the result has `voice_segments`, each with how sure it is that somebody speaks."""

    def asked(form: Form) -> Ask:
        likely, shortest = number(form, "threshold", HEAR), number(form, "min_speech_duration", HEAR)
        return lambda arrival, job_id: ask_for_voices(context.desk, arrival, who.owner, job_id, likely, shortest)

    return await taken_in(context, who, request, HEAR, asked)


async def taken_in(
    context: Context, who: Principal, request: Request, texts: dict[str, dict[str, Any]], asked: Callable[[Form], Ask]
) -> Response:
    """Receive the form, and answer with the job that `asked` gives for it; of one that is refused nothing stays."""
    try:
        form = await read_form(context, who, request, files={"video"}, texts=texts)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    try:
        job = await run_in_threadpool(asked(form), video_of(form), made_id(request))
    except EditFactoryError:
        await discard(context, form)
        raise
    return await accepted(context, job)


def video_of(form: Form) -> Arrival:
    """Return the one video of a form. Raises `InputError`."""
    file = form.file("video")
    if file is None or len(form.files["video"]) > 1:
        raise InputError("The form has no video, or several.", hint="Send one as video.", subject="video")
    return file.arrival("video")


def number(form: Form, name: str, known: dict[str, dict[str, Any]]) -> float:
    """Return a number of a form, as `known` describes it. Raises `InputError` for anything else."""
    about, text = known[name], form.text(name)
    if text is None or not text.strip():
        return float(about["default"])
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not about["minimum"] <= value <= about["maximum"]:
        shown = text if len(text) <= 40 and text.isprintable() else "that"
        raise InputError(
            f"{name} cannot be {shown}.",
            hint=f"Use a number from {about['minimum']:g} to {about['maximum']:g}.",
            subject=name,
        )
    return value
