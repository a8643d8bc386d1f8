"""How loud samples in memory are, as ITU-R BS.1770-4 and EBU R 128 count, without a process for each look.

Filters work on blocks with some samples of their neighbours, so that memory does not grow with the length.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from app.media.sound import SAMPLE_RATE, Samples

SILENT_LUFS = -70.0
"""The absolute gate of BS.1770: below it nothing counts as sound."""

Levels = npt.NDArray[np.float64]

HOP = SAMPLE_RATE // 10
"""Samples from one measured block of 0.4 s to the next: three quarters of each are the one's before it."""

_HOPS = 4  # in a block
_RELATIVE_GATE = -10.0  # LU
_OFFSET = -0.691  # BS.1770: what makes a 997 Hz sine's loudness equal to its level
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))  # BS.1770-4, tables 1 and 2, 48 kHz
_LEAD = 1 << 14  # samples after which the high-pass at 38 Hz has forgotten what was before: 0.995 ** 16384 < 1e-35
_BLOCK = 1 << 18
_TAPS, _PHASES = 32, 4  # BS.1770's annex 2 asks for 4 times the rate at least


def blocks(length: int, size: int, margin: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (start, end) of each block of at most `size`, and the same with a margin within the whole."""
    for start in range(0, length, size):
        end = min(length, start + size)
        yield start, end, max(0, start - margin), min(length, end + margin)


def hearing_power(samples: Samples) -> Levels:
    """Return the power of each sample as the ear weighs it (K-weighting), both channels added, shape (samples,)."""
    power = np.empty(len(samples))
    for start, end, first, last in blocks(len(samples), _BLOCK, _LEAD):
        count = _LEAD + last - first
        weighted = np.fft.irfft(np.fft.rfft(samples[first:last], count, axis=0) * _weighting(count)[:, None], axis=0)
        power[start:end] = (weighted[start - first : end - first] ** 2).sum(axis=1)
    return power


@cache
def _weighting(count: int) -> npt.NDArray[np.complex128]:
    """Return the K-weighting's response at the frequencies of a transform of `count` samples (an even number)."""
    back = np.exp(-2j * np.pi * np.fft.rfftfreq(count))
    response = np.ones(len(back), np.complex128)
    for over, under in (_SHELF, _HIGH_PASS):
        response *= np.polyval(over[::-1], back) / np.polyval(under[::-1], back)
    return response


def in_hops(power: Levels) -> Levels:
    """Return the mean power of each tenth of a second; what is shorter at the end is left out."""
    whole = len(power) // HOP * HOP
    hops: Levels = power[:whole].reshape(-1, HOP).mean(axis=1)
    return hops


def gated(hops: Levels) -> float | None:
    """Return the loudness in LUFS of powers in tenths of a second, twice gated; None where nothing sounds."""
    if len(hops) < _HOPS:
        return None
    power = np.convolve(hops, np.full(_HOPS, 1 / _HOPS), "valid")
    heard = power[power > _power(SILENT_LUFS)]
    if not len(heard):
        return None
    heard = heard[heard > heard.mean() * 10 ** (_RELATIVE_GATE / 10)]
    return float(_OFFSET + 10 * np.log10(heard.mean()))


def _power(loudness: float) -> float:
    return float(10 ** ((loudness - _OFFSET) / 10))


def loudness(samples: Samples) -> float | None:
    """Return the integrated loudness in LUFS, None for silence. Less than 0.4 s is repeated to be measured at all."""
    power = hearing_power(samples)
    if 0 < len(power) < _HOPS * HOP:
        power = np.tile(power, -(-20 * HOP // len(power)))
    return gated(in_hops(power))


def peaks(samples: Samples) -> Levels:
    """Return, for each sample, the largest value of either channel at it or between it and the next, (samples,)."""
    largest = np.abs(samples).max(axis=1).astype(np.float64) if len(samples) else np.zeros(0)
    for start, end, first, last in blocks(len(samples), _BLOCK, _TAPS):
        for taps in _between():
            for channel in samples[first:last].T:
                between = np.abs(np.convolve(channel, taps, "same"))
                np.maximum(largest[start:end], between[start - first : end - first], out=largest[start:end])
    return largest


@cache
def _between() -> tuple[Samples, ...]:
    """Return the filters that tell the wave's values a quarter, a half and three quarters after each sample."""
    at = np.arange(_TAPS) - _TAPS / 2
    shifted = [at + phase / _PHASES for phase in range(1, _PHASES)]
    ideal = [np.sinc(places) * np.i0(8 * np.sqrt(np.maximum(0, 1 - (places / (_TAPS / 2)) ** 2))) for places in shifted]
    return tuple((taps / taps.sum()).astype(np.float32) for taps in ideal)


def true_peak(samples: Samples) -> float | None:
    """Return the highest peak in dBTP, None for silence."""
    highest = peaks(samples).max(initial=0.0)
    return float(20 * np.log10(highest)) if highest > 0 else None
