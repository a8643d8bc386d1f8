"""The still picture that stands for a clip: one of its own frames, as JPEG."""

import tempfile
from pathlib import Path

from app.media.atomic import new_file, storage_errors
from app.media.ffmpeg import Ffmpeg, Input, Limits, Run, run
from app.models.control import Control
from app.models.timing import OUTPUT_FPS

_NAME = "poster.jpg"
_QUALITY = 3  # mjpeg's scale from 2 (best) to 31
JPEG_COLOURS = "scale=in_color_matrix=bt709:in_range=tv:out_color_matrix=bt601:out_range=pc,format=yuvj420p"
"""From BT.709 to JFIF pictures, which are BT.601 in full range."""


def poster(
    clip: Path, frame: int, out: Path, *, ffmpeg: Ffmpeg, control: Control, limits: Limits | None = None
) -> None:
    """Write frame `frame` of a finished clip to `out` as JPEG, whole or not at all.

    Raises `RenderError`, `StorageError` or `Cancelled`.
    """
    before = max(0.0, (frame - 0.5) / OUTPUT_FPS)  # half a frame early: rounding can then not skip it
    with (
        new_file(out) as temporary,
        storage_errors(out),
        tempfile.TemporaryDirectory(prefix=".poster-", dir=out.parent) as folder,
    ):
        call = Run(
            what="making the poster picture",
            inputs=(Input(clip, ("-ss", f"{before:.6f}")),),
            arguments=(
                *("-map", "0:v:0", "-frames:v", "1", "-vf", JPEG_COLOURS, "-c:v", "mjpeg", "-q:v", str(_QUALITY)),
                *("-flags:v", "+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1"),
                *("-f", "image2", "-update", "1", _NAME),
            ),
            folder=Path(folder),
        )
        run(ffmpeg, call, control, limits)
        (Path(folder) / _NAME).replace(temporary)
