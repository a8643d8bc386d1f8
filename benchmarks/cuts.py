"""Whether changes of shots are found: hard cuts as known and against PySceneDetect, dissolves and fades as known."""

from collections.abc import Sequence
from pathlib import Path
from subprocess import CalledProcessError

from app.models.media import Analysis
from benchmarks.analysis import look
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import FPS, SEEDS, Style, Truth, footage, length, origin
from benchmarks.tools.found import Found, matched_cuts, matched_spans
from benchmarks.tools.peers import NoPeers, ask
from benchmarks.tools.spent import spent

Analysed = tuple[Path, Truth, Analysis]


def run(quick: bool) -> list[Figure]:
    """Measure on three seeds (one when quick)."""
    seeds = SEEDS[: 1 if quick else 3]
    figures: list[Figure] = []
    styles: tuple[Style, ...] = ("phone", "edited")
    for style in styles:
        figures += _hard(style, _analysed(style, length(style, quick), seeds))
    return [*figures, *_soft(_analysed("blends", length("blends", quick), seeds))]


def _analysed(style: Style, seconds: float, seeds: Sequence[int]) -> list[Analysed]:
    found = []
    for seed in seeds:
        path, truth = footage(style, seconds, seed)
        found.append((path, truth, spent(look, path).answer))
    return found


def _hard(style: str, files: Sequence[Analysed]) -> list[Figure]:
    each = [matched_cuts(_firsts(analysis), truth) for _, truth, analysis in files]
    ours = Found.total(each)
    by_seed = ", ".join(f"{one.f1:.3f}" for one in each)
    known = f"{ours.wanted} known ones ({ours.right} found, {ours.told - ours.right} false; F1 by seed {by_seed})"
    name = f"cuts, {style}, hard cuts within 2 frames, F1"
    try:
        peers = [matched_cuts(ask("scenes", {"path": str(path)})["frames"], truth) for path, truth, _ in files]
        peer = Found.total(peers).f1
        lead, against = ours.f1 - peer, f"PySceneDetect on the same files: {peer:.3f}"
    except (NoPeers, CalledProcessError) as error:
        lead, against = None, f"PySceneDetect, which did not run: {error}"
    return [
        Figure(name=name, value=ours.f1, against=f"{known} in {origin()}", bar=0.98, goal=0.995, higher_is_better=True),
        Figure(name=f"{name} above PySceneDetect's", value=lead, against=against, bar=0.0, higher_is_better=True),
    ]


def _soft(files: Sequence[Analysed]) -> list[Figure]:
    ours = Found.total(matched_spans(_spans(analysis), truth) for _, truth, analysis in files)
    known = f"{ours.wanted} known ones ({ours.right} found, {ours.told - ours.right} false) in {origin()}"
    cuts = Found.total(matched_cuts(_firsts(analysis), truth) for _, truth, analysis in files)
    return [
        Figure(
            name="dissolves and fades, recall",
            value=ours.recall,
            against=known,
            bar=0.5,
            goal=0.8,
            higher_is_better=True,
        ),
        Figure(
            name="dissolves and fades, precision", value=ours.precision, against=known, bar=0.9, higher_is_better=True
        ),
        Figure(
            name="hard cuts between them, F1", value=cuts.f1, against=f"{cuts.wanted} known ones", higher_is_better=True
        ),
    ]


def _firsts(analysis: Analysis) -> list[int]:
    return [round(change.span.start * FPS) for change in analysis.transitions if change.kind == "cut"]


def _spans(analysis: Analysis) -> list[tuple[int, int]]:
    soft = [change.span for change in analysis.transitions if change.kind != "cut"]
    return [(round(span.start * FPS), round(span.end * FPS)) for span in soft]
