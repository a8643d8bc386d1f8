"""Everything that is measured in one file: its shots, how good each is and why, and where somebody speaks."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from app.media.containers import MAX_PIXELS
from app.media.judge import flaw_of, rejection, score_of, without_pauses
from app.media.shots import Stretch, shots, transitions
from app.media.signals import Signals, measure
from app.media.vad import speech, speech_share
from app.models.control import Control
from app.models.media import Analysis, MediaInfo, Moment, RejectReason, Shot, ShotChange
from app.models.timing import Span

ANALYSIS_VERSION = 3
"""Raised whenever the same file would give another analysis, so that stored ones are measured again."""

STEP = 0.25
"""Seconds between two moments of a shot."""

_PICTURE_SHARE = 0.9  # of the work: the voice detector is 250 times as fast as real time


def analyze(path: Path, info: MediaInfo, control: Control, max_pixels: int = MAX_PIXELS) -> Analysis:
    """Decode the file once, picture and sound, and return what was measured.

    A file that breaks off is measured as far as it decodes. Raises `MediaError` (media_no_picture, media_truncated
    when nothing decodes, media_bad_times, and the codes of `open_media`) and `Cancelled`.
    """
    signals = measure(path, info, control.part(0.0, _PICTURE_SHARE), max_pixels)
    spoken = speech(path, control.part(_PICTURE_SHARE, 1.0), info.duration, max_pixels) if info.audio else ()
    control.report(1.0)
    return Analysis(
        content_hash=info.content_hash,
        version=ANALYSIS_VERSION,
        duration=_end(signals, len(signals)),
        step=STEP,
        shots=shots_of(signals, spoken),
        speech=spoken,
        transitions=changes_of(signals),
    )


def shots_of(signals: Signals, spoken: tuple[Span, ...] = ()) -> tuple[Shot, ...]:
    """Return the shots that the signals show, in order, judged."""
    return tuple(_shot(signals, i, stretch, spoken) for i, stretch in enumerate(shots(signals)))


def changes_of(signals: Signals) -> tuple[ShotChange, ...]:
    """Return where the shots change, in order, in seconds."""
    return tuple(
        ShotChange(kind=c.kind, span=Span(start=_begin(signals, c.frames.first), end=_begin(signals, c.frames.end)))
        for c in transitions(signals)
    )


def _begin(signals: Signals, at: int) -> float:
    return round(float(signals.time[at]), 6)


def _shot(signals: Signals, index: int, stretch: Stretch, spoken: tuple[Span, ...]) -> Shot:
    part = slice(stretch.first, stretch.end)
    span = Span(start=_begin(signals, stretch.first), end=_end(signals, stretch.end))
    reason, detail = rejection(signals, stretch, span.length)
    sharpness, luma, contrast = (
        float(np.median(values[part])) for values in (signals.sharpness, signals.luma, signals.contrast)
    )
    motion = _motion(signals, stretch.first, stretch.end, stretch)
    score, reasons = score_of(sharpness=sharpness, luma=luma, contrast=contrast, motion=motion)
    return Shot(
        index=index,
        span=span,
        motion=round(motion, 4),
        sharpness=round(sharpness, 3),
        luma=round(luma, 2),
        contrast=round(contrast, 2),
        dhash=_hex(signals, (stretch.first + stretch.end - 1) // 2),
        speech_share=speech_share(span, spoken),
        score=0.0 if reason else score,
        reasons={} if reason else reasons,
        reject=reason,
        reject_detail=detail,
        moments=_moments(signals, stretch, span, sharpness),
    )


def _moments(signals: Signals, stretch: Stretch, span: Span, typical: float) -> tuple[Moment, ...]:
    count = max(1, int(span.length / STEP + 1e-6))
    edges = span.start + STEP * np.arange(count + 1)
    places = np.searchsorted(signals.time[stretch.first : stretch.end], edges - 1e-9) + stretch.first
    parts = [_filled(int(a), int(b), stretch) for a, b in pairwise(places)]
    flaws = [flaw_of(signals, part, typical, first_of_shot=stretch.first) for part in parts]
    times = [round(span.start + STEP * (i + 0.5), 6) for i in range(count)]
    judged = zip(parts, times, without_pauses(flaws, STEP), strict=True)
    return tuple(_moment(signals, stretch, part, time, flaw) for part, time, flaw in judged)


def _filled(first: int, end: int, stretch: Stretch) -> Stretch:
    """Return the frames on screen in a moment: those that begin in it, else (low or variable rates) the one before."""
    if end > first:
        return Stretch(first, end)
    shown = max(stretch.first, first - 1)
    return Stretch(shown, shown + 1)


def _moment(signals: Signals, stretch: Stretch, frames: Stretch, time: float, flaw: RejectReason | None) -> Moment:
    part = slice(frames.first, frames.end)
    return Moment(
        time=time,
        motion=round(_motion(signals, frames.first, frames.end, stretch), 4),
        sharpness=round(float(signals.sharpness[part].mean()), 3),
        luma=round(float(signals.luma[part].mean()), 2),
        contrast=round(float(signals.contrast[part].mean()), 2),
        dhash=_hex(signals, (frames.first + frames.end - 1) // 2),
        flaw=flaw,
    )


def _motion(signals: Signals, first: int, end: int, stretch: Stretch) -> float:
    """Return the median motion in 1/30 s; a shot's first frame, which is compared with the shot before, is left out."""
    values = signals.motion[max(first, stretch.first + 1) : end]
    return float(np.median(values)) * signals.fps / 30 if values.size else 0.0


def _end(signals: Signals, end: int) -> float:
    """Return the time, in seconds, at which frame `end` begins, or the last one ends."""
    if end < len(signals):
        return round(float(signals.time[end]), 6)
    step = float(np.median(np.diff(signals.time))) if len(signals) > 1 else 1 / signals.fps
    return round(float(signals.time[-1]) + step, 6)


def _hex(signals: Signals, at: int) -> str:
    return f"{int(signals.dhash[at]):016x}"
