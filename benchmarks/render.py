"""What rendering a clip takes, without the final check: CPU against its floor, wall against MoviePy."""

import tempfile
from itertools import count
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

from app.data import caption_styles, find, qualities
from app.media.fonts import copy_fonts
from app.models.timing import OUTPUT_FPS
from benchmarks.tools.clips import Project, project, script
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import FULL, QUICK, SEEDS, footage
from benchmarks.tools.limits import THREADS
from benchmarks.tools.peers import NoPeers, ask
from benchmarks.tools.recording import cold, floor, recorded
from benchmarks.tools.spent import Spent, in_turn

BAR, GOAL = 1.15, 1.05
"""Times the floor's CPU."""

FASTER = (3.5, 5.0)
"""Bar and goal: how many times as fast as MoviePy."""


def run(quick: bool) -> list[Figure]:
    """Measure eight shots of phone footage with voice and captions, 1080x1920, standard quality."""
    path, _ = footage("phone", QUICK if quick else FULL, SEEDS[0])
    times = 1 if quick else 3
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        folder, number = Path(name), count()
        made = project(path, script(quick), folder / "data")
        calls = recorded(made, folder / "recorded")
        canvas = made.edit.canvas
        floors = [floor(calls, (canvas.width, canvas.height), folder) for _ in range(times)]
        (ours,) = in_turn(times, lambda: cold(made, folder / f"clip {next(number)}"))
        least = sorted(floors, key=lambda one: one.cpu)[times // 2]
        seconds = made.edit.frames / OUTPUT_FPS
        of_floor = Figure(
            name=f"render, {seconds:.0f} s in {len(made.edit.shots)} shots, CPU",
            value=ours.cpu / least.cpu,
            against=f"{least.told()} ({ours.cpu:.1f} s)",
            bar=BAR,
            goal=GOAL,
        )
        return [of_floor, _against_peer(made, ours, folder, times)]


def _against_peer(made: Project, ours: Spent, folder: Path, times: int) -> Figure:
    told = _told(made, folder / "moviepy.mp4")
    try:
        wall = sorted(float(ask("moviepy_edit", told)["wall"]) for _ in range(times))[times // 2]
        value, against = wall / ours.wall, f"MoviePy 2: {wall:.1f} s ({ours.wall:.1f} s)"
    except (NoPeers, CalledProcessError) as error:
        value, against = None, f"MoviePy, which did not run: {error}"
    bar, goal = FASTER
    name = "render, wall, times as fast"
    return Figure(name=name, value=value, unit="x", against=against, bar=bar, goal=goal, higher_is_better=True)


def _told(made: Project, out: Path) -> dict[str, Any]:
    """Return the same edit for MoviePy: a caption of its is one picture for all its words, which is less work."""
    edit, captions = made.edit, made.edit.captions
    style = caption_styles()[captions.style if captions else "bold"]
    quality = find("quality", qualities(), edit.quality)
    fonts = out.with_name("fonts")
    copy_fonts(style, fonts)
    return {
        "shots": [
            {"path": str(made.sources[shot.source][0]), "start": shot.source_start, "seconds": shot.frames / OUTPUT_FPS}
            for shot in edit.shots
        ],
        "captions": [
            {
                "text": " ".join(word.text for word in cue.words),
                "start": cue.start / OUTPUT_FPS,
                "end": cue.end / OUTPUT_FPS,
            }
            for cue in (captions.cues if captions else ())
        ],
        "voice": str(made.voice),
        "font": str(fonts / style.font_file.partition("/")[2]),
        "font_size": style.font_size,
        "size": [edit.canvas.width, edit.canvas.height],
        "preset": quality.x264_preset,
        "crf": quality.crf,
        "threads": int(THREADS),
        "out": str(out),
    }
