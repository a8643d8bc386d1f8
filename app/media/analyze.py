"""Everything that is measured in one file: its shots, how good each is and why, and where somebody speaks."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from app.media.containers import MAX_PIXELS
from app.media.gate import signals_of
from app.media.groups import GLANCE
from app.media.judge import flaw_of, rejection, score_of, without_pauses
from app.media.pieces import joined
from app.media.shots import Change, Stretch, shots
from app.media.signals import Signals
from app.media.vad import speech, speech_share
from app.models.control import Control
from app.models.media import Analysis, Focus, MediaInfo, Moment, RejectReason, Shot, ShotChange
from app.models.timing import Span

ANALYSIS_VERSION = 7
"""Raised whenever the same file would give another analysis, so that stored ones are measured again."""

STEP = 0.25
"""Seconds between two moments of a shot."""

FOCUS_REACH = 1.0
"""Seconds from a look at the picture to the last moment that goes by it: later, what was seen may be gone."""

_NEAR = 60  # frames that may tell of the motion of one that was not compared
_PICTURE_SHARE = 0.9  # of the work: the voice detector is 250 times as fast as real time


def analyze(
    path: Path,
    info: MediaInfo,
    control: Control,
    max_pixels: int = MAX_PIXELS,
    *,
    thorough: bool = False,
    threads: int | None = None,
) -> Analysis:
    """Look at the file's picture and listen to its sound, and return what was measured.

    Only groups of pictures in which a shot may change are decoded whole (see `app.media.gate`), with `thorough` every
    frame. `threads` is how many decoders work side by side (None: one a core); what is found does not depend on it.

    A file that breaks off is measured as far as it decodes. Raises `MediaError` (media_no_picture, media_truncated
    when nothing decodes, media_bad_times, and the codes of `open_media`) and `Cancelled`.
    """
    picture = control.part(0.0, _PICTURE_SHARE)
    signals, changes = joined(signals_of(path, info, picture, max_pixels, thorough=thorough, threads=threads))
    spoken = speech(path, control.part(_PICTURE_SHARE, 1.0), info.duration, max_pixels) if info.audio else ()
    control.report(1.0)
    return Analysis(
        content_hash=info.content_hash,
        version=ANALYSIS_VERSION,
        duration=_end(signals, len(signals)),
        step=STEP,
        shots=shots_of(signals, spoken, changes),
        speech=spoken,
        transitions=changes_of(signals, changes),
        thorough=thorough,
    )


def shots_of(
    signals: Signals, spoken: tuple[Span, ...] = (), changes: Sequence[Change] | None = None
) -> tuple[Shot, ...]:
    """Return the shots between these changes (None: all that the signals show), in order, judged."""
    return tuple(_shot(signals, i, stretch, spoken) for i, stretch in enumerate(shots(signals, changes)))


def changes_of(signals: Signals, changes: Sequence[Change]) -> tuple[ShotChange, ...]:
    """Return where the shots change, in order, in seconds."""
    return tuple(
        ShotChange(kind=c.kind, span=Span(start=_begin(signals, c.frames.first), end=_end(signals, c.frames.end)))
        for c in changes
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
    times = [round(span.start + STEP * (i + 0.5), 6) for i in range(count)]
    parts = [_nearest(signals, int(a), int(b), t, stretch) for (a, b), t in zip(pairwise(places), times, strict=True)]
    flaws = [flaw_of(signals, part, typical, first_of_shot=stretch.first) for part in parts]
    seen = [_is_seen(signals, int(a), int(b)) for a, b in pairwise(places)]
    flaws = [flaw if is_seen or flaw != "frozen" else None for flaw, is_seen in zip(flaws, seen, strict=True)]
    judged = zip(parts, times, without_pauses(flaws, STEP), strict=True)
    return tuple(_moment(signals, stretch, part, time, flaw) for part, time, flaw in judged)


def _filled(first: int, end: int, stretch: Stretch) -> Stretch:
    """Return the frames on screen in a moment: those that begin in it, else (low or variable rates) the one before."""
    if end > first:
        return Stretch(first, end)
    shown = max(stretch.first, first - 1)
    return Stretch(shown, shown + 1)


def _nearest(signals: Signals, first: int, end: int, middle: float, stretch: Stretch) -> Stretch:
    """Return the frames of a moment; where it was not looked at, those of the glance or run nearest to it."""
    if _is_seen(signals, first, end):
        return _filled(first, end, stretch)
    before, after = max(stretch.first, first - 1), min(stretch.end - 1, first)
    if abs(float(signals.time[after]) - middle) < abs(float(signals.time[before]) - middle):
        return Stretch(after, _linked_until(signals, after, min(stretch.end, after + GLANCE)))
    begin = before
    while begin > max(stretch.first, before - GLANCE + 1) and signals.is_linked[begin]:
        begin -= 1
    return Stretch(begin, before + 1)


def _is_seen(signals: Signals, first: int, end: int) -> bool:
    """Return whether the frames `first` to `end` are those of a moment, and not where nobody looked."""
    return end > first or first >= len(signals) or bool(signals.is_linked[first])


def _linked_until(signals: Signals, first: int, end: int) -> int:
    at = first + 1
    while at < end and signals.is_linked[at]:
        at += 1
    return at


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
        focus=_focus(signals, stretch, time),
    )


def _focus(signals: Signals, stretch: Stretch, time: float) -> Focus | None:
    """Return where the eye goes at the nearest time in the same shot at which that was looked at, unless it is far."""
    times = signals.focus_times
    edges = [signals.time[stretch.first] - 1e-9, signals.time[stretch.end - 1] + 1e-9]
    first, end = (int(at) for at in np.searchsorted(times, edges))
    if first == end:
        return None
    nearest: int = first + int(np.argmin(np.abs(times[first:end] - time)))
    return signals.focus[nearest][1] if abs(times[nearest] - time) <= FOCUS_REACH else None


def _motion(signals: Signals, first: int, end: int, stretch: Stretch) -> float:
    """Return the median motion in 1/30 s; a shot's first frame, which is compared with the shot before, is left out.

    So are frames that were not compared with the one before them; without any, those near it count.
    """
    first = max(first, stretch.first + 1)
    linked = first + np.flatnonzero(signals.is_linked[first:end])
    if not linked.size:
        near = slice(max(stretch.first + 1, first - _NEAR), min(stretch.end, end + _NEAR))
        linked = near.start + np.flatnonzero(signals.is_linked[near])
    values = signals.motion[linked]
    return float(np.median(values)) * signals.fps / 30 if values.size else 0.0


def _end(signals: Signals, end: int) -> float:
    """Return the time, in seconds, at which frame `end` begins, or the last one ends."""
    if end < len(signals):
        return round(float(signals.time[end]), 6)
    steps = np.diff(signals.time)[signals.is_linked[1:]]
    step = float(np.median(steps)) if steps.size else 1 / signals.fps
    return round(float(signals.time[-1]) + step, 6)


def _hex(signals: Signals, at: int) -> str:
    return f"{int(signals.dhash[at]):016x}"
