"""How loud a clip is (EBU R 128, ITU-R BS.1770), and bringing it to what the places of publication play at.

One gain from one measurement misses, because the limiter takes loudness away again, and AAC takes the highest tones
away and adds to peaks. So gain and ceiling are searched on the samples in memory, which costs no process, and set anew
from what the encoded sound measures until that is right.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.errors import RenderError
from app.media.ffmpeg import Input, Workplace
from app.media.limiter import TICK, at_samples, limiting
from app.media.meter import SILENT_LUFS, Levels, blocks, gated, hearing_power, loudness, peaks, true_peak
from app.media.sound import SAMPLE_RATE, Samples, amplitude, decode_to_file, first_samples, write_blocks
from app.models.report import Loudness

TARGET_LUFS = -14.0
TARGET_PEAK = -1.5
"""dBTP of the finished sound, AAC included."""

ALLOWED_LU, ALLOWED_PEAK = 0.5, -1.0
"""How far a finished clip may be from -14 LUFS, and its highest dBTP: AAC adds up to 1 dB to noise, and each time
another amount, so that the target itself cannot always be kept."""

LOUD_PEAK = -6.0
"""dBTP: a clip that is too quiet is as loud as its peaks let it be when they are above this. The limiter brings clicks
to -1.9, and AAC takes 2 dB from those of one sample."""

QUIET_LUFS = -50.0
"""Below this it is the hiss of a microphone; raising it by 40 dB would only make a clip of noise."""

CLOSE_LU, CLOSE_PEAK = 0.2, -1.3
"""How far from -14 LUFS, and at which highest dBTP, a finished sound is good enough that it is not encoded again."""

_EXACT_LU = 0.02  # the search in memory, which costs nothing
_ROUNDS, _STEPS = 6, 100  # encodings at most, and steps of each search
_AAC_ADDS = 0.4  # dB to peaks of recorded speech and of pink noise that were limited
_RINGING = 2048  # samples that AAC may sound after the end
_NEAR_LU = 1.0  # as near to what the greatest gain would do as is worth raising the noise for
_AT_ONCE = SAMPLE_RATE * 4  # samples
_BLOCK_SECONDS = 0.4  # BS.1770 measures blocks of 0.4 s: less is repeated to be measured at all
_REPEATS = 20
_METER = "ebur128=peak=true:framelog=verbose"
_FINAL, _AAC = "final.wav", "sound.m4a"
_BITRATE = "192k"


def measure(path: Path, seconds: float, place: Workplace) -> Loudness:
    """Return the loudness of the first sound stream of `path`, which lasts `seconds`."""
    repeats = ("-stream_loop", str(_REPEATS)) if seconds < _BLOCK_SECONDS else ()
    log = place.run(
        f"measuring the loudness of {path.name}",
        (Input(path, repeats),),
        ("-map", "0:a:0", "-vn", "-af", _METER, "-f", "null", "-"),
    )
    return read_meter(log)


def read_meter(log: str) -> Loudness:
    """Return what the `ebur128` filter's summary in ffmpeg's log says; silence has neither loudness nor peak."""
    loud = re.findall(r"^\s*I:\s+(\S+) LUFS", log, re.MULTILINE)
    peak = re.findall(r"^\s*Peak:\s+(\S+) dBFS", log, re.MULTILINE)
    integrated = float(loud[-1]) if loud else SILENT_LUFS
    true_peak = float(peak[-1]) if peak else float("-inf")
    return Loudness(
        integrated=integrated if integrated > SILENT_LUFS else None,
        true_peak=true_peak if np.isfinite(true_peak) else None,
    )


def level(
    mixed: Samples, place: Workplace, *, quietest: float = QUIET_LUFS, strict: bool = True
) -> tuple[Path, Loudness]:
    """Bring the clip's mix to -14 LUFS and at most -1.5 dBTP; return it as AAC in MP4, and how loud that is.

    Silence stays silence, and what is quieter than `quietest` LUFS stays as it is. What cannot be brought there, as a
    few clicks in silence, comes as near as its peaks allow; when `strict`, it raises `RenderError` (loudness).
    """
    found = loudness(mixed)
    if found is None or found < quietest:
        return _encode(mixed, None, place)
    shaper = _Shaper(mixed, TARGET_LUFS - quietest)  # what is hiss by itself is not raised between louder things
    target, ceiling = TARGET_LUFS, TARGET_PEAK - _AAC_ADDS
    best: tuple[float, Levels] | None = None
    for _ in range(_ROUNDS):
        gain, reached = shaper.gain(target, ceiling)
        aac, heard = _encode(mixed, gain, place)
        off, over = TARGET_LUFS - _loud(heard), _peak(heard) - TARGET_PEAK
        if (abs(off) <= CLOSE_LU or not (reached or strict)) and _peak(heard) <= CLOSE_PEAK:
            return aac, heard
        if _peak(heard) <= ALLOWED_PEAK and (best is None or abs(off) < best[0]):
            best = abs(off), gain
        target += off if reached else 0.0
        ceiling -= max(0.0, over)
    if best and (best[0] <= ALLOWED_LU or not strict):
        return _encode(mixed, best[1], place)
    raise RenderError(
        f"The sound could not be brought to {TARGET_LUFS:.0f} LUFS: it came to {_loud(heard):.1f} LUFS with peaks of "
        f"{_peak(heard):.1f} dBTP.",
        hint="The sound is mostly silence with short loud bangs; leave the footage's own sound out.",
        subject="sound",
        code="loudness",
    )


def shortfall(heard: Loudness) -> str | None:
    """Return what to know of a clip's sound that is not at -14 LUFS, None where it is or nothing sounds."""
    loud = heard.integrated
    if loud is None or abs(loud - TARGET_LUFS) <= ALLOWED_LU:
        return None
    why = "it is hiss, and was left as it is" if loud < QUIET_LUFS else "its peaks allow no more"
    return f"The sound came to {loud:.1f} LUFS instead of {TARGET_LUFS:.0f}: {why}"


class _Shaper:
    """One mix, and what every gain and ceiling needs to know of it: each millisecond's highest peak, and its power as
    the ear weighs it. It is raised by `furthest` dB at most."""

    def __init__(self, mixed: Samples, furthest: float) -> None:
        self._furthest = furthest
        self._peaks = peaks(mixed, TICK)
        self._power = hearing_power(mixed, TICK)
        self._decibels = 0.0

    def gain(self, target: float, ceiling: float) -> tuple[Levels, bool]:
        """Return the gain by milliseconds that brings the mix to `target` LUFS, limited to `ceiling` dBTP.

        Where none does, the least that comes near what the greatest would do, and False. The limiter is slow beside
        what K-weighting weighs, so that its gain may be put on the weighted power: the result's own loudness differs
        by hundredths.
        """
        for _ in range(_STEPS):
            off = target - self._loudness(self._decibels, ceiling)
            if abs(off) <= _EXACT_LU:
                break
            self._decibels = min(self._furthest, self._decibels + off)
        if off > ALLOWED_LU:
            self._decibels = self._enough(target - off - _NEAR_LU, ceiling)
        return self._curve(self._decibels, ceiling), off <= ALLOWED_LU

    def _enough(self, wanted: float, ceiling: float) -> float:
        """Return the least gain in dB that comes to `wanted` LUFS: more would raise what lies between the peaks."""
        least, most = -self._furthest, self._furthest
        while most - least > _EXACT_LU:
            middle = (least + most) / 2
            least, most = (least, middle) if self._loudness(middle, ceiling) >= wanted else (middle, most)
        return most

    def _loudness(self, decibels: float, ceiling: float) -> float:
        found = gated(self._in_hops(self._power * self._curve(decibels, ceiling) ** 2))
        return SILENT_LUFS if found is None else found

    def _curve(self, decibels: float, ceiling: float) -> Levels:
        gain = amplitude(decibels)
        return gain * limiting(self._peaks * gain, amplitude(ceiling))

    def _in_hops(self, power: Levels) -> Levels:
        """Return the power of tenths of a second from that of milliseconds; of less than 0.4 s, repeated."""
        least = round(_BLOCK_SECONDS * 1000)
        if len(power) < least:
            power = np.tile(power, -(-_REPEATS * least // len(power)))
        hops: Levels = power[: len(power) // 100 * 100].reshape(-1, 100).mean(axis=1)
        return hops


def _loud(loudness: Loudness) -> float:
    return SILENT_LUFS if loudness.integrated is None else loudness.integrated


def _peak(loudness: Loudness) -> float:
    return SILENT_LUFS if loudness.true_peak is None else loudness.true_peak


def _encode(samples: Samples, gain: Levels | None, place: Workplace) -> tuple[Path, Loudness]:
    """Encode sound once, with a gain by milliseconds, as AAC, and measure what comes out of it."""
    write_blocks(place.folder / _FINAL, _gained(samples, gain), len(samples))
    place.run(
        "encoding the sound",
        (Input(place.folder / _FINAL),),
        (
            *("-c:a", "aac", "-b:a", _BITRATE, "-ac", "2"),
            *("-flags:a", "+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1", "-f", "mp4", _AAC),
        ),
    )
    aac, seconds = place.folder / _AAC, len(samples) / SAMPLE_RATE
    if seconds < _BLOCK_SECONDS:
        return aac, measure(aac, seconds, place)
    heard = decode_to_file(aac, first_samples(len(samples) + _RINGING), place)
    return aac, Loudness(integrated=loudness(heard.until(len(samples))), true_peak=true_peak(heard))


def _gained(samples: Samples, gain: Levels | None) -> Iterator[Samples]:
    for start, end in blocks(len(samples), _AT_ONCE):
        block = samples[start:end]
        yield block if gain is None else block * at_samples(gain, range(start, end))[:, None]
