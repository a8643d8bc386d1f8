"""Speech as files: a text is spoken, and what was spoken is listed, fetched and removed."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import In
from app.api.files import file_answer, file_responses
from app.api.library.job_models import Job
from app.api.library.videos import media_of
from app.api.lists import Cursor, Limit, Search
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.work import accepted
from app.models.base import Record
from app.models.library.media import MediaFilter, MediaRow
from app.models.library.options import Language
from app.workflows.cleanup import ask_for_room
from app.workflows.sent import LONGEST_TEXT, ask_for_speech

router = APIRouter(prefix="/audio", tags=["audio"])

AudioId = Annotated[str, Path(description="The speech.")]


class Audio(Record):
    """Speech that was made of a text."""

    id: str
    name: str
    bytes: int
    media_type: str = Field(examples=["audio/mpeg"])
    text: str = Field(description="What is said.", examples=["Bună ziua!"])
    voice: str = Field(description="Who says it.", examples=["piper:en_US-joe-medium"])
    language: str = Field(examples=["ro"])
    seconds: float = Field(description="How long it is.", examples=[1.4])
    file: str = Field(description="Where the file is.", examples=["/api/v1/library/audio/7f0c.../file"])
    created_at: datetime


class AudioList(Record):
    """One page of speech, newest first."""

    items: tuple[Audio, ...]
    next_cursor: str | None
    total: int


@router.post("/tts", summary="Speak a text", status_code=202, responses=documented(413, 422, 502))
async def generate_tts(
    context: In,
    who: Who,
    request: Request,
    response: Response,
    text: Annotated[str, Form(min_length=1, max_length=LONGEST_TEXT, description="What is said.")],
    voice_id: Annotated[str | None, Form(description="A voice of GET /voices; else the offline one.")] = None,
    language: Annotated[Language | None, Form(description="Of the text, as ro; else it is found out.")] = None,
    speed: Annotated[float, Form(ge=0.5, le=2.0, description="1 is the voice's own.")] = 1.0,
    longest_pause: Annotated[
        float | None, Form(ge=0.1, le=5.0, description="Seconds: longer pauses between words are shortened.")
    ] = None,
) -> Job:
    """Have a text spoken as an MP3.

    The result has `audio_id` (`GET /audio/{audio_id}/file`), the length in seconds, and when each word is said.
    """
    ask = partial(ask_for_speech, context.desk, context.settings, who.owner, made_id(request), text)
    job = await run_in_threadpool(
        partial(ask, voice=voice_id or None, language=language, speed=speed, pauses=longest_pause)
    )
    return await accepted(context, response, job)


@router.get("", summary="List speech", responses=documented(422))
async def list_audio(
    context: In, who: Who, search: Search = None, limit: Limit = 100, cursor: Cursor = None
) -> AudioList:
    """Return one page of what was spoken as files, newest first."""
    wanted = MediaFilter(kinds=("speech",), search=search)
    page = await run_in_threadpool(partial(media_of(context).page, who.owner, wanted, limit=limit, cursor=cursor))
    return AudioList(items=tuple(map(_shown, page.items)), next_cursor=page.next_cursor, total=page.total)


@router.get("/{audio_id}", summary="One speech", responses=documented(404))
async def get_audio(context: In, who: Who, audio_id: AudioId) -> Audio:
    """Return what is said in it, by whom, and where its file is."""
    return _shown(await run_in_threadpool(media_of(context).require, who.owner, audio_id, ("speech",)))


@router.head("/{audio_id}/file", include_in_schema=False)
@router.get(
    "/{audio_id}/file",
    summary="The file of a speech",
    response_class=Response,
    responses={**file_responses("audio/mpeg"), **documented(404, 410)},
)
async def get_audio_file(context: In, who: Who, request: Request, audio_id: AudioId) -> Response:
    """Send the file, or the part of it that `Range` asks for."""
    media = media_of(context)
    row = await run_in_threadpool(media.require, who.owner, audio_id, ("speech",))
    path = await run_in_threadpool(media.path_of, row)
    return await file_answer(request, path, name=row.name, media_type=row.media_type, etag=row.content_hash)


@router.delete("/{audio_id}", summary="Remove a speech", status_code=204, responses=documented(404))
async def delete_audio(context: In, who: Who, audio_id: AudioId) -> None:
    """Take it out of the library; clips whose voice it is keep theirs."""
    await run_in_threadpool(media_of(context).remove, who.owner, audio_id, None, ("speech",))
    await run_in_threadpool(ask_for_room, context.desk)


def _shown(row: MediaRow) -> Audio:
    told: dict[str, Any] = row.details
    return Audio(
        id=row.id,
        name=row.name,
        bytes=row.bytes,
        media_type=row.media_type,
        text=str(told.get("text", "")),
        voice=str(told.get("voice", "")),
        language=str(told.get("language", "")),
        seconds=float(told.get("seconds", row.info.duration)),
        file=f"/api/v1/library/audio/{row.id}/file",
        created_at=row.created_at,
    )
