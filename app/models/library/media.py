"""What people brought into the library: footage, music, logos; and uploads on their way there."""

from datetime import datetime
from typing import Any, Literal, get_args

from app.models.base import Record
from app.models.media import MediaInfo

MediaKind = Literal["video", "photo", "music", "logo", "speech"]
KINDS: tuple[MediaKind, ...] = get_args(MediaKind)
FOOTAGE: tuple[MediaKind, ...] = ("video", "photo")
ASSETS: tuple[MediaKind, ...] = ("music", "logo")

UploadState = Literal["receiving", "checking", "done", "failed"]


class MediaRow(Record):
    """One file of somebody's. `name` is what its person calls it, and no path; `info` what was found in the file.

    `place` is where the file stays, in URL quoting, when it was not copied into the data folder.
    """

    id: str
    owner: str | None
    kind: MediaKind
    name: str
    content_hash: str
    bytes: int
    media_type: str
    info: MediaInfo
    place: str | None
    analysis_job_id: str | None
    prepare_job_id: str | None
    details: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime


class MediaFilter(Record):
    """Which media: every field that is set must fit. `search` is looked for in names."""

    kinds: tuple[MediaKind, ...] = FOOTAGE
    project_id: str | None = None
    search: str | None = None


class Upload(Record):
    """A file that comes, or came. `kind` empty: what it turns out to be. `length` and `received` are bytes.

    `received` is what is safely on disk. `metadata` says who wants it: `project_id`, and what clients sent along.
    """

    id: str
    owner: str | None
    kind: MediaKind | Literal[""]
    name: str
    length: int | None
    received: int
    metadata: dict[str, Any]
    state: UploadState
    media_id: str | None
    error: dict[str, str] | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


class Arrival(Record):
    """A file that the job `receive` is to check and bring into the library.

    Its bytes wait as the upload `upload_id`; with `url` they are fetched from there first. Else it is a file of this
    machine at `place` (in URL quoting), which stays there, or is copied. `sha256` is known where it was hashed when it
    came. `kind` None: what it turns out to be.
    """

    name: str
    kind: MediaKind | None = None
    project_id: str | None = None
    upload_id: str | None = None
    url: str | None = None
    place: str | None = None
    copied: bool = False
    sha256: str | None = None
