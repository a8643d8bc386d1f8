"""Draws caption files with the real libass, for tests that look at pixels."""

import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from app.media.fonts import copy_fonts
from app.models.edit import Canvas
from app.models.preset import CaptionStyle

Pictures = NDArray[np.uint8]


def drawn(
    document: str, style: CaptionStyle, canvas: Canvas, folder: Path, frames: list[int], ground: str = "0x808080"
) -> tuple[Pictures, str]:
    """Return the wanted frames (count, height, width, RGB) over a flat ground, and what libass said about fonts."""
    (folder / "subs.ass").write_text(document, encoding="utf-8")
    copy_fonts(style, folder / "fonts")
    wanted = "+".join(f"eq(n\\,{frame})" for frame in frames)
    source = f"color={ground}:s={canvas.width}x{canvas.height}:r={canvas.fps}:d={(max(frames) + 1) / canvas.fps}"
    graph = f"format=gbrp,ass=subs.ass:fontsdir=fonts,select='{wanted}'"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "verbose", "-f", "lavfi", "-i", source]
    command += ["-vf", graph, "-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"]
    done: Any = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    shape = (len(frames), canvas.height, canvas.width, 3)
    said = "\n".join(line for line in done.stderr.decode().splitlines() if "fontselect" in line or "lyph" in line)
    return np.frombuffer(done.stdout, np.uint8).reshape(shape), said


def bounds(picture: NDArray[np.uint8], ground: int = 0x80, least: int = 6) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom (exclusive) of what differs from the ground by `least` levels."""
    changed = (np.abs(picture.astype(int) - ground) >= least).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert rows.size, "nothing was drawn"
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def pixels_of(picture: NDArray[np.uint8], colour: str, tolerance: int = 24) -> int:
    """Return how many pixels have the colour RRGGBB, within `tolerance` levels."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (0, 2, 4)])
    return int((np.abs(picture.astype(int) - wanted) <= tolerance).all(axis=2).sum())
