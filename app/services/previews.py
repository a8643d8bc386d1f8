"""Where previews of footage are: pictures, a strip of them, the sound's outline and a film that any browser plays.

They are part of the cache, made by the workflow `prepare`, once for each content; each file is there whole or not at
all. The one not used for longest goes first when the cache is over its limit, and is made again when it is asked for.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from app.config import Settings
from app.errors import EditFactoryError, MediaError
from app.media.atomic import write_text
from app.models.base import Record
from app.models.media import MediaInfo
from app.models.previews import Peaks, PreviewFailure, PreviewKind, PreviewState, StripLayout
from app.services.cache_index import CacheIndex

R = TypeVar("R", bound=Record)

_NAMES: Mapping[PreviewKind, str] = MappingProxyType(
    {
        "thumbnail": "thumbnail-1.jpg",
        "picture": "picture-1.jpg",
        "strip": "strip-1.jpg",
        "peaks": "peaks-1.json",
        "proxy": "proxy-1.mp4",
    }
)
"""The number rises with each change of how that kind is made: then it is made again."""

_LAYOUT = ".json"
_FAILED = ".failed.json"

_LASTING = frozenset(
    ["render_failed", "media_truncated", "media_no_sound", "media_no_picture", "media_bad_times", "media_too_small"]
)
"""Codes of errors that come of the content itself: what is said of a file's place, or for want of memory, may pass."""

MEDIA_TYPES: Mapping[PreviewKind, str] = MappingProxyType(
    {
        "thumbnail": "image/jpeg",
        "picture": "image/jpeg",
        "strip": "image/jpeg",
        "peaks": "application/json",
        "proxy": "video/mp4",
    }
)
"""What each kind is served as."""


def wanted(info: MediaInfo) -> tuple[PreviewKind, ...]:
    """Return the previews that there are of such a file, in the order in which they are made.

    A photograph has a thumbnail and a picture of the size of a screen, music its peaks only.
    """
    if info.still:
        return ("thumbnail", "picture")
    peaks: tuple[PreviewKind, ...] = ("peaks",) if info.audio else ()
    return ("thumbnail", *peaks, "proxy", "strip") if info.has_video else peaks


def previews_folder(settings: Settings) -> Path:
    """Return the folder that holds a folder for each content."""
    return settings.data_dir / "cache" / "previews"


class Previews:
    """The previews of one data folder, by the content hash of their footage."""

    def __init__(self, settings: Settings) -> None:
        self._folder = previews_folder(settings)
        self._index = CacheIndex(settings)

    def place(self, content_hash: str, kind: PreviewKind) -> Path:
        """Return where the preview is, or would be. Raises ValueError for what is no content hash."""
        if re.fullmatch("[0-9a-f]{64}", content_hash) is None:  # else it might lead out of the folder
            raise ValueError(f"{content_hash!r} is no content hash")
        return self._folder / content_hash / _NAMES[kind]

    def layout_place(self, content_hash: str) -> Path:
        """Return where the layout of the strip is, or would be."""
        return self.place(content_hash, "strip").with_suffix(_LAYOUT)

    def find(self, content_hash: str, kind: PreviewKind) -> Path | None:
        """Return the preview, which counts as used now; None when it is not there (yet, or any more)."""
        place = self.place(content_hash, kind)
        if not self._is_there(content_hash, kind):
            return None
        self._index.touch(place)
        return place

    def states(self, info: MediaInfo) -> dict[PreviewKind, PreviewState]:
        """Return how far each preview is that such a file has."""
        return {kind: self._state(info.content_hash, kind) for kind in wanted(info)}

    def missing(self, info: MediaInfo) -> tuple[PreviewKind, ...]:
        """Return the kinds that are to be made of the file: those that it has, that are not there, and did not fail."""
        return tuple(kind for kind, state in self.states(info).items() if state == "missing")

    def failure(self, content_hash: str, kind: PreviewKind) -> MediaError | None:
        """Return why a preview that is not there cannot be made; None where it can, as far as is known."""
        if self._state(content_hash, kind) != "failed":
            return None
        known = self._record(self._failure_place(content_hash, kind), PreviewFailure)
        if known is None:
            return None
        return MediaError(
            f"No {kind} of this file can be made: what is in it cannot be decoded.",
            hint="See whether it plays; copy it again from where it was recorded.",
            code=known.code,
        )

    def note_failure(self, content_hash: str, kind: PreviewKind, error: EditFactoryError) -> None:
        """Note that a preview cannot be made, if that is so because of the content. Raises `StorageError`."""
        if error.instance_code in _LASTING:
            failure = PreviewFailure(code=error.instance_code)
            write_text(self._failure_place(content_hash, kind), failure.model_dump_json())

    def forget_failure(self, content_hash: str, kind: PreviewKind) -> None:
        """Note that the preview can be made after all."""
        self._failure_place(content_hash, kind).unlink(missing_ok=True)

    def layout(self, content_hash: str) -> StripLayout | None:
        """Return how the strip is laid out; None when it is not there."""
        return self._record(self.layout_place(content_hash), StripLayout)

    def peaks(self, content_hash: str) -> Peaks | None:
        """Return the outline of the sound; None when it is not there."""
        return self._record(self.place(content_hash, "peaks"), Peaks)

    def _state(self, content_hash: str, kind: PreviewKind) -> PreviewState:
        if self._is_there(content_hash, kind):
            return "there"
        return "failed" if self._failure_place(content_hash, kind).is_file() else "missing"

    def _failure_place(self, content_hash: str, kind: PreviewKind) -> Path:
        return self.place(content_hash, kind).with_suffix(_FAILED)

    def _is_there(self, content_hash: str, kind: PreviewKind) -> bool:
        places = [self.place(content_hash, kind)]
        if kind == "strip":  # the two go from the cache one by one
            places.append(self.layout_place(content_hash))
        return all(place.is_file() for place in places)

    def _record(self, place: Path, kind: type[R]) -> R | None:
        """Return what is written there; what is not such a record, as after a fault of the disk, is made again."""
        try:
            record = kind.model_validate_json(place.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError:
            place.unlink(missing_ok=True)
            return None
        self._index.touch(place)
        return record
