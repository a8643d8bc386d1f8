"""A render's floor, from the ffmpeg calls that the render makes: decoding and filters alone, and x264 alone.

The render runs once with a stand-in for ffmpeg that notes each call that encodes pictures, keeps the text files of its
folder, and then is ffmpeg. So the floor is that of the pictures really made, however the renderer asks for them.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.media.ffmpeg import find_ffmpeg
from benchmarks.tools.clips import Project, render
from benchmarks.tools.limits import encode
from benchmarks.tools.spent import Spent, spent

_STAND_IN = """#!{python}
import json, os, shutil, sys, time
if "libx264" in sys.argv and "rawvideo" not in sys.argv:
    place = os.path.join({folder!r}, f"{{time.time_ns():020}}-{{os.getpid()}}")
    shutil.copytree(".", place, ignore=shutil.ignore_patterns("*.mp4", "*.f32", "*.wav"))
    with open(place + ".json", "w") as file:
        json.dump({{"arguments": sys.argv[1:], "folder": place}}, file)
os.execv({ffmpeg!r}, [{ffmpeg!r}, *sys.argv[1:]])
"""

_ALONE = frozenset(["-an", "-sn", "-dn", "-vn", "-shortest"])
"""Options of an output that have no value."""

_OF_THE_PICTURE = frozenset(
    ["-map", "-vf", "-filter:v", "-filter_complex", "-lavfi", "-frames:v", "-fps_mode", "-filter_threads"]
)
"""Options of an output that decide its pictures; the others are the encoder's and the container's."""


@dataclass(frozen=True)
class Call:
    """One call that encodes: what stands before the output's options, these in two heaps, and where it runs."""

    inputs: tuple[str, ...]
    picture: tuple[str, ...]
    encoder: tuple[str, ...]
    folder: Path


@dataclass(frozen=True)
class Floor:
    """CPU seconds of the least that a render can take."""

    filters: float
    x264: float

    @property
    def cpu(self) -> float:
        """Both together."""
        return self.filters + self.x264

    def told(self) -> str:
        """Return it in words."""
        return f"x264 {self.x264:.1f} s + decode and filters {self.filters:.1f} s"


def recorded(made: Project, folder: Path) -> list[Call]:
    """Render a clip in `folder` and return the calls that encoded it."""
    calls = folder / "calls"
    calls.mkdir(parents=True)
    program = folder / "ffmpeg"
    program.write_text(
        _STAND_IN.format(python=sys.executable, folder=str(calls), ffmpeg=str(find_ffmpeg().path)), encoding="utf-8"
    )
    program.chmod(0o755)
    data_dir = folder / "data"
    settings = made.settings.model_copy(update={"ffmpeg": program, "data_dir": data_dir, "max_parallel": 1})
    render(replace(made, settings=settings), folder / "clip")
    told = [json.loads(note.read_text(encoding="utf-8")) for note in sorted(calls.glob("*.json"))]
    return [read_call(note["arguments"], Path(note["folder"])) for note in told]


def read_call(arguments: Sequence[str], folder: Path) -> Call:
    """Return a call's arguments (without the program, with the output's name last) sorted into heaps."""
    behind = max(number for number, word in enumerate(arguments) if word == "-i") + 2
    inputs = [word for word in arguments[:behind] if word not in {"-progress", "pipe:1"}]
    picture: list[str] = []
    encoder: list[str] = []
    words = iter(arguments[behind:-1])
    for word in words:
        if word in _ALONE:
            picture.append(word)
        elif word != "-f":
            (picture if word in _OF_THE_PICTURE else encoder).extend([word, next(words)])
        else:
            next(words)
    return Call(tuple(inputs), tuple(picture), tuple(encoder), folder)


def floor(calls: Sequence[Call], size: tuple[int, int], folder: Path) -> Floor:
    """Measure the floor of these calls, once; `size` is the picture's, `folder` has room for all of them raw."""
    alone = spent(filters_alone, calls)
    raw = folder / "pictures.raw"
    write_raw(calls, raw)
    try:
        coded = spent(encode, raw, size, calls[0].encoder)
    finally:
        raw.unlink()
    return Floor(alone.cpu, coded.cpu)


def filters_alone(calls: Sequence[Call]) -> None:
    """Decode and filter what the calls encode, and throw it away."""
    for call in calls:
        _again(call, ["-c:v", "wrapped_avframe", "-f", "null", "-"])


def write_raw(calls: Sequence[Call], raw: Path) -> None:
    """Write what the calls encode as raw 4:2:0 pictures, behind each other."""
    with raw.open("wb") as pictures:
        for call in calls:
            _again(call, ["-c:v", "rawvideo", "-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:1"], pictures.fileno())


def _again(call: Call, output: Sequence[str], stdout: int = subprocess.DEVNULL) -> None:
    command = [str(find_ffmpeg().path), *call.inputs, *call.picture, *output]
    subprocess.run(command, cwd=call.folder, stdout=stdout, stderr=subprocess.DEVNULL, check=True)  # noqa: S603


def cold(made: Project, folder: Path) -> Spent:
    """Render a clip where nothing is there yet, and return what that took."""
    fresh = replace(made, settings=made.settings.model_copy(update={"data_dir": folder / "data"}))
    return spent(render, fresh, folder / "clip")
