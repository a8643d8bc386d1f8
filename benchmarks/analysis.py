"""What looking at footage takes: CPU against a bare full decode of the same file, wall against PySceneDetect."""

from pathlib import Path
from subprocess import CalledProcessError

from app.media.analyze import analyze
from app.media.probe import probe
from app.models.control import Control
from app.models.media import Analysis
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import SEEDS, Style, footage, length, origin
from benchmarks.tools.limits import bare_decode
from benchmarks.tools.peers import NoPeers, ask
from benchmarks.tools.spent import Spent, in_turn, spent

BARS: dict[Style, tuple[float, float]] = {"phone": (0.65, 0.45), "uncut": (0.30, 0.20), "edited": (0.95, 0.60)}
"""Bar and goal: the share of a bare full decode's CPU."""

FASTER = (2.0, 3.0)
"""Bar and goal: how many times as fast as PySceneDetect's content detector."""


def run(quick: bool) -> list[Figure]:
    """Measure footage as phones record it, uncut and edited."""
    times = 1 if quick else 3
    figures = []
    for style, (bar, goal) in BARS.items():
        seconds = length(style, quick)
        path, _ = footage(style, seconds, SEEDS[0])
        ours, bare = in_turn(times, lambda path=path: spent(look, path), lambda path=path: spent(bare_decode, path))  # type: ignore[misc]
        figures.append(
            Figure(
                name=f"analysis, {style}, {seconds:.0f} s of 1080p, CPU",
                value=ours.cpu / bare.cpu,
                against=f"a bare full decode: {bare.cpu:.1f} s ({ours.cpu:.1f} s; of {origin()})",
                bar=bar,
                goal=goal,
            )
        )
        if style == "phone":
            figures.append(_against_peer(path, ours, times))
    return figures


def look(path: Path) -> Analysis:
    """Analyse a file as the product does."""
    return analyze(path, probe(path), Control())


def _against_peer(path: Path, ours: Spent, times: int) -> Figure:
    try:
        walls = sorted(float(ask("scenes", {"path": str(path)})["wall"]) for _ in range(times))
        value, against = walls[times // 2] / ours.wall, f"PySceneDetect: {walls[times // 2]:.1f} s ({ours.wall:.1f} s)"
    except (NoPeers, CalledProcessError) as error:
        value, against = None, f"PySceneDetect, which did not run: {error}"
    bar, goal = FASTER
    return Figure(
        name="analysis, phone, wall, times as fast",
        value=value,
        unit="x",
        against=against,
        bar=bar,
        goal=goal,
        higher_is_better=True,
    )
