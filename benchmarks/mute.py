"""Muted voices: how quiet it is inside the spans, and how unchanged outside them."""

import tempfile
from pathlib import Path

from app.media.mute import mute_voice
from app.media.probe import probe
from app.media.vad import speech
from app.models.control import Control
from app.models.timing import Span
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import SEEDS
from benchmarks.tools.voices import between, cut, decibels, filmed, mixture, origin, read

INSIDE, OUTSIDE = -40.0, 0.1
"""dB: bars."""

_EDGE = 0.05  # s at each end that is left out: an AAC frame's smear, and outside the fades
_SECONDS = 60.0


def run(quick: bool) -> list[Figure]:
    """Measure sentences over rain in a phone's video, muted where the product hears them; three files unless quick."""
    worst = [_measured(number) for number in SEEDS[: 1 if quick else 3]]
    inside, outside, whole = (max(column) for column in zip(*worst, strict=True))
    before = f"the same file before ({len(worst)} x {_SECONDS:.0f} s, {origin()} in rain)"
    return [
        Figure(name="mute, inside the spans, loudest", value=inside, unit="dB", against=before, bar=INSIDE),
        Figure(name="mute, outside the spans, largest change", value=outside, unit="dB", against=before, bar=OUTSIDE),
        Figure(name="mute, all sentences, with what is not heard as speech", value=whole, unit="dB", against=before),
    ]


def _measured(number: int) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        made = mixture(_SECONDS, number)
        source, out = filmed(made.heard, Path(name) / "before.mp4"), Path(name) / "after.mp4"
        info = probe(source)
        spans = speech(source, Control(), info.duration)
        mute_voice(source, info, out, 0.0, spans, control=Control())
        before, after = read(source), read(out)

        def change(span: Span) -> float:
            return decibels(cut(after, span, _EDGE), cut(before, span, _EDGE))

        inside = max(change(span) for span in spans if span.length > 4 * _EDGE)
        outside = max(abs(change(span)) for span in between(spans, info.duration))
        return inside, outside, max(change(span) for span in made.spans)
