"""One picture that stands for a file: of a video, a moment of it that shows something; a photograph as it is."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from app.errors import RenderError
from app.media.atomic import new_file
from app.media.colours import scale_options, to_bt709
from app.media.containers import undecodable
from app.media.ffmpeg import Input, Workplace
from app.media.framing import TURNS
from app.media.graph import DECODE_THREADS, Source
from app.media.photo import read_photo
from app.media.poster import JPEG_COLOURS
from app.media.seeking import begin_before
from app.models.media import MediaInfo

THUMBNAIL = 640
"""Pixels: the longer side of a thumbnail."""

SCREEN = 1920
"""Pixels: the longer side of the picture that is shown of a photograph."""

_MOMENTS = (0.1, 0.3, 0.6)  # shares of the length: openings are often black, and endings
_FLAT = 12.0  # standard deviation of luma: below it a picture shows nothing (fog, a wall, black)
_NAME = "still.jpg"
_QUALITY = 85
_BEHIND = "#808080"  # behind what is transparent, so that white logos are seen, and black ones


def make_photo_still(path: Path, out: Path, longest: int, *, max_pixels: int) -> None:
    """Write a photograph, upright and at most `longest` pixels on a side, to `out` as JPEG.

    Raises `MediaError` and `StorageError`.
    """
    picture = read_photo(path, max_pixels=max_pixels, alpha=True)
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    if picture.mode == "RGBA":
        behind = Image.new("RGBA", picture.size, _BEHIND)
        picture = Image.alpha_composite(behind, picture).convert("RGB")
    with new_file(out) as temporary:
        picture.save(temporary, "JPEG", quality=_QUALITY, optimize=True)


def make_thumbnail(source: Source, info: MediaInfo, out: Path, place: Workplace) -> None:
    """Write a picture of the video to `out` as JPEG: the first of a few moments that is not flat, else the richest.

    Raises `MediaError` when nothing of it decodes, `StorageError` and `Cancelled`.
    """
    best: tuple[float, bytes] | None = None
    for jpeg in _stills(source, info, place):
        found = (_contrast(place.folder / _NAME), jpeg)
        best = max(best, found) if best else found
        if found[0] >= _FLAT:
            break
    if best is None:
        raise undecodable(source.path)
    with new_file(out) as temporary:
        temporary.write_bytes(best[1])


def thumbnail_size(info: MediaInfo) -> tuple[int, int]:
    """Return width and height of a video's thumbnail, both even."""
    scale = min(1.0, THUMBNAIL / max(info.width, info.height))
    width, height = (max(2, 2 * round(side * scale / 2)) for side in (info.width, info.height))
    return width, height


def _stills(source: Source, info: MediaInfo, place: Workplace) -> Iterator[bytes]:
    """Yield pictures of the video as JPEG, the last of them its very first; those that do not decode are left out."""
    for moment in (*(share * info.duration for share in _MOMENTS), 0.0):
        file = place.folder / _NAME
        file.unlink(missing_ok=True)
        try:
            _grab(source, thumbnail_size(info), moment, place)
        except RenderError:
            continue
        if file.exists() and file.stat().st_size:
            yield file.read_bytes()


def _grab(source: Source, size: tuple[int, int], seconds: float, place: Workplace) -> None:
    """Write the first picture that begins then, or later, into the place's folder; perhaps there is none."""
    begin = seconds if source.indexed else begin_before(source.path, seconds, source.max_pixels)
    at = (f"trim=start={seconds - begin:.6f}",)  # what comes before it may not be whole
    sized = f"scale=w={size[0]}:h={size[1]}:{scale_options(source.colours)}"
    filters = (*at, *TURNS[source.turn], sized, to_bt709(source.colours), "setsar=1", JPEG_COLOURS)
    seek = ("-ss", f"{begin:.6f}") if begin > 0 else ()
    place.run(
        f"making a still of {source.name}",
        (Input(source.path, ("-threads", str(DECODE_THREADS), *seek)),),
        (
            *("-map", f"0:{source.stream}", "-frames:v", "1", "-vf", ",".join(filters), "-c:v", "mjpeg", "-q:v", "3"),
            *("-map_metadata", "-1", "-f", "image2", "-update", "1", _NAME),
        ),
    )


def _contrast(file: Path) -> float:
    with Image.open(file, formats=["JPEG"]) as picture:
        return float(np.asarray(picture.convert("L")).std())
