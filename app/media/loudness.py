"""How loud a clip is (EBU R 128, ITU-R BS.1770), and bringing it to what the places of publication play at.

One gain from one measurement misses, because the limiter takes loudness away again; so gain and ceiling are
changed until a measurement of the result is right, each round from the same unchanged mix.
"""

import re
from pathlib import Path

import numpy as np

from app.errors import RenderError
from app.media.ffmpeg import Input, Workplace
from app.media.sound import SAMPLE_RATE, Samples, write_wav
from app.models.report import Loudness

TARGET_LUFS = -14.0
TARGET_PEAK = -1.5
"""dBTP of the finished sound, AAC included."""

ALLOWED_LU, ALLOWED_PEAK = 0.5, -1.0
"""How far a finished clip may be from -14 LUFS, and its highest dBTP: AAC adds up to 1 dB to noise, and each time
another amount, so that the target itself cannot always be kept."""

SILENT_LUFS = -70.0
"""The absolute gate of BS.1770: below it nothing counts as sound."""

QUIET_LUFS = -50.0
"""Below this it is the hiss of a microphone; raising it by 40 dB would only make a clip of noise."""

_CLOSE_LU, _CLOSE_LU_AAC = 0.2, 0.4
_ROUNDS = 12
_BLOCK_SECONDS = 0.4  # BS.1770 measures blocks of 0.4 s: less is repeated to be measured at all
_REPEATS = 20
_OVERSAMPLED = 4 * SAMPLE_RATE  # the limiter then sees the peaks between samples
_METER = "ebur128=peak=true:framelog=verbose"
_MIXED, _FINAL, _AAC = "mixed.wav", "final.wav", "sound.m4a"
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


def level(mixed: Samples, place: Workplace, *, quietest: float = QUIET_LUFS) -> tuple[Path, Loudness]:
    """Bring the clip's mix to -14 LUFS and at most -1.5 dBTP; return it as AAC in MP4, and how loud that is.

    Silence stays silence, and what is quieter than `quietest` LUFS stays as it is. Raises `RenderError` (loudness)
    when the target cannot be met, as for a few clicks in silence.
    """
    seconds = len(mixed) / SAMPLE_RATE
    repeats = _REPEATS if seconds < _BLOCK_SECONDS else 1
    write_wav(place.folder / _MIXED, np.tile(mixed, (repeats, 1)))
    found = measure(place.folder / _MIXED, seconds * repeats, place)
    if found.integrated is None or found.integrated < quietest:
        return _encode(_MIXED, len(mixed), place)
    target, peak = TARGET_LUFS, TARGET_PEAK
    gain, ceiling = target - found.integrated, peak
    allowed: tuple[float, float] | None = None
    for _ in range(_ROUNDS):
        found = _shape(gain, ceiling, len(mixed) * repeats, place)
        if _within(found, target, _CLOSE_LU, peak):
            aac, heard = _encode(_FINAL, len(mixed), place)
            if _within(heard, TARGET_LUFS, _CLOSE_LU_AAC, TARGET_PEAK):
                return aac, heard
            if _within(heard, TARGET_LUFS, _CLOSE_LU_AAC, ALLOWED_PEAK):
                allowed = gain, ceiling
            target += TARGET_LUFS - _loud(heard)  # AAC takes the highest tones away: noise loses up to 1 LU
            peak -= max(0.0, _peak(heard) - TARGET_PEAK)  # and adds to peaks
        gain += target - _loud(found)
        ceiling -= max(0.0, _peak(found) - peak)
    if allowed:
        _shape(*allowed, len(mixed) * repeats, place)
        return _encode(_FINAL, len(mixed), place)
    raise RenderError(
        f"The sound could not be brought to {TARGET_LUFS:.0f} LUFS: it came to {_loud(found):.1f} LUFS with peaks of "
        f"{_peak(found):.1f} dBTP.",
        hint="The sound is mostly silence with short loud bangs; leave the footage's own sound out.",
        subject="sound",
        code="loudness",
    )


def _loud(loudness: Loudness) -> float:
    return SILENT_LUFS if loudness.integrated is None else loudness.integrated


def _peak(loudness: Loudness) -> float:
    return SILENT_LUFS if loudness.true_peak is None else loudness.true_peak


def _within(loudness: Loudness, target: float, units: float, peak: float) -> bool:
    """Whether the loudness is near the target; a hundredth more for the meter's rounding to tenths."""
    return abs(_loud(loudness) - target) <= units + 0.01 and _peak(loudness) <= peak + 0.01


def _shape(gain: float, ceiling: float, samples: int, place: Workplace) -> Loudness:
    """Write the mix with `gain` dB, limited to `ceiling` dBTP, exactly `samples` long, and return how loud that is."""
    limiter = f"alimiter=limit={10 ** (ceiling / 20):.6f}:attack=5:release=50:level=0:latency=1"
    exact = f"apad=whole_len={samples},atrim=end_sample={samples}"
    chain = f"volume={gain:.3f}dB,aresample={_OVERSAMPLED},{limiter},aresample={SAMPLE_RATE},{exact},{_METER}"
    log = place.run(
        "bringing the sound to its loudness",
        (Input(place.folder / _MIXED),),
        ("-af", chain, "-c:a", "pcm_f32le", "-ar", str(SAMPLE_RATE), _FINAL),
    )
    return read_meter(log)


def _encode(wav: str, samples: int, place: Workplace) -> tuple[Path, Loudness]:
    """Encode the first `samples` of a WAV once, as AAC, and measure what came out."""
    place.run(
        "encoding the sound",
        (Input(place.folder / wav),),
        (
            *("-af", f"atrim=end_sample={samples}", "-c:a", "aac", "-b:a", _BITRATE, "-ac", "2"),
            *("-flags:a", "+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1", "-f", "mp4", _AAC),
        ),
    )
    aac = place.folder / _AAC
    return aac, measure(aac, samples / SAMPLE_RATE, place)
