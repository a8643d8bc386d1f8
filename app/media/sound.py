"""A clip's sound: voice and the footage's own sound on one track of exactly the clip's length, then its loudness.

Everything is 48 kHz stereo in 32-bit float until the one AAC encoding, so nothing clips before the limiter.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.media.ffmpeg import Input, Workplace
from app.models.edit import Edit
from app.models.timing import OUTPUT_FPS

SAMPLE_RATE = 48_000
SAMPLES_PER_FRAME = SAMPLE_RATE // OUTPUT_FPS
"""1600: every frame of picture is a whole number of samples."""

_FADE_SAMPLES = SAMPLE_RATE // 100  # 10 ms at each joint: too short to hear as a fade, long enough not to click
_CHANNELS = 2
_DECODED = "decoded.f32"

Samples = npt.NDArray[np.float32]
"""Sound as float32 of shape (samples, 2)."""


@dataclass(frozen=True)
class Take:
    """`frames` frames of sound of `path` from `start` seconds; a path of None is silence."""

    path: Path | None
    start: float
    frames: int


def takes_of(edit: Edit, sounding: dict[str, Path]) -> tuple[Take, ...]:
    """Return the sound under each shot; `sounding` has the sources, by content hash, that have sound."""
    return tuple(Take(sounding.get(shot.source), shot.source_start, shot.frames) for shot in edit.shots)


def mix(edit: Edit, takes: Sequence[Take], voice: Path | None, place: Workplace) -> Samples:
    """Return voice (from frame 0) and, if the edit has it on, the footage's sound at its level, for the whole clip."""
    total = np.zeros((edit.frames * SAMPLES_PER_FRAME, _CHANNELS), np.float32)
    if voice is not None:
        spoken = _decode(voice, 0.0, len(total), place)
        total[: len(spoken)] += spoken
    if edit.source_sound.mode == "on":
        total += np.float32(10 ** (edit.source_sound.level_db / 20)) * _joined(takes, place)
    return total


def _joined(takes: Sequence[Take], place: Workplace) -> Samples:
    """Return the takes one after the other, each faded in and out so that no joint clicks."""
    pieces = []
    for take in takes:
        piece = np.zeros((take.frames * SAMPLES_PER_FRAME, _CHANNELS), np.float32)
        if take.path is not None:
            heard = _decode(take.path, take.start, len(piece), place)
            piece[: len(heard)] = heard
        pieces.append(_faded(piece))
    return np.concatenate(pieces)


def _faded(piece: Samples) -> Samples:
    """Fade both ends over 10 ms along a quarter sine, whose power adds up to one with its neighbour's."""
    length = min(_FADE_SAMPLES, len(piece) // 2)
    ramp = np.sin((np.arange(length, dtype=np.float32) + 0.5) / length * np.float32(np.pi / 2))[:, None]
    piece[:length] *= ramp
    piece[len(piece) - length :] *= ramp[::-1]
    return piece


def _decode(path: Path, start: float, samples: int, place: Workplace) -> Samples:
    """Return at most `samples` samples from `start` seconds; what the file lacks before its sound begins is silence."""
    place.run(
        f"reading the sound of {path.name}",
        (Input(path, ("-ss", f"{start:.6f}", "-t", f"{samples / SAMPLE_RATE + 0.1:.6f}")),),
        (
            *("-map", "0:a:0", "-vn", "-sn", "-dn", "-af", f"aresample={SAMPLE_RATE}:async=1:first_pts=0"),
            *("-ac", str(_CHANNELS), "-c:a", "pcm_f32le", "-f", "f32le", _DECODED),
        ),
    )
    heard = np.fromfile(place.folder / _DECODED, np.float32)
    (place.folder / _DECODED).unlink()
    return heard[: len(heard) // _CHANNELS * _CHANNELS].reshape(-1, _CHANNELS)[:samples]


def write_wav(place: Path, samples: Samples) -> None:
    """Write 48 kHz stereo as a WAV of 32-bit floats (WAVE_FORMAT_IEEE_FLOAT, which the `wave` module cannot write)."""
    body = np.ascontiguousarray(samples, "<f4").tobytes()
    width = 4 * _CHANNELS
    fmt = struct.pack("<HHIIHH", 3, _CHANNELS, SAMPLE_RATE, SAMPLE_RATE * width, width, 32)
    head = b"WAVE" + b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(body))
    place.write_bytes(b"RIFF" + struct.pack("<I", len(head) + len(body)) + head + body)
