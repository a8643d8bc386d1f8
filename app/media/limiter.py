"""A gain that keeps every peak, also those between samples, under a ceiling, and is back soon after.

It is told millisecond by millisecond and goes straight between them. It looks ahead, so that it is down before a peak
comes: nothing is clipped, and no step can be heard.
"""

import numpy as np

from app.media.meter import Levels
from app.media.sound import SAMPLE_RATE, Curve

TICK = SAMPLE_RATE // 1000
"""Samples in a millisecond."""

_REACH = 5  # ms on both sides of a peak: a bass tone is not bent into another
_RELEASE = 0.12  # dB a millisecond back up: 6 dB take 50 ms
_FLOOR = 1e-6


def limiting(peaks: Levels, ceiling: float) -> Levels:
    """Return the gain, at most 1, in each millisecond with which none of its `peaks` (amplitudes) is over `ceiling`."""
    if not (peaks > ceiling).any():
        return np.ones(len(peaks))
    needed = 20 * np.log10(np.minimum(1.0, ceiling / np.maximum(peaks, _FLOOR)))
    # A sample's gain comes from its millisecond and one beside it, and each of these is a mean over the reach.
    lowest = _lowest_around(needed, _REACH + 1)
    slope = np.arange(len(lowest)) * _RELEASE
    released = np.minimum.accumulate(lowest - slope) + slope
    window = np.hanning(2 * _REACH + 3)[1:-1]
    rounded: Levels = np.convolve(np.pad(10 ** (released / 20), _REACH, "edge"), window / window.sum(), "valid")
    return np.minimum(rounded, 1.0)


def _lowest_around(values: Levels, reach: int) -> Levels:
    padded = np.pad(values, reach, "edge")
    lowest: Levels = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    return lowest


def at_samples(ticks: Levels, which: range) -> Curve:
    """Return a gain told in milliseconds for each of some samples."""
    middles = np.arange(len(ticks)) * TICK + (TICK - 1) / 2
    gain: Curve = np.interp(np.asarray(which), middles, ticks).astype(np.float32)
    return gain
