"""How loud samples in memory are, as ITU-R BS.1770-4 and EBU R 128 count, without a process for each look.

Filters work on blocks with some samples of their neighbours, so that memory does not grow with the length.
"""

from collections.abc import Iterator
from functools import cache
from typing import Protocol

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
_TRANSFORM = 1 << 18  # samples that are filtered at once, the lead included
_BLOCK = 1 << 18
_TAPS, _PHASES = 32, 4  # BS.1770's annex 2 asks for 4 times the rate at least


class Sound(Protocol):
    """Samples that are read piece by piece: those of an array, or of a file."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Samples: ...


def blocks(length: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each block of at most `size`."""
    for start in range(0, length, size):
        yield start, min(length, start + size)


def hearing_power(sound: Sound, each: int) -> Levels:
    """Return the mean power of each `each` samples as the ear weighs it (K-weighting), both channels added.

    Behind the last sample is silence.
    """
    power = np.empty(-(-len(sound) // each))
    for start, end in blocks(len(sound), (_TRANSFORM - _LEAD) // each * each):
        first = max(0, start - _LEAD)
        squares = sum(_weighted(channel)[start - first : end - first] ** 2 for channel in sound[first:end].T)
        power[start // each : -(-end // each)] = _in_groups(np.asarray(squares), each).mean(axis=1, dtype=np.float64)
    return power


def _weighted(channel: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return at most `_TRANSFORM - _LEAD` samples as the ear weighs them, or more whose first `_LEAD` do not count."""
    spectrum = np.fft.rfft(np.ascontiguousarray(channel), _TRANSFORM)
    spectrum *= _weighting(_TRANSFORM)
    return np.fft.irfft(spectrum, _TRANSFORM)[: len(channel)].astype(np.float32, copy=False)


def _in_groups(values: npt.NDArray[np.float32], each: int) -> npt.NDArray[np.float32]:
    return np.pad(values, (0, -len(values) % each)).reshape(-1, each)


@cache
def _weighting(count: int) -> npt.NDArray[np.complex64]:
    """Return the K-weighting's response at the frequencies of a transform of `count` samples (an even number)."""
    back = np.exp(-2j * np.pi * np.fft.rfftfreq(count))
    response = np.ones(len(back), np.complex128)
    for over, under in (_SHELF, _HIGH_PASS):
        response *= np.polyval(over[::-1], back) / np.polyval(under[::-1], back)
    return response.astype(np.complex64)


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


def loudness(sound: Sound) -> float | None:
    """Return the integrated loudness in LUFS, None for silence. Less than 0.4 s is repeated to be measured at all."""
    if 0 < len(sound) < _HOPS * HOP:
        power = np.tile(hearing_power(sound, 1), -(-20 * HOP // len(sound)))
        return gated(power[: len(power) // HOP * HOP].reshape(-1, HOP).mean(axis=1))
    return gated(hearing_power(sound, HOP)[: len(sound) // HOP])


def peaks(sound: Sound, each: int) -> Levels:
    """Return, for each `each` samples, the largest value of either channel at one or between it and the next."""
    largest = np.zeros(-(-len(sound) // each))
    for start, end in blocks(len(sound), _BLOCK // each * each):
        first = max(0, start - _TAPS)
        for channel in sound[first : end + _TAPS].T:
            highest = _highest(np.ascontiguousarray(channel))[start - first : end - first]
            place = slice(start // each, -(-end // each))
            largest[place] = np.maximum(largest[place], _in_groups(highest, each).max(axis=1))
    return largest


def _highest(channel: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return, for each sample, the largest value at it or between it and the next."""
    highest = np.abs(channel)
    if len(channel) >= _TAPS:
        for taps in _between():
            between = np.convolve(channel, taps, "same")
            np.maximum(highest, np.abs(between, out=between), out=highest)
    return highest


@cache
def _between() -> tuple[Samples, ...]:
    """Return the filters that tell the wave's values a quarter, a half and three quarters after each sample."""
    at = np.arange(_TAPS) - _TAPS / 2
    shifted = [at + phase / _PHASES for phase in range(1, _PHASES)]
    ideal = [np.sinc(places) * np.i0(8 * np.sqrt(np.maximum(0, 1 - (places / (_TAPS / 2)) ** 2))) for places in shifted]
    return tuple((taps / taps.sum()).astype(np.float32) for taps in ideal)


def true_peak(sound: Sound) -> float | None:
    """Return the highest peak in dBTP, None for silence."""
    highest = peaks(sound, _BLOCK).max(initial=0.0)
    return float(20 * np.log10(highest)) if highest > 0 else None
