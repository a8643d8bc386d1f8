"""What a media file is, read by PyAV. This is the only place that probes."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.errors import MediaError
from app.media import containers
from app.media.containers import MAX_PIXELS, open_media, picture_stream, sound_stream
from app.media.decoding import BROKEN
from app.media.hashing import file_hash
from app.media.photo import is_photo, photo_info
from app.models.control import Control
from app.models.media import AudioInfo, MediaInfo, Rotation

TRANSFERS = {
    1: "bt709",
    4: "gamma22",
    5: "gamma28",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    18: "arib-std-b67",
}
"""Transfer characteristics of ITU-T H.273, by ffmpeg's names."""

HDR_TRANSFERS = frozenset({"smpte2084", "arib-std-b67"})
"""PQ and HLG: what must be tone-mapped."""

TIMED_PACKETS = 3000
"""How many packets are looked at to tell a variable frame rate: 100 s at 30 frames a second."""

LONGEST = 24 * 3600.0
"""Seconds. What says it lasts longer has broken time stamps, and would be measured as if it did."""

_REORDERED = 32  # H.264 and HEVC reorder at most 16 frames: the window's last times may have gaps
_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class _Times:
    """Presentation times of a stream's first packets (ticks, sorted) and whether they are all there are."""

    ticks: npt.NDArray[np.int64]
    complete: bool


def probe(
    path: Path,
    *,
    max_pixels: int = MAX_PIXELS,
    need_picture: bool = False,
    control: Control | None = None,
    content_hash: str | None = None,
) -> MediaInfo:
    """Return what the file is. Files with sound only have `has_video` False; a photograph is `still`.

    The whole file is read for its hash: `control` is told the share of its bytes, and may stop it. Whoever wrote the
    file, and hashed what he wrote, gives the `content_hash` instead.

    Raises `Cancelled`, or `MediaError`: the codes of `open_media`, media_too_short for a single frame of picture,
    media_bad_times for time stamps that say it lasts longer than `LONGEST`, and media_no_picture for a file without any
    picture, or with sound only when `need_picture`; for a photograph the codes of `photo_info`.
    """
    if is_photo(path):
        return photo_info(path, max_pixels=max_pixels, control=control)
    with open_media(path, max_pixels) as container:
        stream = picture_stream(container)
        sound = sound_stream(container)
        if stream is None and (need_picture or sound is None):
            raise containers.no_picture(path)
        try:
            picture = _picture(container, stream, path) if stream else {"duration": _length(container, sound)}
        except BROKEN as error:  # the container opened, but cannot be moved about in
            raise containers.undecodable(path) from error
        if not 0 <= cast(float, picture["duration"]) <= LONGEST:
            raise containers.bad_times(path)
        return MediaInfo(
            content_hash=content_hash or _hash(path, control),
            size_bytes=path.stat().st_size,
            container=container.format.name,
            has_video=stream is not None,
            audio=_audio(sound) if sound else None,
            **picture,
        )


def start_seconds(container: InputContainer) -> float:
    """Return the time stamp, in seconds, that is second 0 of the file, as ffmpeg's `-ss` counts."""
    return (container.start_time or 0) / _MICROSECONDS


def turn_of(frame: VideoFrame, stream: VideoStream) -> Rotation:
    """Return the clockwise turn that shows the stored picture upright: the display matrix, else the old tag.

    Turns that are no multiple of 90 degrees go to the nearest one.
    """
    if frame.side_data.get("DISPLAYMATRIX") is not None:
        turn = -frame.rotation  # PyAV counts anticlockwise
        return normal_turn(turn) if abs(turn) <= 360 else 0  # a matrix of zeros has no angle and turns nothing
    tag = next((value for key, value in stream.metadata.items() if key.lower() == "rotate"), "0")
    try:
        return normal_turn(float(tag))
    except (ValueError, OverflowError):
        return 0


def normal_turn(degrees: float) -> Rotation:
    """Return the nearest of 0, 90, 180 and 270 for a turn in degrees of either sign. Raises ValueError for NaN."""
    return cast(Rotation, round(degrees / 90) % 4 * 90)


def shown_size(width: int, height: int, pixel: tuple[int, int], turn: Rotation) -> tuple[int, int]:
    """Return the size with square pixels and upright; a width that had to be stretched is even."""
    if pixel[0] != pixel[1]:
        width = max(2, round(width * pixel[0] / pixel[1] / 2) * 2)
    return (height, width) if turn in {90, 270} else (width, height)


def varies(ticks: npt.NDArray[np.int64]) -> bool:
    """Return whether sorted times are unevenly spaced: over 1 % of the steps are 10 % (and 2 ticks) off the median.

    Containers that count milliseconds step by 33 and 34: two ticks are rounding. Phones drop a frame now and then;
    that is not yet a variable rate.
    """
    steps = np.diff(ticks)
    if steps.size < 2:
        return False
    median = float(np.median(steps))
    return bool(np.mean(np.abs(steps - median) > max(2.0, 0.1 * median)) > 0.01)


def _hash(path: Path, control: Control | None) -> str:
    try:
        return file_hash(path, control)
    except OSError as error:
        raise MediaError(
            f"{containers.shown(path)} cannot be read to its end: {error.strerror}.",
            hint="The disk or the connection to it may be failing; copy the file elsewhere.",
            subject=containers.shown(path),
            code="media_unreadable",
        ) from error


def _picture(container: InputContainer, stream: VideoStream, path: Path) -> dict[str, object]:
    frame = _first_frame(container, stream, path)
    context = stream.codec_context
    times = _packet_times(container, stream)
    if times.complete and times.ticks.size < 2:
        raise containers.too_short(path)
    by_tag = frame.side_data.get("DISPLAYMATRIX") is None
    turn, pixel = turn_of(frame, stream), _pixel_shape(stream.sample_aspect_ratio)
    width, height = shown_size(frame.width, frame.height, pixel, turn)
    transfer = TRANSFERS.get(frame.color_trc, "") or TRANSFERS.get(context.color_trc, "")
    return {
        "duration": _picture_length(container, stream, times),
        "fps": _rate(stream, times),
        "width": width,
        "height": height,
        "coded_width": frame.width,
        "coded_height": frame.height,
        "rotation": turn,
        "rotation_by_tag": by_tag and turn != 0,
        "codec": context.codec.canonical_name,
        "bitrate": stream.bit_rate or container.bit_rate or 0,
        "pixel_format": frame.format.name,
        "sample_aspect_ratio": pixel,
        "variable_frame_rate": varies(_steady(times)),
        "hdr": transfer in HDR_TRANSFERS,
        "color_transfer": transfer,
    }


def _first_frame(container: InputContainer, stream: VideoStream, path: Path) -> VideoFrame:
    """Return the first picture that decodes; broken packets before it are passed over."""
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            if frames:
                return frames[0]
    except BROKEN as error:
        raise containers.undecodable(path) from error
    raise containers.undecodable(path)


def _packet_times(container: InputContainer, stream: VideoStream) -> _Times:
    _rewind(container, stream)
    stamps: list[tuple[int | None, int | None]] = []
    complete = True
    try:
        for packet in container.demux(stream):
            if packet.size:
                stamps.append((packet.pts, packet.dts))
            if len(stamps) >= TIMED_PACKETS:
                complete = False
                break
    except BROKEN:  # cut off: what came before it counts
        pass
    shown = [pts for pts, _ in stamps if pts is not None]
    if len(shown) < len(stamps):  # AVI tells when to decode only
        shown = [dts for _, dts in stamps if dts is not None]
    return _Times(np.unique(np.array(shown, dtype=np.int64)), complete)


def _rewind(container: InputContainer, stream: VideoStream) -> None:
    start = stream.start_time or 0
    container.seek(start, stream=stream, backward=True)


def _steady(times: _Times) -> npt.NDArray[np.int64]:
    return times.ticks if times.complete else times.ticks[:-_REORDERED]


def _rate(stream: VideoStream, times: _Times) -> float:
    """Return frames a second: what the file says if that fits its first packets, else what those say."""
    ticks = _steady(times)
    base = stream.time_base or Fraction(1, _MICROSECONDS)
    said = [float(rate) for rate in (stream.average_rate, stream.base_rate, stream.guessed_rate) if rate]
    if ticks.size < 2:
        return next(iter(said), 0.0)
    measured = (ticks.size - 1) / float((int(ticks[-1]) - int(ticks[0])) * base)
    return next((rate for rate in said if abs(rate - measured) <= 0.02 * measured), round(measured, 3))


def _pixel_shape(ratio: Fraction | None) -> tuple[int, int]:
    """Return the pixel's shape; what is absent, or absurd (over 10 to 1), counts as square."""
    if not ratio or not Fraction(1, 10) <= ratio <= 10:
        return (1, 1)
    return (ratio.numerator, ratio.denominator)


def _picture_length(container: InputContainer, stream: VideoStream, times: _Times) -> float:
    """Return seconds from the file's second 0 to the end of the picture."""
    base = float(stream.time_base or 0)
    begin = start_seconds(container)
    if times.complete:
        step = float(np.median(np.diff(times.ticks)))
        return round((float(times.ticks[-1]) + step) * base - begin, 6)
    if stream.duration:
        return round((float(stream.start_time or 0) + stream.duration) * base - begin, 6)
    return round(_last_time(container, stream) - begin, 6)


def _last_time(container: InputContainer, stream: VideoStream) -> float:
    """Return the time at which the last packet of the picture ends, in seconds, found by demuxing the file's end."""
    if container.duration:
        container.seek(max(0, (container.start_time or 0) + container.duration - 10 * _MICROSECONDS))
    else:
        _rewind(container, stream)
    base = float(stream.time_base or 0)
    end = 0.0
    try:
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                end = max(end, (packet.pts + (packet.duration or 0)) * base)
    except BROKEN:
        pass
    return end or ((container.start_time or 0) + (container.duration or 0)) / _MICROSECONDS


def _length(container: InputContainer, stream: AudioStream | None) -> float:
    """Return the seconds of a file without picture: as said, else by demuxing it."""
    if container.duration:
        return container.duration / _MICROSECONDS
    ends = [
        float((packet.pts + (packet.duration or 0)) * stream.time_base)
        for packet in container.demux(stream)
        if stream and stream.time_base and packet.pts is not None
    ]
    return max(ends, default=0.0)


def _audio(stream: AudioStream) -> AudioInfo:
    context = stream.codec_context
    seconds = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
    return AudioInfo(
        codec=context.codec.canonical_name,
        sample_rate=context.sample_rate,
        channels=context.channels,
        duration=round(seconds, 6) if seconds is not None else None,
    )
