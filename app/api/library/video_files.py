"""The files of a video: as it was brought in, and what a browser is shown of it."""

from typing import Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from app.api.context import Context, In
from app.api.files import file_answer, file_responses
from app.api.library.arrivals import accepted
from app.api.library.job_models import Job
from app.api.library.videos import VideoId, media_of
from app.api.principal import Who
from app.api.problems import documented
from app.errors import InputError
from app.models.library.media import MediaRow
from app.models.previews import Peaks, PreviewKind, StripLayout
from app.models.principal import Principal
from app.services.previews import MEDIA_TYPES, Previews, wanted
from app.workflows.prepare import ask_for_previews

router = APIRouter(prefix="/videos", tags=["videos"])

_SUFFIXES: dict[str, str] = {"image/jpeg": ".jpg", "application/json": ".json", "video/mp4": ".mp4"}


def _responses(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Return what the route of a preview may answer."""
    later = {"model": Job, "description": "It is being made: the job. Ask again when that has ended."}
    return {**file_responses(media_type), 202: later, **documented(404, 410, 422)}


@router.head("/{video_id}/file", include_in_schema=False)
@router.get(
    "/{video_id}/file",
    summary="The file as it was brought in",
    response_class=Response,
    responses={**file_responses("application/octet-stream"), **documented(404, 410)},
)
async def get_video_file(
    context: In,
    who: Who,
    request: Request,
    video_id: VideoId,
    download: bool = Query(default=True, description="To be saved; else it is shown where it can be."),
) -> Response:
    """Send the file, or the part of it that `Range` asks for; its type says what is in it."""
    media = media_of(context)
    row = await run_in_threadpool(media.require, who.owner, video_id)
    path = await run_in_threadpool(media.path_of, row)
    return await file_answer(request, path, name=row.name, media_type=row.media_type, etag=_tag(row), download=download)


@router.head("/{video_id}/thumbnail", include_in_schema=False)
@router.get(
    "/{video_id}/thumbnail",
    summary="A small picture of it",
    response_class=Response,
    responses=_responses("image/jpeg"),
)
async def get_video_thumbnail(context: In, who: Who, request: Request, video_id: VideoId) -> Response:
    """Send a JPEG of a moment that shows something."""
    return await _preview(context, who, request, video_id, "thumbnail")


@router.head("/{video_id}/picture", include_in_schema=False)
@router.get(
    "/{video_id}/picture",
    summary="A photograph as any browser shows it",
    response_class=Response,
    responses=_responses("image/jpeg"),
)
async def get_video_picture(context: In, who: Who, request: Request, video_id: VideoId) -> Response:
    """Send a JPEG of the size of a screen, upright; of photographs and logos only."""
    return await _preview(context, who, request, video_id, "picture")


@router.head("/{video_id}/strip", include_in_schema=False)
@router.get(
    "/{video_id}/strip", summary="Pictures all along it", response_class=Response, responses=_responses("image/jpeg")
)
async def get_video_strip(context: In, who: Who, request: Request, video_id: VideoId) -> Response:
    """Send one JPEG that holds many small pictures, row by row; `strip/layout` says how they lie in it."""
    return await _preview(context, who, request, video_id, "strip")


@router.get(
    "/{video_id}/strip/layout",
    summary="How the pictures of the strip lie in it",
    response_model=StripLayout,
    responses={202: {"model": Job, "description": "The strip is being made."}, **documented(404, 410, 422)},
)
async def get_video_strip_layout(context: In, who: Who, video_id: VideoId) -> Response:
    """Return their number, size and times."""
    row = await run_in_threadpool(media_of(context).require, who.owner, video_id)
    layout = await run_in_threadpool(Previews(context.settings).layout, row.content_hash)
    if layout is None:
        asked = await _asked_for(context, who, row, "strip")
        return asked or await get_video_strip_layout(context, who, video_id)
    return JSONResponse(layout.model_dump(mode="json"))


@router.head("/{video_id}/peaks", include_in_schema=False)
@router.get(
    "/{video_id}/peaks",
    summary="The outline of its sound",
    response_class=Response,
    responses={
        **_responses("application/json"),
        200: {
            "description": "As the program audiowaveform writes it.",
            "content": {"application/json": {"schema": Peaks.model_json_schema()}},
        },
    },
)
async def get_video_peaks(context: In, who: Who, request: Request, video_id: VideoId) -> Response:
    """Send the lowest and highest sample of each short stretch."""
    return await _preview(context, who, request, video_id, "peaks")


@router.head("/{video_id}/proxy", include_in_schema=False)
@router.get(
    "/{video_id}/proxy",
    summary="A film of it that any browser plays",
    response_class=Response,
    responses=_responses("video/mp4"),
)
async def get_video_proxy(context: In, who: Who, request: Request, video_id: VideoId) -> Response:
    """Send a small H.264 film, or the part of it that `Range` asks for."""
    return await _preview(context, who, request, video_id, "proxy")


async def _preview(context: Context, who: Principal, request: Request, video_id: str, kind: PreviewKind) -> Response:
    row = await run_in_threadpool(media_of(context).require, who.owner, video_id)
    path = await run_in_threadpool(Previews(context.settings).find, row.content_hash, kind)
    if path is None:
        asked = await _asked_for(context, who, row, kind)
        return asked or await _preview(context, who, request, video_id, kind)
    media_type = MEDIA_TYPES[kind]
    name = f"{row.name.rpartition('.')[0] or row.name} {kind}{_SUFFIXES[media_type]}"
    return await file_answer(request, path, name=name, media_type=media_type, download=False)


async def _asked_for(context: Context, who: Principal, row: MediaRow, kind: PreviewKind) -> Response | None:
    """Have the previews made, and return the answer that says so; None when they have come to be there meanwhile.

    Raises `InputError` (preview_unknown) for one that such a file has not, `MediaError` for one that cannot be made.
    """
    if kind not in wanted(row.info):
        raise InputError(
            f"There is no {kind} of {row.name}.",
            hint="previews and previews_to_come of the video name those there are.",
            subject="video_id",
            code="preview_unknown",
        )
    media, previews = media_of(context), Previews(context.settings)

    def ask() -> dict[str, Any] | None:
        failure = previews.failure(row.content_hash, kind)
        if failure is not None:
            raise failure
        job = ask_for_previews(context.desk, previews, media.path_of(row), row.info, owner=who.owner)
        if job is not None and job["job_id"] != row.prepare_job_id:
            media.note(row.id, prepare_job_id=job["job_id"])
        return job

    job = await run_in_threadpool(ask)
    if job is None:
        return None
    answer = await accepted(context, job)
    answer.headers["Retry-After"] = "2"
    return answer


def _tag(row: MediaRow) -> str | None:
    """Return the name of the content; of a file that stays with its person, who may change it, none."""
    return row.content_hash if row.place is None else None
