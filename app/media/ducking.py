"""Sound that makes way for a voice: it is down before the first syllable, and comes back when the voice pauses."""

from collections.abc import Sequence

import numpy as np

from app.media.sound import SAMPLE_RATE, Curve, Samples
from app.models.timing import Span

ATTACK, RELEASE = 0.15, 0.40
"""Seconds: the way down ends where the voice begins, the way up begins where it ends."""

PATIENCE = 0.25
"""Seconds that a pause must leave between the way up and the way down for the sound to come back: less is pumping."""

_WINDOW = SAMPLE_RATE // 100
_QUIET_DB = -40.0  # under the loudest 10 ms: breath and room are below it, consonants above


def ducked(voice: Samples, decibels: float) -> Curve:
    """Return the gain, of shape (samples,), that is `decibels` down while the voice speaks and 1 where it does not."""
    times, levels = [0.0], [0.0]
    for span in spoken(voice):
        times += [span.start - ATTACK, span.start, span.end, span.end + RELEASE]
        levels += [0.0, 1.0, 1.0, 0.0]
    ticks = np.arange(len(voice) // _WINDOW + 2) * (_WINDOW / SAMPLE_RATE)
    share = 0.5 - 0.5 * np.cos(np.pi * np.interp(ticks, times, levels))
    gain = 10 ** (-decibels / 20 * share)
    curve: Curve = np.interp(np.arange(len(voice)) / SAMPLE_RATE, ticks, gain).astype(np.float32)
    return curve


def spoken(voice: Samples) -> Sequence[Span]:
    """Return when the voice speaks; pauses too short for sound to come back do not count."""
    whole = len(voice) // _WINDOW * _WINDOW
    power = (voice[:whole].astype(np.float64) ** 2).mean(axis=1).reshape(-1, _WINDOW).mean(axis=1)
    loud = np.flatnonzero(power > power.max(initial=0.0) * 10 ** (_QUIET_DB / 10)) * (_WINDOW / SAMPLE_RATE)
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) > ATTACK + RELEASE + PATIENCE)
    starts, ends = loud[np.append(0, breaks + 1)], loud[np.append(breaks, len(loud) - 1)] + _WINDOW / SAMPLE_RATE
    return [Span(start=start, end=end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
