"""What a file of the library is called inside, served as, and taken for: by what is in it, not by its name."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

from app.errors import MediaError
from app.models.library.media import MediaKind
from app.models.media import MediaInfo

_ISO = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".3gp": "video/3gpp", ".3g2": "video/3gpp2"
}  # fmt: skip
_TYPES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "mov,mp4,m4a,3gp,3g2,mj2": _ISO,
        "matroska,webm": {".mkv": "video/x-matroska", ".webm": "video/webm"},
        "avi": {".avi": "video/x-msvideo"},
        "mpegts": {".ts": "video/mp2t", ".mts": "video/mp2t", ".m2ts": "video/mp2t"},
        "mpeg": {".mpg": "video/mpeg", ".mpeg": "video/mpeg"},
        "flv": {".flv": "video/x-flv"},
        "asf": {".wmv": "video/x-ms-wmv", ".wma": "audio/x-ms-wma"},
        "mxf": {".mxf": "application/mxf"},
        "ogg": {".ogv": "video/ogg"},
        "wav": {".wav": "audio/wav"},
        "mp3": {".mp3": "audio/mpeg"},
        "aac": {".aac": "audio/aac"},
        "flac": {".flac": "audio/flac"},
        "aiff": {".aiff": "audio/aiff", ".aif": "audio/aiff"},
    }
)
"""By ffmpeg's name of the container: the endings that fit, the usual one first, and what each is served as."""

_SOUND: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "mov,mp4,m4a,3gp,3g2,mj2": {".m4a": "audio/mp4"},
        "matroska,webm": {".mka": "audio/x-matroska", ".weba": "audio/webm"},
        "ogg": {".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg"},
        "asf": {".wma": "audio/x-ms-wma"},
    }
)
"""The same for those that hold pictures as well, when this one holds none."""

_PHOTOS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "jpeg": {".jpg": "image/jpeg", ".jpeg": "image/jpeg"},
        "png": {".png": "image/png"},
        "webp": {".webp": "image/webp"},
        "heif": {".heic": "image/heic", ".heif": "image/heif"},
    }
)
_ANY = MappingProxyType({".bin": "application/octet-stream"})

_MEANT: Mapping[MediaKind, str] = MappingProxyType(
    {"video": "a video", "photo": "a photograph", "music": "a file with sound", "logo": "a picture", "speech": "sound"}
)


def type_of(info: MediaInfo, name: str) -> tuple[str, str]:
    """Return the ending and the media type of a file; of several endings that fit, the one that `name` has."""
    if info.still:
        known = _PHOTOS.get(info.codec, _ANY)
    else:
        plain = _TYPES.get(info.container, _ANY)
        known = plain if info.has_video else _SOUND.get(info.container, plain)
    ending = PurePosixPath(name).suffix.lower()
    return (ending, known[ending]) if ending in known else next(iter(known.items()))


def kind_of(info: MediaInfo, wanted: MediaKind | None, name: str) -> MediaKind:
    """Return what a file is in the library: what was `wanted`, if it can be that, else what it is.

    Raises `MediaError` (media_of_another_kind).
    """
    found: MediaKind = "photo" if info.still else "video" if info.has_video else "music"
    if wanted is None or wanted == found:
        return found
    if (wanted in {"music", "speech"} and info.audio is not None) or (wanted == "logo" and info.still):
        return wanted
    raise MediaError(
        f"{name} is {_MEANT[found]}, where {_MEANT[wanted]} was to come.",
        hint="Send it as what it is, or leave the kind out.",
        subject=name,
        code="media_of_another_kind",
    )
