"""Where decoding must begin so that the first picture of a shot is there, and whole.

ffmpeg's `-ss` goes to the key frame before a time where the container has an index. MPEG transport and program
streams (camcorders, television) have none: there it goes to any packet near the time, and every picture up to the next
key frame is missing or garbage, up to ten seconds of it. So their key frames are looked up here.

Elsewhere it goes to the very time, and what is then on screen may have begun long before: a screen recording, or a
camera that stalled, has one picture for seconds. Where one stands for longer than is decoded anyway, that is told.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from app.media.containers import open_media, picture_stream
from app.media.decoding import BROKEN
from app.media.probe import start_seconds
from app.models.timing import Span

WITHOUT_INDEX = frozenset({"mpegts", "mpeg"})
"""Demuxers that seek to any packet; with each other one of `FORMATS` frames came out right at any start (measured)."""

EARLIER = 0.5
"""Seconds before the key frame at which reading begins: its packet stands before its time, at most by about this."""

_MICROSECONDS = 1_000_000
_REORDERED = 1.0  # s: a packet this far past the time has no earlier picture behind it
_FIRST_LOOK = 2.0  # s looked back at first, then four times as far
_DEEPEST = 32  # packets: H.264 and HEVC put at most 16 pictures before one that is shown earlier
_ROUNDING = 0.001  # s: times may be whole milliseconds


def begin_before(path: Path, seconds: float, max_pixels: int) -> float:
    """Return from which second a file of `WITHOUT_INDEX` must be read to have the picture at `seconds` whole.

    0 when no key frame is found. Raises `MediaError` when the file cannot be opened.
    """
    with open_media(path, max_pixels) as container:
        if container.format.name == "mpeg":  # ffmpeg 5.1 tells times after a seek that are some frames off
            return 0.0
        stream = picture_stream(container)
        back = _FIRST_LOOK
        while stream is not None and back < 4 * seconds:
            key = _last_key(container, stream, Span(start=max(0.0, seconds - back), end=seconds))
            if key is not None:
                return max(0.0, key - EARLIER)
            back *= 4
    return 0.0


def _last_key(container: InputContainer, stream: VideoStream, within: Span) -> float | None:
    """Return the time of the last key frame there, None when there is none."""
    zero, base = start_seconds(container), float(stream.time_base or 0)
    found = None
    try:
        container.seek(round((zero + within.start) * _MICROSECONDS))
        for packet in container.demux(stream):
            shown = packet.pts * base - zero if packet.pts is not None else None
            if shown is not None and shown > within.end + _REORDERED:
                break
            if shown is not None and packet.is_keyframe and shown <= within.end:
                found = shown
    except BROKEN:
        return found
    return found


def long_standing(path: Path, moments: Sequence[float], enough: float, max_pixels: int) -> dict[float, float]:
    """Return when the pictures began that are on screen at `moments`, only where that is over `enough` seconds before.

    Packets around the moments are read, nothing is decoded. Raises `MediaError` when the file cannot be opened.
    """
    with open_media(path, max_pixels) as container:
        stream = picture_stream(container)
        found = {at: _begun(container, stream, at, enough) for at in moments} if stream else {}
    return {at: begun for at, begun in found.items() if begun < _near(at, enough)}


def _near(at: float, enough: float) -> float:
    return at - enough + _ROUNDING


def _begun(container: InputContainer, stream: VideoStream, at: float, enough: float) -> float:
    """Return when the picture at `at` began, or another one after `_near`; `at` itself where there is none."""
    back, begun = enough, None
    while begun is None and back < 4 * at:
        begun = _last_before(container, stream, Span(start=max(0.0, at - back), end=at), _near(at, enough))
        back *= 4
    return at if begun is None else begun


def _last_before(container: InputContainer, stream: VideoStream, within: Span, near: float) -> float | None:
    """Return when the last picture before the end of `within` begins, None where there is none.

    The first one found after `near` will do, and the end of `within` where the file ends before it.
    """
    found, behind = None, 0
    for shown in _times_from(container, stream, within.start):
        if shown > within.end:
            behind += 1
        elif found is None or shown > found:
            found = shown
        if behind > _DEEPEST or (found is not None and found >= near):
            return found
    return found if behind else within.end


def _times_from(container: InputContainer, stream: VideoStream, seconds: float) -> Iterator[float]:
    """Yield when pictures begin, as their packets stand in the file, from before `seconds` on; none if it cannot."""
    zero, base = start_seconds(container), float(stream.time_base or 0)
    try:
        container.seek(round((zero + seconds) * _MICROSECONDS))
        for packet in container.demux(stream):
            time = packet.dts if packet.pts is None else packet.pts  # AVI tells when to decode only
            if packet.size and time is not None and not packet.is_discard:
                yield time * base - zero
    except BROKEN:
        return
