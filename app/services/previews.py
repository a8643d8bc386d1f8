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
from app.models.base import Record
from app.models.media import MediaInfo
from app.models.previews import Peaks, PreviewKind, StripLayout
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


class Previews:
    """The previews of one data folder, by the content hash of their footage."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data_dir / "cache" / "previews"
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

    def missing(self, info: MediaInfo) -> tuple[PreviewKind, ...]:
        """Return the kinds that the file has, and that are not there."""
        return tuple(kind for kind in wanted(info) if not self._is_there(info.content_hash, kind))

    def layout(self, content_hash: str) -> StripLayout | None:
        """Return how the strip is laid out; None when it is not there."""
        return self._record(self.layout_place(content_hash), StripLayout)

    def peaks(self, content_hash: str) -> Peaks | None:
        """Return the outline of the sound; None when it is not there."""
        return self._record(self.place(content_hash, "peaks"), Peaks)

    def _is_there(self, content_hash: str, kind: PreviewKind) -> bool:
        places = [self.place(content_hash, kind)]
        if kind == "strip":  # the two go from the cache one by one
            places.append(self.layout_place(content_hash))
        return all(place.is_file() for place in places)

    def _record(self, place: Path, kind: type[R]) -> R | None:
        try:
            record = kind.model_validate_json(place.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        self._index.touch(place)
        return record
