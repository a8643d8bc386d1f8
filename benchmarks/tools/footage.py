"""Long footage with known truth, made once and kept: by the shared tool where it is, else by the project's own means.

A truth is what the shared tool writes beside its footage: `{"fps", "frames", "shots": [{"start", "frames",
"transition", "event", ...}], "speech": [[start, end]]}`, starts in frames and speech in seconds. A shot that begins
with a dissolve or a fade may say its `length`.
"""

import importlib.util
import json
import os
import random
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, cast

from app.media.ffmpeg import find_ffmpeg
from app.tests import footage as textures
from benchmarks.tools import composing
from benchmarks.tools.cache import kept_file, name_of
from benchmarks.tools.composing import Size, Take

Style = Literal["phone", "edited", "uncut", "blends"]
"""As phones and editors write it, one shot without a cut, and `phone` with a dissolve or a fade at most of its cuts."""

SEEDS = (41, 42, 43)
"""Nothing was tuned on these."""

FULL, EDITED, QUICK = 180.0, 120.0, 30.0
"""Seconds of a full run's footage (what is edited takes a quarter of an hour to encode) and of a quick one's."""

HD: Size = (1920, 1080)
FPS = 30

Truth = dict[str, Any]


def footage(style: Style, seconds: float, seed: int, size: Size = HD) -> tuple[Path, Truth]:
    """Return the file of such footage, without sound, and its truth."""
    tool = shared_tool()
    made_by = [tool if tool is not None else Path(textures.__file__)]
    if tool is None or style == "blends":
        made_by.append(Path(composing.__file__))
    with kept_file(name_of(style, ".mp4", style, seconds, seed, size, *made_by)) as (place, new):
        truth = place.with_suffix(".json")
        if new is not None:
            truth.write_text(json.dumps(_make(new, style, seconds, seed, size)), encoding="utf-8")
    return place, json.loads(truth.read_text(encoding="utf-8"))


def length(style: Style, quick: bool) -> float:
    """Return how many seconds of such footage are used."""
    return QUICK if quick else EDITED if style == "edited" else FULL


def shared_tool() -> Path | None:
    """Return the tool that makes footage of real clips, when it is beside the test media."""
    media = os.environ.get("EDIT_FACTORY_TEST_MEDIA")
    tool = Path(media).parent / "tools" / "make_footage.py" if media else None
    return tool if tool is not None and tool.is_file() else None


def origin() -> str:
    """Return in words what the footage is made of."""
    return "real clips" if shared_tool() else "textures"


def looped(path: Path, seconds: float, times: int) -> Path:
    """Return `times` times the same footage behind each other, packets copied: quick to make, and as long to read."""
    with kept_file(f"{path.stem}-{times}{path.suffix}") as (place, new):
        if new is not None:
            loop = ["-stream_loop", str(times - 1), "-i", str(path), "-t", str(seconds * times)]
            run_ffmpeg(*loop, "-map", "0", "-c", "copy", str(new))
    return place


def run_ffmpeg(*arguments: str, stdin: Any = subprocess.DEVNULL) -> None:
    """Run ffmpeg; raises `CalledProcessError`."""
    subprocess.run([find_ffmpeg().path, "-nostdin", "-v", "error", "-y", *arguments], check=True, stdin=stdin)  # noqa: S603


def changes(truth: Truth, *kinds: str) -> list[tuple[int, int]]:
    """Return (first frame, end) of each change of these kinds: empty for a cut, what is mixed for the others."""
    spans = []
    for shot in truth["shots"][1:]:
        start, kind = shot["start"], shot["transition"]
        if kind in kinds:
            length = shot.get("length", {"dissolve": 15, "fade": 12}.get(kind, 0))
            spans.append((start - length if kind == "fade" else start, start + length))
    return spans


def _make(out: Path, style: Style, seconds: float, seed: int, size: Size) -> Truth:
    tool = shared_tool()
    if tool is not None and style != "blends":
        size_text = f"{size[0]}x{size[1]}"
        asked = ["--seconds", str(seconds), "--size", size_text, "--seed", str(seed), "--style", style]
        subprocess.run([sys.executable, tool, out, *asked], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        beside = Path(f"{out}.json")
        try:
            return cast(Truth, json.loads(beside.read_text(encoding="utf-8")))
        finally:
            beside.unlink()
    total, rng = round(seconds * FPS), random.Random(seed)  # noqa: S311 - a plan, no secret
    if tool is None:
        takes = composing.plan(total, rng, style)
        composing.write(out, takes, composing.textured(size), size, style)
    else:
        shots = _module(tool).plan(total, rng, "phone")
        takes = composing.blended([Take(shot["start"], shot["frames"], told=shot) for shot in shots], rng)
        composing.write(out, takes, composing.filmed(_module(tool).frames, size), size, style)
    return {"fps": FPS, "frames": total, "shots": [take.truth() for take in takes], "speech": []}


@cache
def _module(tool: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("shared_footage", tool)
    if spec is None or spec.loader is None:
        raise ImportError(f"{tool} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
