"""Ten variants of one project, without the check, against ten times what one render takes at least."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from app.editing.candidates import Footage
from app.editing.script.spoken import prepare
from app.media.probe import probe
from app.models.make import MakeRequest
from app.workflows.clips.decide import Spoken, decide
from benchmarks.analysis import look
from benchmarks.tools.clips import Project, project, render, script, spoken
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import FULL, QUICK, SEEDS, footage
from benchmarks.tools.recording import Floor, floor, recorded
from benchmarks.tools.spent import spent

BAR, GOAL = 1.15, 1.05
COUNT = 10

_FLOORS_WHEN_QUICK = 3  # their mean stands for all


def run(quick: bool) -> list[Figure]:
    """Measure one script in ten variants, chosen as the product chooses them, rendered one after the other."""
    path, _ = footage("phone", QUICK if quick else FULL, SEEDS[0])
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        folder = Path(name)
        made = chosen(path, script(quick), folder / "data")
        taken = [_all_rendered(made, folder / f"run {number}") for number in range(1 if quick else 3)]
        some = made[:_FLOORS_WHEN_QUICK] if quick else made
        floors = [_floor(one, folder / f"floor {number}") for number, one in enumerate(some)]
    least, ours = sum(one.cpu for one in floors) * len(made) / len(some), median(taken)
    return [
        Figure(
            name=f"variants, {len(made)} of one project, CPU",
            value=ours / least,
            against=f"the floors of all, from {len(some)}: {least:.1f} s ({ours:.1f} s)",
            bar=BAR,
            goal=GOAL,
        )
    ]


def chosen(path: Path, text: str, data_dir: Path) -> list[Project]:
    """Return the variants that the product makes of a file and a script: ten, or as many as the file has room for."""
    whole = project(path, text, data_dir)
    voice, _ = spoken(text)
    request = MakeRequest(files=(path,), scripts=(text,), count=COUNT, out=data_dir)
    item = Footage(info=probe(path), name=path.name, analysis=look(path))
    _, edits = decide(request, [item], [Spoken(prepare(text, "en"), voice)])
    return [replace(whole, edit=edit) for edit in edits]


def _all_rendered(made: Sequence[Project], folder: Path) -> float:
    return spent(render_all, [_kept_in(one, folder / "data") for one in made], folder).cpu


def _kept_in(made: Project, data_dir: Path) -> Project:
    return replace(made, settings=made.settings.model_copy(update={"data_dir": data_dir}))


def render_all(made: Sequence[Project], folder: Path) -> None:
    """Render clips one after the other, each in a folder of its own."""
    for number, one in enumerate(made):
        render(one, folder / f"{number}")


def _floor(made: Project, folder: Path) -> Floor:
    calls = recorded(made, folder)
    return floor(calls, (made.edit.canvas.width, made.edit.canvas.height), folder)
