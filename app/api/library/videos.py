"""Videos and photographs: listed, looked at, renamed, removed, brought in from an address."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field
from starlette.requests import ClientDisconnect

from app.api.bodies import ANY_SIZE
from app.api.context import Context, In
from app.api.library.arrivals import ARRIVED, USUAL_WAIT, Wait, accepted, arrived
from app.api.library.forms import Form, discard, form_schema, read_form
from app.api.library.job_models import Job
from app.api.library.receiving import arrival_of, on_disk
from app.api.library.uploads import require_own_project
from app.api.library.video_models import Video, VideoChange, VideoList, page_of_videos, shown
from app.api.lists import Cursor, Limit, Search
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.versions import VERSIONED, Expected, tell_version
from app.errors import EditFactoryError, InputError
from app.models.base import Record
from app.models.library.media import FOOTAGE, KINDS, Arrival, MediaFilter, MediaKind, MediaRow
from app.models.library.names import plain_name
from app.models.library.texts import Id, Name
from app.models.principal import Principal
from app.services.library.media import Media
from app.services.library.uploads import Uploads
from app.services.outbound import outbound_for
from app.workflows.cleanup import ask_for_room
from app.workflows.receive import receive

router = APIRouter(prefix="/videos", tags=["videos"])

VideoId = Annotated[str, Path(description="The video, photograph, music or logo.")]
Sort = Annotated[Literal["newest", "oldest", "name", "updated"], Query(description="In which order.")]

_LONGEST_ADDRESS = 2_048
_CHANGED: dict[int | str, dict[str, Any]] = {200: {"headers": VERSIONED}, **documented(404, 412, 422)}


class Import(Record):
    """A file to be fetched."""

    url: str = Field(max_length=_LONGEST_ADDRESS, description="http or https.", examples=["https://example.com/a.mp4"])
    name: Name | None = Field(None, description="What it is called; left out: the last part of the address.")
    kind: MediaKind | None = Field(None, description="What it is to be; left out: what it turns out to be.")
    project_id: Id | None = Field(None, description="The project that is to have it.")


@router.get("", summary="List videos and photographs", responses=documented(404, 422))
async def list_videos(
    context: In,
    who: Who,
    project_id: Annotated[Id | None, Query(description="Only those that this project has.")] = None,
    kind: Annotated[MediaKind | None, Query(description="Only this kind; left out: videos and photographs.")] = None,
    search: Search = None,
    sort: Sort = "newest",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> VideoList:
    """Return one page of what was brought in."""
    wanted = MediaFilter(kinds=(kind,) if kind else FOOTAGE, project_id=project_id, search=search)

    def look() -> VideoList:
        page = media_of(context).page(who.owner, wanted, sort=sort, limit=limit, cursor=cursor)
        return page_of_videos(context, page)

    return await run_in_threadpool(look)


@router.post(
    "",
    summary="Send a file as a form",
    status_code=201,
    response_model=Video,
    responses={**ARRIVED, **documented(400, 415)},
    openapi_extra=form_schema(
        {"file": "The file itself."},
        {"kind": {"type": "string", "enum": list(KINDS)}, "project_id": {"type": "string"}},
        ["file"],
    ),
    max_body_size=ANY_SIZE,
)
async def create_video(context: In, who: Who, request: Request, wait: Wait = USUAL_WAIT) -> Response:
    """Take in the file of a form, as `PUT /uploads/{name}` does: 201 with the video, or 202 with the job."""
    try:
        form = await read_form(context, who, request, files={"file"}, texts={"kind", "project_id"})
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    try:
        arrival = await _arrival(context, who, form)
    except EditFactoryError:
        await discard(context, form)
        raise
    job = await on_disk(partial(receive, context.desk, arrival, who.owner))
    return await arrived(context, who, job, wait)


@router.post(
    "/import",
    summary="Bring a file in from an address",
    status_code=202,
    response_model=Job,
    responses=documented(404, 413, 422, 507),
)
async def import_video(context: In, who: Who, request: Request, wanted: Import) -> Response:
    """Have a worker fetch the file and check it; the job's result has the video_id.

    Addresses of private networks are not asked, unless the server's settings allow them.
    """
    await require_own_project(context, who, wanted.project_id)
    upload_id = made_id(request, "upload")

    def take() -> dict[str, Any]:
        outbound_for(context.settings).require_allowed(wanted.url)
        uploads = Uploads(context.storage.database, context.settings)
        name = plain_name(wanted.name or unquote(wanted.url.partition("?")[0].partition("#")[0]))
        about = {"project_id": wanted.project_id, "url": True}
        upload = uploads.begin(who.owner, wanted.kind, name, None, about, upload_id)
        return receive(context.desk, arrival_of(upload).evolve(url=wanted.url), who.owner)

    return await accepted(context, await run_in_threadpool(take))


@router.get("/{video_id}", summary="One video", responses={200: {"headers": VERSIONED}, **documented(404)})
async def get_video(context: In, who: Who, response: Response, video_id: VideoId) -> Video:
    """Return what it is; also of music and logos."""
    return await _told(context, response, partial(media_of(context).require, who.owner, video_id))


@router.patch("/{video_id}", summary="Rename a video", responses=_CHANGED)
async def change_video(
    context: In, who: Who, response: Response, video_id: VideoId, change: VideoChange, expected: Expected
) -> Video:
    """Give it another name."""
    renamed = partial(media_of(context).rename, who.owner, video_id, change.name, expected)
    return await _told(context, response, renamed)


@router.delete("/{video_id}", summary="Remove a video", status_code=204, responses=documented(404, 412))
async def delete_video(context: In, who: Who, video_id: VideoId, expected: Expected) -> None:
    """Take it out of the library, with its marks.

    Its file goes once nothing needs it: no other video of the same content, no job that runs, no clip.
    """
    await run_in_threadpool(media_of(context).remove, who.owner, video_id, expected)
    await run_in_threadpool(ask_for_room, context.desk)


def media_of(context: Context) -> Media:
    """Return the media of the app's database."""
    return Media(context.storage.database, context.settings)


async def _arrival(context: Context, who: Principal, form: Form) -> Arrival:
    """Return what the job is told of the one file of a form. Raises `InputError`."""
    file, kind, project_id = form.file("file"), form.text("kind") or None, form.text("project_id") or None
    if file is None or len(form.files["file"]) > 1:
        raise InputError("The form has no file, or several.", hint="Send one as file.", subject="file", code="bad_form")
    known = next((one for one in KINDS if one == kind), None)
    if kind != known:
        raise InputError(f"kind cannot be {kind!r}.", hint=f"Use one of: {', '.join(KINDS)}.", subject="kind")
    await require_own_project(context, who, project_id)
    return file.arrival(known, project_id)


async def _told(context: Context, response: Response, find: Callable[[], MediaRow]) -> Video:
    video = await run_in_threadpool(lambda: shown(context, find()))
    tell_version(response, video.version)
    return video
