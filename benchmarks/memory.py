"""Peak memory of the process tree while ten minutes of 1080p are looked at, and made into a clip."""

import tempfile
from pathlib import Path

from benchmarks.analysis import look
from benchmarks.main_job import make
from benchmarks.tools.clips import script
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import QUICK, SEEDS, footage, looped
from benchmarks.tools.spent import spent

BAR, GOAL = 800.0, 500.0
"""MB of all processes together: what each holds for itself, and its share of what several share (PSS)."""

PIECE = 60.0
"""Seconds of footage that is made; what is longer is this again and again."""


def run(quick: bool) -> list[Figure]:
    """Measure once: a peak has no median."""
    return figures(QUICK if quick else PIECE, 2 if quick else 10, quick=quick)


def figures(piece: float, times: int, *, quick: bool = False) -> list[Figure]:
    """Return the peaks for footage `times` times as long as `piece` seconds."""
    minutes = piece * times / 60
    analysing, making = peaks(piece, times, script(quick))
    return [
        Figure(
            name=f"memory, {what} {minutes:g} min of 1080p, peak",
            value=peak,
            unit="MB",
            against="nothing: all processes added up, looked at 20 times a second",
            bar=BAR,
            goal=GOAL,
        )
        for what, peak in (("looking at", analysing), ("one clip of", making))
    ]


def peaks(piece: float, times: int, text: str) -> tuple[float, float]:
    """Return the peaks in MB of analysing, and of the whole main job."""
    path, _ = footage("phone", piece, SEEDS[0])
    long = looped(path, piece, times)
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        return spent(look, long).peak, spent(make, long, text, Path(name)).peak
