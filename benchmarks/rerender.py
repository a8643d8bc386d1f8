"""What it takes to render a clip again when one caption of its eight shots was changed, against rendering it cold."""

import tempfile
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from statistics import median

from app.models.edit import Cue, Edit
from benchmarks.tools.clips import SCRIPT, project, render
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import FULL, QUICK, SEEDS, footage
from benchmarks.tools.spent import Spent, spent

BAR, GOAL = 0.25, 0.17
"""Shares of the cold render's CPU."""


def run(quick: bool) -> list[Figure]:
    """Measure; both renders have folders of their own, and one place where data is kept, as two jobs have.

    The clip is the whole one also when quick: in shorter shots hardly a caption lies within one.
    """
    path, _ = footage("phone", QUICK if quick else FULL, SEEDS[0])
    pairs = [_pair(path, SCRIPT) for _ in range(1 if quick else 3)]
    cold, again = (median(one.cpu for one in column) for column in zip(*pairs, strict=True))
    encoded = pairs[-1][1].answer
    return [
        Figure(
            name="rerender, one caption of 8 shots changed, CPU",
            value=again / cold,
            against=f"the cold render: {cold:.1f} s ({again:.1f} s, {encoded} parts encoded)",
            bar=BAR,
            goal=GOAL,
        )
    ]


def _pair(path: Path, text: str) -> tuple[Spent, Spent]:
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        made = project(path, text, Path(name) / "data")
        changed = replace(made, edit=with_one_changed(made.edit))
        return spent(render, made, Path(name) / "first"), spent(render, changed, Path(name) / "second")


def with_one_changed(edit: Edit) -> Edit:
    """Return the edit with another word in one caption: of those that touch the fewest shots, the middle one."""
    captions = edit.captions
    if captions is None:
        raise ValueError("the edit has no captions")
    edges = list(accumulate((shot.frames for shot in edit.shots), initial=0))

    def touched(cue: Cue) -> int:
        return sum(start < cue.end and cue.start < end for start, end in pairwise(edges))

    chosen = min(captions.cues, key=lambda cue: (touched(cue), abs(cue.start - edit.frames // 2)))
    cues = tuple(_changed(cue) if cue is chosen else cue for cue in captions.cues)
    return edit.evolve(captions=captions.evolve(cues=cues))


def _changed(cue: Cue) -> Cue:
    first, *others = cue.words
    return cue.evolve(words=(first.evolve(text=first.text[::-1]), *others))
