"""How loud sound stays over time: at a share of itself inside spans, as it is outside, with a fade between them."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from app.models.timing import Span

Samples = npt.NDArray[np.float32]

FADE_SECONDS = 0.02
"""Length of the fades, which lie outside the spans: inside, every sample is at the share that is kept."""


class Envelope:
    """The gain: `keep` inside `spans`, 1 outside, and on both sides of a span half a cosine of `fade` seconds."""

    def __init__(self, keep: float, spans: Iterable[Span], fade: float = FADE_SECONDS) -> None:
        self._keep, self._fade = keep, fade
        self._spans = merged(spans)
        self._ends = [span.end for span in self._spans]

    def gain(self, samples: range, rate: int) -> Samples:
        """Return the gain, float32 of shape (samples,), of the samples of those numbers at `rate` Hz."""
        first, count = samples.start, len(samples)
        covered = np.zeros(count)
        fade = max(1, round(self._fade * rate))
        for span in self._spans[bisect_right(self._ends, (first - fade - 1) / rate) :]:
            low, high = math.floor(span.start * rate) - first, math.ceil(span.end * rate) - first
            begin, end = max(0, low - fade), min(count, high + fade)
            if low - fade >= count:
                break
            at = np.arange(begin, end)
            away = np.maximum(np.maximum(low - at, at - (high - 1)), 0)  # samples to the span
            covered[begin:end] = np.maximum(covered[begin:end], 0.5 + 0.5 * np.cos(np.pi * away / (fade + 1)))
        return (1.0 - (1.0 - self._keep) * covered).astype(np.float32)


class Quieter:
    """A sound through an envelope, block by block: what is pushed comes back at its gain."""

    def __init__(self, envelope: Envelope, rate: int) -> None:
        self._envelope, self._rate, self._done = envelope, rate, 0

    def push(self, block: Samples) -> Samples:
        """Return the next samples, float32 of shape (samples, channels), at their gain."""
        gain = self._envelope.gain(range(self._done, self._done + len(block)), self._rate)
        self._done += len(block)
        return block * gain[:, None]

    def rest(self) -> Samples:
        """Return nothing: all that was pushed has come back."""
        return np.zeros((0, 1), np.float32)


def merged(spans: Iterable[Span]) -> Sequence[Span]:
    """Return the spans in order, those that overlap or touch as one; empty ones are left out."""
    together: list[Span] = []
    for span in sorted((one for one in spans if one.length > 0), key=lambda one: one.start):
        if together and span.start <= together[-1].end:
            last = together.pop()
            together.append(Span(start=last.start, end=max(last.end, span.end)))
        else:
            together.append(span)
    return together
