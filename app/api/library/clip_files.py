"""Files of clips: the newest render's, in parts when ranges are asked for; and the edit document itself."""

from pathlib import Path

from fastapi import APIRouter, Request, Response

from app.api.context import Context, In
from app.api.files import file_answer, file_responses
from app.api.library.clip_models import FileKind
from app.api.principal import Who
from app.api.problems import documented
from app.editing.srt import write_srt
from app.errors import MediaError
from app.models.edit import Edit
from app.models.library.clip import Clip
from app.services.edits import EditLibrary
from app.services.library.clips import Clips
from app.services.sources import unquoted
from app.workflows.clips.asked import require_rendered

router = APIRouter(prefix="/clips/{clip_id}", tags=["clips"])

_TYPES = {"mp4": "video/mp4", "srt": "application/x-subrip", "jpg": "image/jpeg", "edit": "application/json"}
_ENDINGS = {"mp4": ".mp4", "srt": ".srt", "jpg": ".jpg", "edit": ".edit.json"}
_MISSING = documented(404, 409, 410)


@router.get("/file", summary="A clip's film", response_class=Response, responses=file_responses("video/mp4") | _MISSING)
async def get_clip_film(context: In, who: Who, clip_id: str, request: Request, download: bool = False) -> Response:
    """Send the newest render, to be played, or with `download` to be saved under the clip's name."""
    return await _sent(context, who.owner, clip_id, "mp4", request, download=download)


@router.get(
    "/thumbnail", summary="A clip's still", response_class=Response, responses=file_responses("image/jpeg") | _MISSING
)
async def get_clip_still(context: In, who: Who, clip_id: str, request: Request) -> Response:
    """Send the picture that stands for the newest render."""
    return await _sent(context, who.owner, clip_id, "jpg", request, download=False)


@router.get(
    "/files/{kind}",
    summary="A file of a clip",
    response_class=Response,
    responses=file_responses("application/octet-stream") | _MISSING | documented(422),
)
async def get_clip_file(context: In, who: Who, clip_id: str, kind: FileKind, request: Request) -> Response:
    """Send one of the newest render's files to be saved: the film, its captions, its still, its edit document."""
    return await _sent(context, who.owner, clip_id, kind, request, download=True)


@router.get(
    "/srt",
    summary="A clip's captions",
    response_class=Response,
    responses={200: {"content": {"application/x-subrip": {}}, "description": "SubRip"}, **documented(404, 410)},
)
async def get_clip_captions(context: In, who: Who, clip_id: str) -> Response:
    """Return the captions of the newest document, rendered or not; a clip without any has none."""
    edit = await context.storage.run_async(_edit, context, who.owner, clip_id)
    text = write_srt(edit.captions.cues if edit.captions else ())
    return Response(text, media_type="application/x-subrip", headers={"X-Content-Type-Options": "nosniff"})


@router.get("/edit", summary="A clip's edit document", responses=documented(404, 410))
async def get_clip_edit(context: In, who: Who, clip_id: str) -> Edit:
    """Return the newest edit document: all that decides what is seen and heard."""
    return await context.storage.run_async(_edit, context, who.owner, clip_id)


def _edit(context: Context, owner: str | None, clip_id: str) -> Edit:
    return EditLibrary(context.settings).get(Clips(context.storage.database).get(owner, clip_id).edit_identity)


async def _sent(
    context: Context, owner: str | None, clip_id: str, kind: FileKind, request: Request, *, download: bool
) -> Response:
    try:
        return await _newest(context, owner, clip_id, kind, request, download=download)
    except MediaError:  # a render that ended between the look and the opening has taken the older files away
        return await _newest(context, owner, clip_id, kind, request, download=download)


async def _newest(
    context: Context, owner: str | None, clip_id: str, kind: FileKind, request: Request, *, download: bool
) -> Response:
    clip = await context.storage.run_async(Clips(context.storage.database).get, owner, clip_id)
    name = f"{clip.name}{_ENDINGS[kind]}"
    return await file_answer(request, _path(clip, kind), name=name, media_type=_TYPES[kind], download=download)


def _path(clip: Clip, kind: FileKind) -> Path:
    require_rendered(clip)
    return unquoted(clip.files[kind])
