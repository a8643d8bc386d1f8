"""Sound that makes way for a voice: it is down before the first syllable, and comes back when the voice pauses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.media.meter import Levels
from app.media.sound import CHANNELS, SAMPLE_RATE, Curve, Samples
from app.models.timing import Span

ATTACK, RELEASE = 0.15, 0.40
"""Seconds: the way down ends where the voice begins, the way up begins where it ends."""

PATIENCE = 0.25
"""Seconds that a pause must leave between the way up and the way down for the sound to come back: less is pumping."""

_WINDOW = SAMPLE_RATE // 100
_QUIET_DB = -40.0  # under the loudest 10 ms: breath and room are below it, consonants above


@dataclass(frozen=True)
class Ducking:
    """A gain that is down while a voice speaks and 1 where it does not: its values at times in seconds."""

    times: Levels
    values: Levels

    def at(self, which: range) -> Curve:
        """Return the gain of some samples."""
        curve: Curve = np.interp(np.asarray(which) / SAMPLE_RATE, self.times, self.values).astype(np.float32)
        return curve


def ducking(voice: Samples, decibels: float) -> Ducking:
    """Return the gain that is `decibels` down while the voice speaks."""
    times, levels = [0.0], [0.0]
    for span in spoken(voice):
        times += [span.start - ATTACK, span.start, span.end, span.end + RELEASE]
        levels += [0.0, 1.0, 1.0, 0.0]
    ticks = np.arange(len(voice) // _WINDOW + 2, dtype=np.float64) * (_WINDOW / SAMPLE_RATE)
    share = 0.5 - 0.5 * np.cos(np.pi * np.interp(ticks, times, levels))
    lower: Levels = 10 ** (-decibels / 20 * share)
    return Ducking(ticks, lower)


def spoken(voice: Samples) -> Sequence[Span]:
    """Return when the voice speaks; pauses too short for sound to come back do not count."""
    windows = voice[: len(voice) // _WINDOW * _WINDOW].reshape(-1, _WINDOW * CHANNELS)
    power = np.einsum("ws,ws->w", windows, windows)  # without a copy of it all
    loud = np.flatnonzero(power > power.max(initial=0.0) * 10 ** (_QUIET_DB / 10)) * (_WINDOW / SAMPLE_RATE)
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) > ATTACK + RELEASE + PATIENCE)
    starts, ends = loud[np.append(0, breaks + 1)], loud[np.append(breaks, len(loud) - 1)] + _WINDOW / SAMPLE_RATE
    return [Span(start=start, end=end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
