"""Which stretches of the footage may be shown at all, and how good each moment of them is."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import median

import numpy as np

from app.editing.timing import LONGEST_SLOT, SHORTEST_SLOT
from app.models.base import Record
from app.models.media import Analysis, MediaInfo, Moment, Shot
from app.models.timing import OUTPUT_FPS, Span

CUT_MARGIN = 0.1
"""Seconds kept clear of a shot's cuts: a cut found a frame late must not flash the neighbouring shot."""

_SHARPNESS, _LIGHT, _MOTION, _CONTRAST = 0.35, 0.25, 0.25, 0.15  # shares of a moment's quality
_MOTION_CURVE = ((0.0, 0.3, 1.0, 4.0, 12.0, 30.0), (0.4, 0.8, 1.0, 1.0, 0.5, 0.1))  # still, calm, shaken


class Footage(Record):
    """One file to choose from: what it is, the name a person knows it by, and what was measured in it."""

    info: MediaInfo
    name: str
    analysis: Analysis


class Run(Record):
    """A stretch of one shot that may be shown, in source seconds: no flawed moment, no cut near."""

    source: int
    shot: int
    span: Span

    @property
    def frames(self) -> int:
        """Whole output frames it holds."""
        return math.floor(self.span.length * OUTPUT_FPS + 1e-6)


class Usable(Record):
    """The footage sorted by content hash (each file once), its usable runs, and the seconds left out by reason."""

    footage: tuple[Footage, ...]
    runs: tuple[Run, ...]
    left_out: dict[str, float]

    @property
    def frames(self) -> int:
        """Output frames that all runs hold together."""
        return sum(run.frames for run in self.runs)

    def left_out_text(self) -> str:
        """Return, for example, "12.0 s black and 3.1 s blurred were left out", or nothing."""
        parts = [f"{seconds:.1f} s {reason}" for reason, seconds in self.left_out.items() if seconds >= 0.05]
        if not parts:
            return ""
        return f"{' and '.join(filter(None, [', '.join(parts[:-1]), parts[-1]]))} were left out"


def usable(footage: Iterable[Footage], shortest: int = SHORTEST_SLOT) -> Usable:
    """Return what may be shown of `footage`, in runs of at least `shortest` output frames.

    The order in which files are given means nothing, and a file given twice counts once.
    """
    files = sorted({item.info.content_hash: item for item in footage}.values(), key=lambda f: f.info.content_hash)
    runs: list[Run] = []
    left_out: dict[str, float] = defaultdict(float)
    for source, item in enumerate(files):
        for shot in item.analysis.shots:
            if shot.reject:
                left_out[_spoken(shot.reject)] += shot.span.length
                continue
            kept = [Run(source=source, shot=shot.index, span=s) for s in _clean_spans(item, shot, left_out)]
            left_out["too short"] += sum(run.span.length for run in kept if run.frames < shortest)
            runs += [run for run in kept if run.frames >= shortest]
    return Usable(
        footage=tuple(files), runs=tuple(runs), left_out={k: round(v, 6) for k, v in sorted(left_out.items())}
    )


def longest_slot(found: Usable, total_frames: int) -> int:
    """Return how long slots may be, in frames, so that runs long enough for them hold the clip twice over.

    Quickly cut footage has few long runs: with slots that fit its runs, cuts can stay on words. Where no length
    gives that much, it is the one that gives most.
    """

    def held(longest: int) -> int:
        return sum(run.frames // longest * longest for run in found.runs)

    lengths = range(LONGEST_SLOT, SHORTEST_SLOT, -6)
    return next((n for n in lengths if held(n) >= 2 * total_frames), max(lengths, key=held))


def _spoken(reject: str) -> str:
    return reject.replace("_", " ")


def _clean_spans(item: Footage, shot: Shot, left_out: dict[str, float]) -> list[Span]:
    """Return the shot without its edges and flawed moments; what the latter cost is added to `left_out`."""
    fps = item.info.fps or float(OUTPUT_FPS)
    margin = max(CUT_MARGIN, 3 / fps)  # the decoder needs two whole source frames beyond the last one shown
    start, end = shot.span.start + margin, min(shot.span.end, item.info.duration) - margin
    step = item.analysis.step
    spans: list[Span] = []
    for reason, group in groupby(shot.moments, key=lambda moment: moment.flaw):
        moments = list(group)
        first, last = max(start, moments[0].time - step / 2), min(end, moments[-1].time + step / 2)
        if not reason or last <= start or first >= end:
            continue
        left_out[_spoken(reason)] += last - first
        if first > start:
            spans.append(Span(start=start, end=first))
        start = last
    return [*spans, Span(start=start, end=end)] if end > start else spans


def typical_sharpness(footage: Sequence[Footage]) -> float:
    """Return the median sharpness of all moments of shots in use: what "sharp" means in this footage."""
    values = [m.sharpness for f in footage for s in f.analysis.shots if not s.reject for m in s.moments]
    return max(1e-6, median(values)) if values else 1.0


def quality(moment: Moment, typical: float) -> float:
    """Return how good a moment looks, 0 to 1: sharp beside `typical` sharpness, well lit, in calm motion, rich."""
    sharp = moment.sharpness / (moment.sharpness + typical)
    light = max(0.0, 1 - abs(moment.luma - 118) / 118)  # 118: middle grey in 8-bit video
    motion = float(np.interp(moment.motion, *_MOTION_CURVE))
    return _SHARPNESS * sharp + _LIGHT * light + _MOTION * motion + _CONTRAST * min(1.0, moment.contrast / 50)
