"""The least that work on pictures can take: decoding a file and nothing else, encoding pictures that are there."""

from pathlib import Path

from benchmarks.tools.footage import run_ffmpeg

THREADS = "2"
"""The cores of the machine that the bars were set on."""


def bare_decode(path: Path) -> None:
    """Decode the whole picture of a file."""
    run_ffmpeg("-threads", THREADS, "-i", str(path), "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "null", "-")
