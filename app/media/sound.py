"""Sound in memory, as everything in this folder holds it: 48 kHz stereo in 32-bit float, so that nothing clips before
the limiter; how it is read from files, written to them, and how its ends are faded."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
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
_FRAME_BYTES = 4 * CHANNELS


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


@dataclass(frozen=True)
class Stored:
    """Sound in a file of bare samples, read piece by piece: `count` of them, from sample `first` on."""

    path: Path
    first: int
    count: int

    def until(self, count: int) -> "Stored":
        """Return the first `count` samples, or all where there are fewer."""
        return replace(self, count=min(self.count, count))

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, part: slice, /) -> Samples:
        begin, end, _ = part.indices(self.count)
        place, many = (self.first + begin) * _FRAME_BYTES, max(0, end - begin) * CHANNELS
        return np.fromfile(self.path, np.float32, many, offset=place).reshape(-1, CHANNELS)


def decode(path: Path, span: Span, place: Workplace) -> Samples:
    """Return what sounds in `span` of a file, less when it ends before; where it has no sound yet there is silence."""
    stored = decode_to_file(path, span, place)
    heard = stored[:]
    stored.path.unlink()
    return heard


def decode_to_file(path: Path, span: Span, place: Workplace) -> Stored:
    """Return what `decode` returns, as a file in the place's folder: that of the call before is written over.

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
    file = place.folder / _DECODED
    there = file.stat().st_size // _FRAME_BYTES - lead
    return Stored(file, lead, max(0, min(samples, there)))


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
    write_blocks(place, [samples], len(samples))


def write_blocks(place: Path, blocks: Iterable[Samples], count: int) -> None:
    """Write blocks that have `count` samples together, as `write_wav` does."""
    fmt = struct.pack("<HHIIHH", 3, CHANNELS, SAMPLE_RATE, SAMPLE_RATE * _FRAME_BYTES, _FRAME_BYTES, 32)
    size = count * _FRAME_BYTES
    head = b"WAVE" + b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", size)
    with place.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(head) + size) + head)
        for block in blocks:
            file.write(np.ascontiguousarray(block, "<f4").data)
