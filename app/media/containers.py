"""Opening media files: a closed list of containers and protocols, and one clear error for each way a file can be bad.

A playlist renamed `.mp4` is opened as a playlist by default and reads whatever files it names, even when only the
`file` protocol is allowed; only a list of real containers refuses it. PyAV and the ffmpeg program use the same lists.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from app.errors import MediaError

FORMATS = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2"),
    *("matroska", "webm", "avi", "mpegts", "mpeg", "flv", "asf", "mxf", "ogg"),
    *("wav", "mp3", "aac", "flac", "aiff"),
)
"""Demuxers that hold their media themselves. No playlist (hls, dash, concat), no pattern of pictures (image2)."""

FORMAT_WHITELIST = ",".join(FORMATS)
"""`FORMATS` as ffmpeg's `format_whitelist` takes it."""

PROTOCOL_WHITELIST = "file"
"""Nothing is read but local files."""

MAX_PIXELS = 8192 * 4320
"""Largest picture, in pixels, that is opened when nothing else is said."""

_NOT_PICTURES = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails
_HEAD = "Edit Factory reads MP4, MOV, MKV, WebM, AVI, MPEG, FLV, WMV, MXF and OGG"


def shown(path: Path) -> str:
    """Return the path as one line of text that can be printed anywhere, whatever bytes its name is made of."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def media_address(path: Path) -> str:
    """Return the path in a form that ffmpeg cannot take for an option, a URL or another protocol."""
    return f"file:{path.absolute()}"


@contextmanager
def open_media(path: Path, max_pixels: int = MAX_PIXELS) -> Iterator[InputContainer]:
    """Open a media file for reading and close it after the block.

    Decoders of its pictures refuse more than `max_pixels` pixels. Raises `MediaError` with one of the codes
    media_missing, media_is_folder, media_empty, media_truncated, media_unreadable, media_too_large.
    """
    check_file(path)
    try:
        container = av.open(
            media_address(path),
            options={
                "format_whitelist": FORMAT_WHITELIST,
                "protocol_whitelist": PROTOCOL_WHITELIST,
                "max_pixels": str(max_pixels),  # for the decoders that looking into the file needs
            },
            metadata_errors="replace",
        )
    except PermissionError as error:
        raise _forbidden(path) from error
    except (av.FFmpegError, ValueError, OSError) as error:
        raise _unreadable(path) from error
    with container:
        if not container.streams:  # what is left of a file that lost its index
            raise _unreadable(path)
        for stream in container.streams.video:
            _limit(stream, path, max_pixels)
        yield container


def check_file(path: Path) -> None:
    """Raise `MediaError` unless `path` is a regular file with something in it."""
    if path.is_dir():
        raise _error(path, "media_is_folder", "is a folder, not a file", "Name a file in it.")
    if not path.exists():
        raise _error(path, "media_missing", "does not exist", "Check the spelling; quote names with spaces.")
    if not path.is_file():  # a pipe would wait for ever
        raise _error(path, "media_unreadable", "is not a regular file", "Copy the media into a file first.")
    if path.stat().st_size == 0:
        raise _error(path, "media_empty", "is empty (0 bytes)", "Copy it again from where it was recorded.")


def picture_stream(container: InputContainer) -> VideoStream | None:
    """Return the first stream of moving pictures that can be decoded, or None; covers and thumbnails are not one."""
    streams = (s for s in container.streams.video if not s.disposition & _NOT_PICTURES)
    return next((s for s in streams if _has_decoder(s)), None)


def sound_stream(container: InputContainer) -> AudioStream | None:
    """Return the first stream of sound that can be decoded, or None."""
    return next((s for s in container.streams.audio if _has_decoder(s)), None)


def _has_decoder(stream: Stream) -> bool:
    context: CodecContext | None = stream.codec_context  # None for codecs this build does not know
    return context is not None


def no_picture(path: Path) -> MediaError:
    """Return the error for a file without moving pictures where they are needed."""
    return _error(
        path,
        "media_no_picture",
        "has no moving picture, only sound or a cover",
        "Give a file with a picture in it; the voice is made from the script.",
    )


def too_short(path: Path) -> MediaError:
    """Return the error for a file of a single picture."""
    return _error(
        path, "media_too_short", "holds less than two frames of picture", "Give footage of at least a second."
    )


def bad_times(path: Path) -> MediaError:
    """Return the error for a file that says it lasts longer than a day, or less than nothing."""
    return _error(
        path,
        "media_bad_times",
        "has time stamps that cannot be right: by them it would last longer than a day, or less than nothing",
        "Convert it, or copy it again from where it was recorded.",
    )


def undecodable(path: Path) -> MediaError:
    """Return the error for a file that opens, but of which nothing can be decoded."""
    return _error(
        path,
        "media_truncated",
        "opens, but none of its picture can be decoded: the file was cut off or damaged",
        "Copy it again from where it was recorded.",
    )


def _limit(stream: VideoStream, path: Path, max_pixels: int) -> None:
    if not _has_decoder(stream):
        return
    context = stream.codec_context
    if context.width * context.height > max_pixels:
        raise _error(
            path,
            "media_too_large",
            f"has pictures of {context.width}x{context.height}, which is more than the {max_pixels} pixels allowed",
            "Scale it down, or raise EDIT_FACTORY_MAX_PIXELS.",
        )
    context.options = {"max_pixels": str(max_pixels)}


def _forbidden(path: Path) -> MediaError:
    return _error(path, "media_unreadable", "may not be read by you", "Give yourself permission to read it.")


def _unreadable(path: Path) -> MediaError:
    if not os.access(path, os.R_OK):
        return _forbidden(path)
    if _lacks_index(path):
        return _error(
            path,
            "media_truncated",
            "begins as an MP4 or MOV, but its index is missing: it was cut off while being recorded or copied",
            "Copy it again; if the recording itself broke off, a repair tool such as untrunc may save it.",
        )
    return _error(path, "media_unreadable", "is not a media file that can be read, whatever its name says", f"{_HEAD}.")


def _lacks_index(path: Path) -> bool:
    """Return whether the file is made of MP4 boxes, and no whole `moov` box, which holds the index, is among them."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        at = 0
        names: list[bytes] = []
        while at + 8 <= size and len(names) < 10_000:
            stream.seek(at)
            head = stream.read(16)
            length, name = int.from_bytes(head[:4], "big"), head[4:8]
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if not names and name not in {b"ftyp", b"wide", b"mdat", b"free", b"skip"}:
                return False
            at += length or size
            if length < 8 and length != 0:
                break
            names.append(name if at <= size else b"")
    return bool(names) and b"moov" not in names


def _error(path: Path, code: str, what: str, hint: str) -> MediaError:
    return MediaError(f"{shown(path)} {what}.", hint=hint, subject=shown(path), code=code)
