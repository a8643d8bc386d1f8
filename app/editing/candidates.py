"""Which stretches of the footage may be shown at all, and how good each moment of them is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import median

import numpy as np

from app.editing.timing import LONGEST_SLOT, SHORTEST_SLOT
from app.models.base import Record
from app.models.marks import FileMarks
from app.models.media import Analysis, MediaInfo, Moment, Shot
from app.models.timing import OUTPUT_FPS, Span, frames_within

CUT_MARGIN = 0.1
"""Seconds kept clear of a shot's cuts: a cut found a frame late must not flash the neighbouring shot."""

_WEIGHTS = {"sharpness": 0.35, "light": 0.25, "motion": 0.25, "contrast": 0.15}
"""Shares of a moment's quality."""

_MOTION_CURVE = ((0.0, 0.3, 1.0, 4.0, 12.0, 30.0), (0.4, 0.8, 1.0, 1.0, 0.5, 0.1))  # still, calm, shaken


class Footage(Record):
    """One file to choose from: what it is, the name a person knows it by, what was measured and marked in it."""

    info: MediaInfo
    name: str
    analysis: Analysis
    marks: FileMarks | None = None


class Run(Record):
    """A stretch of one shot that may be shown, in source seconds: no flawed moment, no cut near."""

    source: int
    shot: int
    span: Span

    @property
    def frames(self) -> int:
        """Whole output frames it holds."""
        return frames_within(self.span.length)


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
    """Return the shot without its edges, flawed moments and what is never used; their cost is added to `left_out`."""
    if item.info.still:  # a photograph has neither neighbours nor moments, and each of its seconds shows all of it
        if not any(mark.never_use for mark in (item.marks.segments if item.marks else ())):
            return [shot.span]
        left_out["marked never-use"] += shot.span.length
        return []
    margin = _margin(item.info)
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
    clean = [*spans, Span(start=start, end=end)] if end > start else spans
    return _without_never_used(item, clean, left_out)


def _margin(info: MediaInfo) -> float:
    fps = info.fps or float(OUTPUT_FPS)
    return max(CUT_MARGIN, 3 / fps)  # the decoder needs two whole source frames beyond the last one shown


def _without_never_used(item: Footage, spans: list[Span], left_out: dict[str, float]) -> list[Span]:
    """Return `spans` without the stretches that a person said are never to be shown, kept clear of as of a cut."""
    margin = _margin(item.info)
    for mark in item.marks.segments if item.marks else ():
        if not mark.never_use:
            continue
        edges = mark.start - margin, mark.end + margin
        kept = [
            Span(start=start, end=end)
            for span in spans
            for start, end in ((span.start, min(span.end, edges[0])), (max(span.start, edges[1]), span.end))
            if end > start
        ]
        left_out["marked never-use"] += sum(s.length for s in spans) - sum(s.length for s in kept)
        spans = kept
    return spans


def within_marks(item: Footage, span: Span, at: float) -> Span:
    """Return the part of `span` around `at` (source seconds) of which nothing is never used or for one clip alone."""
    never = [mark for mark in (item.marks.segments if item.marks else ()) if mark.never_use or mark.single_use]
    start = max([span.start, *(mark.end for mark in never if mark.end <= at)])
    return Span(start=start, end=max(start, min([span.end, *(mark.start for mark in never if mark.start > at)])))


def typical_sharpness(footage: Sequence[Footage]) -> float:
    """Return the median sharpness of all moments of shots in use: what "sharp" means in this footage."""
    values = [m.sharpness for f in footage for s in f.analysis.shots if not s.reject for m in s.moments]
    return max(1e-6, median(values)) if values else 1.0


def quality(moment: Moment, typical: float) -> float:
    """Return how good a moment looks, 0 to 1: sharp beside `typical` sharpness, well lit, in calm motion, rich."""
    parts = qualities(moment, typical)
    return sum(_WEIGHTS[name] * parts[name] for name in _WEIGHTS)


def qualities(moment: Moment, typical: float) -> dict[str, float]:
    """Return what `quality` is made of, each 0 to 1."""
    return {
        "sharpness": moment.sharpness / (moment.sharpness + typical),
        "light": max(0.0, 1 - abs(moment.luma - 118) / 118),  # 118: middle grey in 8-bit video
        "motion": float(np.interp(moment.motion, *_MOTION_CURVE)),
        "contrast": min(1.0, moment.contrast / 50),
    }
