"""Sound of known make: sentences over noise like rain, each by itself, and how much of each is left in another one."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.media.sound import SAMPLE_RATE, write_wav
from app.models.timing import Span
from app.tests.footage import say
from benchmarks.tools.footage import run_ffmpeg

Mono = npt.NDArray[np.float32]
"""48 kHz, of shape (samples,)."""

LINES = (
    "The shop opens at nine and closes late in the evening, every day of the week.",
    "Nobody had expected such a quiet answer from the man at the window.",
    "We walked along the river until the rain had stopped.",
)

_NOISE = 0.02  # of full scale before it is smoothed, as in the shared tool
_PAUSES = (1.0, 4.0)  # s
_FRAME, _HOP = 1024, 512
_CELL = 8  # frames and bands of one cell: 85 ms by 375 Hz


@dataclass(frozen=True)
class Mixture:
    """Sentences and noise of one length, which add up to what is heard, and where the sentences are, in seconds."""

    speech: Mono
    noise: Mono
    spans: tuple[Span, ...]

    @property
    def heard(self) -> Mono:
        """Both together."""
        return self.speech + self.noise


def mixture(seconds: float, number: int) -> Mixture:
    """Return so many seconds; another `number` gives another noise and other pauses."""
    rng, count = np.random.default_rng(number), round(seconds * SAMPLE_RATE)
    noise = rng.standard_normal(count).astype(np.float32)
    for _ in range(2):
        noise = np.convolve(noise, np.array([0.25, 0.5, 0.25], np.float32), "same")
    speech, at = np.zeros(count, np.float32), 1.0
    spans: list[Span] = []
    sentences = _sentences()
    while True:
        one = sentences[rng.integers(len(sentences))]
        first = round(at * SAMPLE_RATE)
        if first + len(one) + SAMPLE_RATE // 2 > count:
            return Mixture(speech, noise * _NOISE, tuple(spans))
        speech[first : first + len(one)] += one
        spans.append(Span(start=at, end=at + len(one) / SAMPLE_RATE))
        at = spans[-1].end + rng.uniform(*_PAUSES)


def _sentences() -> list[Mono]:
    """Return recorded sentences where the test media have some, else synthetic ones."""
    media = os.environ.get("EDIT_FACTORY_TEST_MEDIA")
    recorded = sorted((Path(media) / "speech").glob("*.wav")) if media else []
    if recorded:
        return [read(path) for path in recorded]
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        return [read(say(Path(name) / f"{number}.wav", line)) for number, line in enumerate(LINES)]


def origin() -> str:
    """Return in words whose sentences they are."""
    return "recorded sentences" if os.environ.get("EDIT_FACTORY_TEST_MEDIA") else "synthetic sentences"


def read(path: Path) -> Mono:
    """Return a file's sound from its second 0 on."""
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        raw = Path(name) / "sound.f32"
        rate = f"aresample={SAMPLE_RATE}:async=1:first_pts=0"
        run_ffmpeg("-i", str(path), "-vn", "-af", rate, "-ac", "1", "-c:a", "pcm_f32le", "-f", "f32le", str(raw))
        return np.fromfile(raw, np.float32)


def filmed(sound: Mono, out: Path) -> Path:
    """Write a plain grey video with this sound, as a phone does (AAC), and return it."""
    wav = out.with_suffix(".wav")
    write_wav(wav, np.stack([sound, sound], axis=1))
    picture = f"color=0x606060:s=1280x720:r=30:d={len(sound) / SAMPLE_RATE:.3f}"
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "192k", str(out)]
    run_ffmpeg("-f", "lavfi", "-i", picture, "-i", str(wav), *coded)
    return out


def decibels(after: Mono, before: Mono) -> float:
    """Return how much louder `after` is than `before`, in dB; -120 for silence."""
    powers = [float(np.mean(np.square(one, dtype=np.float64))) for one in (after, before)]
    return max(-120.0, 10 * float(np.log10(max(powers[0], 1e-30) / max(powers[1], 1e-30))))


def cut(sound: Mono, span: Span, inset: float = 0.0) -> Mono:
    """Return what sounds in a span (seconds), without `inset` seconds at both ends."""
    return sound[round((span.start + inset) * SAMPLE_RATE) : max(0, round((span.end - inset) * SAMPLE_RATE))]


def between(spans: Sequence[Span], end: float, shortest: float = 0.5) -> list[Span]:
    """Return the pauses between spans, from 0 to `end` seconds, that last at least `shortest`."""
    edges = [(0.0, 0.0), *((span.start, span.end) for span in spans), (end, end)]
    gaps = [(one[1], other[0]) for one, other in pairwise(edges)]
    return [Span(start=start, end=stop) for start, stop in gaps if stop - start >= shortest]


def left_of(heard: Mono, speech: Mono, noise: Mono) -> tuple[float, float]:
    """Return how much is left of speech and of noise in `heard`, in dB.

    In each cell of the spectrogram `heard` is taken apart into a multiple of each and a rest (least squares, as BSS
    Eval does with its filters): so a mask that changes over time and pitch is seen as what it lets through.
    """
    h, s, n = (_cells(one) for one in (heard, speech, noise))
    ss, nn = (np.sum(np.abs(one) ** 2, axis=-1) for one in (s, n))
    sn, sh, nh = np.sum(s.conj() * n, -1), np.sum(s.conj() * h, -1), np.sum(n.conj() * h, -1)
    determinant = ss * nn - np.abs(sn) ** 2 + 1e-12 * ss * nn + 1e-30
    of_speech, of_noise = (nn * sh - sn * nh) / determinant, (ss * nh - sn.conj() * sh) / determinant
    kept = [(np.sum(np.abs(a) ** 2 * power), np.sum(power)) for a, power in ((of_speech, ss), (of_noise, nn))]
    one, other = (10 * float(np.log10(max(after, 1e-30) / max(before, 1e-30))) for after, before in kept)
    return one, other


def _cells(sound: Mono) -> npt.NDArray[np.complex128]:
    """Return the spectrogram as cells, shape (cells, values in each)."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP] * np.hanning(_FRAME)
    spectrum = np.fft.rfft(frames, axis=1)
    rows, columns = spectrum.shape[0] // _CELL, spectrum.shape[1] // _CELL
    cells = spectrum[: rows * _CELL, : columns * _CELL].reshape(rows, _CELL, columns, _CELL)
    return np.ascontiguousarray(cells.transpose(0, 2, 1, 3).reshape(rows * columns, _CELL * _CELL))
