"""A strip of small pictures over a whole video, in one JPEG: what the pointer is over on a timeline."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from PIL import Image

from app.media.atomic import new_file, write_text
from app.media.containers import open_media, picture_stream, undecodable
from app.models.control import Control
from app.models.previews import StripLayout

TILE = 160
"""Pixels: the longer side of one picture."""

MOST = 100
"""Pictures in one strip, in rows of `_COLUMNS`: 1600x900 pixels for 16:9."""

SHORTEST = 0.5
"""Seconds that a picture stands for at least."""

_COLUMNS = 10
_QUALITY = 80
_EARLY = 1 / 60  # s: rather the picture that is on screen than the next one
_FAR = 2.0  # s ahead: nearer, decoding on is as quick as seeking, as there is a key frame a second
_MICROSECONDS = 1_000_000


def make_strip(proxy: Path, out: Path, layout_out: Path, control: Control) -> None:
    """Write the strip of a video to `out`, and how it is laid out, as a record in JSON, to `layout_out`.

    It is made of the video's proxy, which is upright, in plain colours, and seeks quickly. Raises `MediaError`,
    `StorageError` and `Cancelled`.
    """
    with open_media(proxy) as container:
        stream = picture_stream(container)
        if stream is None or not stream.duration or stream.time_base is None:
            raise undecodable(proxy)
        layout = strip_layout(float(stream.duration * stream.time_base), (stream.width, stream.height))
        sheet = Image.new("RGB", (layout.columns * layout.tile_width, layout.rows * layout.tile_height))
        for number, picture in enumerate(_pictures(container, layout)):
            control.check()
            row, column = divmod(number, layout.columns)
            sheet.paste(picture, (column * layout.tile_width, row * layout.tile_height))
            control.report((number + 1) / layout.count)
    with new_file(out) as temporary:
        sheet.save(temporary, "JPEG", quality=_QUALITY, optimize=True)
    write_text(layout_out, layout.model_dump_json())


def strip_layout(seconds: float, size: tuple[int, int]) -> StripLayout:
    """Return how the strip of a film of that length and size (pixels) is laid out."""
    count = min(MOST, max(1, math.floor(seconds / SHORTEST)))
    columns = min(count, _COLUMNS)
    scale = TILE / max(size)
    width, height = (max(2, round(side * scale)) for side in size)
    return StripLayout(
        count=count,
        columns=columns,
        rows=math.ceil(count / columns),
        tile_width=width,
        tile_height=height,
        seconds_each=round(seconds / count, 6),
    )


def _pictures(container: InputContainer, layout: StripLayout) -> Iterator[Image.Image]:
    """Yield one picture for each place of the layout; where the film ends early, its last one again.

    Raises `MediaError` when none decodes.
    """
    frames, last = _shown(container, 0.0), None
    for number in range(layout.count):
        moment = (number + 0.5) * layout.seconds_each
        if moment - (_time(last) if last else 0.0) > _FAR:
            frames = _shown(container, moment)
        last = _at(frames, moment) or last
        if last is None:
            raise undecodable(Path(container.name))
        yield _small(last, layout)


def _shown(container: InputContainer, seconds: float) -> Iterator[VideoFrame]:
    """Yield the film's pictures in order, from the key frame before that time on."""
    container.seek(int(seconds * _MICROSECONDS))
    return iter(container.decode(container.streams.video[0]))


def _at(frames: Iterator[VideoFrame], moment: float) -> VideoFrame | None:
    """Return the first of the pictures that begins then, or the last there is; None where there is no other."""
    last = None
    for last in frames:
        if _time(last) >= moment - _EARLY:
            break
    return last


def _time(frame: VideoFrame) -> float:
    return frame.time or 0.0


def _small(frame: VideoFrame, layout: StripLayout) -> Image.Image:
    picture = frame.reformat(
        width=layout.tile_width,
        height=layout.tile_height,
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.AREA,
    )
    return Image.fromarray(np.asarray(picture.to_ndarray(), np.uint8))
