"""The main job from the command line, cold: 180 s of footage and sixty words in, one checked clip out."""

import os
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path

from app.data import qualities
from benchmarks.tools.clips import script
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import FULL, QUICK, SEEDS, footage, run_ffmpeg
from benchmarks.tools.limits import THREADS, bare_decode, encode
from benchmarks.tools.spent import Spent, in_turn, spent

BAR, GOAL = 1.5, 1.0


def run(quick: bool) -> list[Figure]:
    """Measure wall seconds, with a new data folder each time; the program's own start counts."""
    seconds = QUICK if quick else FULL
    path, _ = footage("phone", seconds, SEEDS[0])
    text, times = script(quick), 1 if quick else 3
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        folder, number = Path(name), count()
        (ours,) = in_turn(times, lambda: spent(make, path, text, folder / f"{next(number)}"))
        raw, size = _raw(folder / "0", folder / "clip.raw")
        bare, coded = in_turn(times, lambda: spent(bare_decode, path), lambda: _encoded(raw, size))
    least = bare.wall + coded.wall
    return [
        Figure(
            name=f"main_job, {seconds:.0f} s of 1080p, {len(text.split())} words, cold, wall",
            value=ours.wall / least,
            against=f"bare decode {bare.wall:.1f} s + x264 of the clip {coded.wall:.1f} s ({ours.wall:.1f} s)",
            bar=BAR,
            goal=GOAL,
        )
    ]


def make(path: Path, text: str, folder: Path) -> None:
    """Run the command as a person does, with nothing kept from before; raises what it says when it fails."""
    kept_out = ("EDIT_FACTORY_", "DATABASE_URL", "SUPABASE_")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(kept_out)}
    environment = plain | {"EDIT_FACTORY_DATA_DIR": str(folder / "data")}
    program = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())"]
    command = [
        *program,
        "make",
        str(path),
        "--script",
        text,
        "--lang",
        "en",
        "--duration",
        "30",
        "--out",
        str(folder / "out"),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"make ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-500:]}")


def _raw(folder: Path, raw: Path) -> tuple[Path, tuple[int, int]]:
    """Write the finished clip's pictures, and return them with their size."""
    (clip,) = (folder / "out").glob("*.mp4")
    run_ffmpeg("-i", str(clip), "-map", "0:v:0", "-pix_fmt", "yuv420p", "-f", "rawvideo", str(raw))
    return raw, (1080, 1920)


def _encoded(raw: Path, size: tuple[int, int]) -> Spent:
    quality = qualities()["standard"]
    options = ("-c:v", "libx264", "-preset", quality.x264_preset, "-crf", str(quality.crf), "-threads", THREADS)
    return spent(encode, raw, size, options)
