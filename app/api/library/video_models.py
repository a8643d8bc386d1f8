"""Media of the library as the API tells of them: by id, and never by where they are."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from app.api.context import Context
from app.models.base import Record
from app.models.job import JobDict
from app.models.library.media import MediaKind, MediaRow, Upload
from app.models.library.texts import Name
from app.models.previews import PreviewKind
from app.services.library.pages import Page
from app.services.previews import Previews
from app.workflows.receive import receiving_job

_ID = "0b4c9f0e-8a53-4b0e-9a41-5c2f0d8c7c11"


class Video(Record):
    """A video or photograph, or music or a logo, of the library. Sizes are pixels as shown: upright and square."""

    id: str = Field(examples=[_ID])
    kind: MediaKind = Field(examples=["video"])
    name: str = Field(description="What its person calls it.", examples=["plajă.mp4"])
    bytes: int = Field(examples=[48_211_004])
    media_type: str = Field(description="What it is served as, by what is in it.", examples=["video/mp4"])
    content_hash: str = Field(description="SHA-256 of its bytes; marks and edit documents name it by this.")
    duration: float = Field(description="Seconds; 0 for a picture.", examples=[12.5])
    fps: float = Field(description="Frames a second; 0 for a picture or a sound.", examples=[29.97])
    width: int = Field(examples=[1080])
    height: int = Field(examples=[1920])
    aspect_ratio: Literal["landscape", "portrait", "square", ""] = Field(examples=["portrait"])
    rotation: int = Field(description="Degrees clockwise that players turn the stored picture by.", examples=[90])
    codec: str = Field(examples=["hevc"])
    bitrate: int = Field(description="Bits a second; 0: the file does not say.", examples=[9_800_000])
    variable_frame_rate: bool = False
    hdr: bool = False
    has_audio: bool = False
    in_place: bool = Field(description="The file is not the library's: it stays where its person keeps it.")
    previews: tuple[PreviewKind, ...] = Field(description="Those there are by now.", examples=[["thumbnail", "peaks"]])
    previews_to_come: tuple[PreviewKind, ...] = Field(description="Those that are made, or will be when asked for.")
    prepare_job_id: str | None = Field(description="The job that makes the previews.")
    analysis_job_id: str | None = Field(description="The job that analyses it, or did last.")
    version: int = Field(description="Grows with every change; the ETag.", examples=[1])
    created_at: datetime
    updated_at: datetime


class VideoList(Record):
    """One page of media."""

    videos: tuple[Video, ...]
    next_cursor: str | None = Field(description="Asks for the page after this one; null: this is the last.")
    total: int = Field(description="How many fit, on all pages.", examples=[1])


class AssetList(Record):
    """One page of music and logos."""

    assets: tuple[Video, ...]
    next_cursor: str | None = Field(description="Asks for the page after this one; null: this is the last.")
    total: int = Field(description="How many fit, on all pages.", examples=[1])


class VideoChange(Record):
    """What of a video can be changed."""

    name: Name = Field(examples=["plajă, dimineața.mp4"])


class UploadFailure(Record):
    """Why nothing came of an upload."""

    code: str = Field(description="Stable; programs may rely on it.", examples=["media_unreadable"])
    message: str = Field(examples=["notes.mp4 is not a media file that can be read, whatever its name says."])
    hint: str = Field("", description="What would work.")
    subject: str = Field("", description="What it is about.")


class UploadStatus(Record):
    """A file that comes, or came."""

    id: str = Field(examples=[_ID])
    name: str = Field(examples=["plajă.mp4"])
    kind: MediaKind | None = Field(description="What it is to be; null: what it turns out to be.")
    state: Literal["receiving", "checking", "done", "failed"] = Field(description="The last two are ends.")
    length: int | None = Field(description="Bytes that are to come; null: not known yet.", examples=[48_211_004])
    received: int = Field(description="Bytes that are safely there.", examples=[1_048_576])
    video_id: str | None = Field(description="What it became.")
    job_id: str = Field(description="The job that checks it, once all of it is there.")
    error: UploadFailure | None = Field(description="Why nothing came of it.")
    expires_at: datetime = Field(description="When it is given up, if nothing more comes; later: forgotten.")


def shown(context: Context, row: MediaRow) -> Video:
    """Return a row as the API tells of it. Looks which previews are there."""
    info, states = row.info, Previews(context.settings).states(row.info)
    return Video(
        **_of_row(row),
        **{name: getattr(info, name) for name in _OF_INFO},
        aspect_ratio=_shape(info.width, info.height),
        has_audio=info.audio is not None,
        codec=info.codec or (info.audio.codec if info.audio else ""),
        in_place=row.place is not None,
        previews=tuple(kind for kind, state in states.items() if state == "there"),
        previews_to_come=tuple(kind for kind, state in states.items() if state == "missing"),
    )


def page_of_videos(context: Context, page: Page[MediaRow]) -> VideoList:
    """Return a page as the API tells of it."""
    items = tuple(shown(context, row) for row in page.items)
    return VideoList(videos=items, next_cursor=page.next_cursor, total=page.total)


def page_of_assets(context: Context, page: Page[MediaRow]) -> AssetList:
    """Return a page of assets as the API tells of it."""
    items = tuple(shown(context, row) for row in page.items)
    return AssetList(assets=items, next_cursor=page.next_cursor, total=page.total)


def status_of(upload: Upload, job: JobDict | None) -> UploadStatus:
    """Return an upload, which `job` checks or has checked, as the API tells of it."""
    state, error = upload.state, upload.error
    if state == "receiving" and upload.received == upload.length:
        state = "checking"
    if state != "done" and job is not None and job["status"] in {"failed", "cancelled"}:
        state, error = "failed", job.get("error") or error or _CANCELLED
    return UploadStatus(
        **{name: getattr(upload, name) for name in ("id", "name", "length", "received", "expires_at")},
        kind=upload.kind or None,
        state=state,
        video_id=upload.media_id,
        job_id=receiving_job(upload.id),
        error=UploadFailure(**{key: error.get(key, "") for key in UploadFailure.model_fields}) if error else None,
    )


_CANCELLED = {"code": "cancelled", "message": "Somebody cancelled the check.", "hint": "Send it again."}
_OF_INFO = ("duration", "fps", "width", "height", "rotation", "bitrate", "variable_frame_rate", "hdr")
_OF_ROW = (
    *("id", "kind", "name", "bytes", "media_type", "content_hash", "prepare_job_id", "analysis_job_id"),
    *("version", "created_at", "updated_at"),
)


def _of_row(row: MediaRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _OF_ROW}


def _shape(width: int, height: int) -> Literal["landscape", "portrait", "square", ""]:
    if not width:
        return ""
    return "square" if width == height else "landscape" if width > height else "portrait"
