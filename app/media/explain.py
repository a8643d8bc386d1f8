"""What the footage itself shows where a finished clip is black or stands still.

A night sky between black bars looks black to a detector, and a tripod shot stands still once the encoder has smoothed
its grain away. Neither is a fault of the clip; one that the footage does not show is. So the footage of the shots in
question is framed again, small and without captions, and the same detectors look at it.
"""

from collections.abc import Sequence

from app.media.ffmpeg import Workplace
from app.media.graph import Part, inputs, picture
from app.media.spans import black_spans, frozen_spans
from app.models.edit import Canvas
from app.models.timing import Span, seconds_of

_SHRINK = 8
"""Framed at an eighth of the size, 64 pixels are one: grain is gone, what moves still does."""

_DETECTORS = "blackdetect=d=0.1:pic_th=0.9:pix_th=0.05,freezedetect=n=-44dB:d=0.3"
"""A little easier to satisfy than the clip's own detectors, as nothing was encoded here.

-44 dB is a mean change of 1.6 levels. Measured at this size on real clips, between pictures 2 s apart: an unmoving
speaker or empty set 0.02 to 0.1, an empty street 0.5 to 0.9, hands and hand-held shots 2.7 and more."""

_ENOUGH = 0.8
"""Share of a shot's part of a span that the footage must explain: detectors begin and end a few frames off."""


class Explainer:
    """Looks at the footage of an edit's parts, each at most once."""

    def __init__(self, parts: Sequence[Part], canvas: Canvas, place: Workplace) -> None:
        self._parts = parts
        self._canvas = Canvas(width=_small(canvas.width), height=_small(canvas.height))
        self._place = place
        self._seen: dict[int, tuple[list[Span], list[Span]]] = {}

    def is_black(self, span: Span) -> bool:
        """Whether the footage is as black as the clip during `span` of the clip's time."""
        return all(self._covers(part, span, 0) for part in self._within(span))

    def stands_still(self, span: Span) -> bool:
        """Whether the footage stands still, as far as a person would see, during `span` of the clip's time."""
        return all(self._covers(part, span, 1) for part in self._within(span))

    def _within(self, span: Span) -> list[Part]:
        return [part for part in self._parts if span.overlap(part.frames.seconds) > seconds_of(2)]

    def _covers(self, part: Part, span: Span, kind: int) -> bool:
        if part.index not in self._seen:
            self._seen[part.index] = self._look(part)
        shown = part.frames.seconds
        asked = Span(start=max(span.start, shown.start), end=min(span.end, shown.end))
        explained = sum(asked.overlap(found) for found in self._seen[part.index][kind])
        return explained >= _ENOUGH * asked.length

    def _look(self, part: Part) -> tuple[list[Span], list[Span]]:
        shown = picture(part, self._canvas, captions=False, then=_DETECTORS)
        length = ("-frames:v", str(part.frames.count))
        log = self._place.run(
            f"looking again at {part.described}", inputs(part), (*shown, "-an", *length, "-f", "null", "-")
        )
        time = part.frames.seconds
        return (
            [found.later(time.start) for found in black_spans(log)],
            [found.later(time.start) for found in frozen_spans(log, time.length)],
        )


def _small(pixels: int) -> int:
    return max(16, pixels // _SHRINK // 2 * 2)
