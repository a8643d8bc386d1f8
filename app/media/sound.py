"""Sound in memory, as everything in this folder holds it: 48 kHz stereo in 32-bit float, so that nothing clips before
the limiter; how it is read from files, written to them, and how its ends are faded."""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.media.ffmpeg import Input, Workplace
from app.models.timing import OUTPUT_FPS, Span

SAMPLE_RATE = 48_000
SAMPLES_PER_FRAME = SAMPLE_RATE // OUTPUT_FPS
"""1600: every frame of picture is a whole number of samples."""

CHANNELS = 2

Samples = npt.NDArray[np.float32]
"""Sound as float32 of shape (samples, 2)."""

Curve = npt.NDArray[np.float32]
"""A gain over time: float32 of shape (samples,), 1 for sound as it is."""

_LEAD = SAMPLE_RATE // 5
_MICROSECOND = 1e-6
_DECODED = "decoded.f32"


def silence(samples: int) -> Samples:
    """Return so many samples of nothing."""
    return np.zeros((samples, CHANNELS), np.float32)


def amplitude(decibels: float) -> float:
    """Return the factor that changes sound by so many decibels."""
    return float(10 ** (decibels / 20))


def sample_at(seconds: float) -> int:
    """Return the number of the sample nearest to a time."""
    return round(seconds * SAMPLE_RATE)


def first_samples(count: int) -> Span:
    """Return the seconds in which the first `count` samples sound."""
    return Span(start=0.0, end=count / SAMPLE_RATE)


def decode(path: Path, span: Span, place: Workplace) -> Samples:
    """Return what sounds in `span` of a file, less when it ends before; where it has no sound yet there is silence.

    Decoding begins a little earlier: a packet of AAC or MP3 sounds whole only after the one before it.
    """
    samples = sample_at(span.length)
    lead = min(sample_at(span.start), _LEAD)
    begin, length = span.start - lead / SAMPLE_RATE, (samples + lead) / SAMPLE_RATE + 0.1
    seek = ("-ss", f"{begin:.6f}") if begin >= _MICROSECOND else ()  # a seek to 0 would lose the priming of AAC
    place.run(
        f"reading the sound of {path.name}",
        (Input(path, (*seek, "-t", f"{length:.6f}")),),
        (
            *("-map", "0:a:0", "-vn", "-sn", "-dn", "-af", f"aresample={SAMPLE_RATE}:async=1:first_pts=0"),
            *("-ac", str(CHANNELS), "-c:a", "pcm_f32le", "-f", "f32le", _DECODED),
        ),
    )
    heard = np.fromfile(place.folder / _DECODED, np.float32)
    (place.folder / _DECODED).unlink()
    return heard[: len(heard) // CHANNELS * CHANNELS].reshape(-1, CHANNELS)[lead : lead + samples]


def rising(length: int) -> Curve:
    """Return a quarter sine from 0 to 1: its power adds up to one with that of the same ramp turned around."""
    return np.sin((np.arange(length, dtype=np.float32) + 0.5) / max(1, length) * np.float32(np.pi / 2))


def fade_ends(piece: Samples, rise: int, fall: int) -> Samples:
    """Fade the first `rise` and the last `fall` samples, of each at most half of the piece, and return it."""
    rise, fall = min(rise, len(piece) // 2), min(fall, len(piece) // 2)
    piece[:rise] *= rising(rise)[:, None]
    piece[len(piece) - fall :] *= rising(fall)[::-1, None]
    return piece


def write_wav(place: Path, samples: Samples) -> None:
    """Write 48 kHz stereo as a WAV of 32-bit floats (WAVE_FORMAT_IEEE_FLOAT, which the `wave` module cannot write)."""
    body = np.ascontiguousarray(samples, "<f4").tobytes()
    width = 4 * CHANNELS
    fmt = struct.pack("<HHIIHH", 3, CHANNELS, SAMPLE_RATE, SAMPLE_RATE * width, width, 32)
    head = b"WAVE" + b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(body))
    place.write_bytes(b"RIFF" + struct.pack("<I", len(head) + len(body)) + head + body)
