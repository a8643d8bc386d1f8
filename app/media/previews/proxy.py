"""A small film of a whole video that any browser plays and seeks in quickly.

H.264 in yuv420p and BT.709 with AAC, the index in front, a key frame a second. What a player would do to the original
is done: it is turned upright, its pixels are square, HDR is tone-mapped, and it begins with the file's second 0.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from app.errors import RenderError
from app.media.atomic import new_file, storage_errors
from app.media.colours import scale_options, to_bt709
from app.media.ffmpeg import Input, Workplace
from app.media.framing import TURNS
from app.media.graph import DECODE_THREADS, Source
from app.media.packets import picture_times
from app.models.media import MediaInfo

SHORTER, LONGER = 720, 1920
"""Pixels: the most that a proxy has on its shorter and its longer side."""

HIGHEST_RATE = 30
"""Frames a second: the most that a proxy has, which is what clips have."""

SLOWEST_RATE = 5
"""Frames a second of a proxy of slides, or of a file whose times are broken: one that says it lasts a day is not worth
millions of frames."""

OVER = 1.0
"""Seconds that what is made of a file may be longer than the file: broken times would have gaps of hours filled up."""

_SLIDES = 1  # frames a second: pictures that come more seldom than that are slides
_ROUNDED = Fraction(1, 100)
_SOUND_RATE = 48_000
_ENCODER = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-maxrate", "2500k", "-bufsize", "5000k"),
    *("-profile:v", "high", "-pix_fmt", "yuv420p", "-threads", "4", "-filter_threads", str(DECODE_THREADS)),
    *("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
)
_ANYTHING = ("-max_error_rate", "1")
"""However much of it is broken: what decodes is shown."""

_CONTAINER = ("-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "+faststart", "-f", "mp4")
"""Nothing of what a camera wrote beside the picture goes along: it may say where it was taken."""


@dataclass(frozen=True)
class ProxyForm:
    """The size of a proxy in pixels, both even, and its frames a second."""

    width: int
    height: int
    rate: Fraction

    @property
    def key_frames(self) -> int:
        """After how many frames a key frame comes at the latest: those of a second."""
        return max(1, round(self.rate))


def proxy_form(info: MediaInfo) -> ProxyForm:
    """Return what the proxy of a video is like: never larger than the video, at its own rate where that is steady."""
    short, long = sorted((info.width, info.height))
    scale = min(1.0, SHORTER / short, LONGER / long)
    width, height = (max(2, 2 * round(side * scale / 2)) for side in (info.width, info.height))
    return ProxyForm(width, height, _rate(info))


def _rate(info: MediaInfo) -> Fraction:
    if info.fps < _SLIDES:
        return Fraction(SLOWEST_RATE)
    if info.variable_frame_rate or info.fps > HIGHEST_RATE + _ROUNDED:
        return Fraction(HIGHEST_RATE)
    return Fraction(info.fps).limit_denominator(1001)


def make_proxy(source: Source, info: MediaInfo, sound: int | None, out: Path, place: Workplace) -> None:
    """Write the proxy of a video to `out`, whole or not at all. `sound` is the sound's place among its streams.

    Raises `RenderError`, `StorageError` and `Cancelled`.
    """
    form = proxy_form(info)
    with new_file(out) as temporary, storage_errors(out):
        place.run(
            f"making the preview of {source.name}",
            (Input(source.path, ("-threads", str(DECODE_THREADS))),),
            (
                *(*_picture(source, info, form), *_heard(info, sound), "-sn", "-dn"),
                *(*_ANYTHING, *_CONTAINER, f"file:{temporary.absolute()}"),
            ),
            frames=math.ceil(info.duration * form.rate),
        )
        if not picture_times(temporary):  # to ffmpeg, nothing at all is a success
            raise RenderError(
                f"Nothing of {source.name} could be decoded for its preview.",
                hint="See whether it plays; copy it again from where it was recorded.",
                subject=source.name,
            )


def _picture(source: Source, info: MediaInfo, form: ProxyForm) -> tuple[str, ...]:
    """Return ffmpeg's arguments for the picture.

    Where pictures are left out, that comes first, so that those are not worked on. Where one stands for long it is
    repeated last: ffmpeg 5.1 makes all that stand for it at once, and so holds one only.
    """
    steady = f"fps={form.rate}:start_time=0:eof_action=pass"
    sized = f"scale=w={form.width}:h={form.height}:{scale_options(source.colours)}"
    work = [*TURNS[source.turn], sized, to_bt709(source.colours), "setsar=1"]
    fewer = info.fps > form.rate + _ROUNDED and not info.variable_frame_rate
    filters = ",".join([f"trim=end={_end(info)}", *([steady, *work] if fewer else [*work, steady])])
    return ("-map", f"0:{source.stream}", "-vf", filters, *_ENCODER, "-g", str(form.key_frames))


def _heard(info: MediaInfo, sound: int | None) -> tuple[str, ...]:
    """Return ffmpeg's arguments for the sound: from the file's second 0 on, and gaps filled with silence."""
    if sound is None:
        return ()
    steady = f"atrim=end={_end(info)},aresample={_SOUND_RATE}:async=1:first_pts=0"
    return ("-map", f"0:{sound}", "-af", steady, "-ac", "2", "-c:a", "aac", "-b:a", "128k")


def _end(info: MediaInfo) -> str:
    """Return the second after which nothing is let through."""
    return f"{info.length + OVER:.3f}"
