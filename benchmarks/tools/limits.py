"""The least that work on pictures can take: decoding a file and nothing else, encoding pictures that are there."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.tools.footage import FPS, run_ffmpeg

THREADS = "2"
"""The cores of the machine that the bars were set on."""


def bare_decode(path: Path) -> None:
    """Decode the whole picture of a file."""
    run_ffmpeg("-threads", THREADS, "-i", str(path), "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "null", "-")


def encode(raw: Path, size: tuple[int, int], encoder: Sequence[str]) -> None:
    """Encode raw pictures with these options, and throw the file away."""
    source = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}", "-r", str(FPS), "-i", str(raw)]
    out = raw.with_suffix(".floor.mp4")
    try:
        run_ffmpeg(*source, *encoder, "-f", "mp4", str(out))
    finally:
        out.unlink(missing_ok=True)
