"""Spans of a finished clip that are black or stand still, from ffmpeg's detectors.

Either fails unless the footage itself is so there (`app/media/explain.py`): a dark picture between bars, a tripod.
Standing still across a joint between two files always fails, as their pictures differ.
"""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol

from app.models.edit import Edit
from app.models.report import CheckItem
from app.models.timing import Span, frame_nearest

BLACK_SECONDS = 0.5
FROZEN_SECONDS = 2.0
DETECTORS = (
    f"blackdetect=d={BLACK_SECONDS - 0.01}:pic_th=0.92:pix_th=0.04,freezedetect=n=-60dB:d={FROZEN_SECONDS - 0.01}"
)
"""92 % of the picture below 4 % of white: captions take up to 5 % of a canvas, black bars beside a wide picture up to
80 %. A hundredth of a second less than told, as the detectors count from frame to frame."""


class Explains(Protocol):
    """Says whether the footage itself is black, or stands still, during a span of the clip's time."""

    def is_black(self, span: Span) -> bool:
        """Whether the footage is black there."""
        ...

    def stands_still(self, span: Span) -> bool:
        """Whether the footage stands still there."""
        ...


def black_item(log: str, edit: Edit, footage: Explains) -> CheckItem:
    """Return whether ffmpeg's log names black spans that the footage does not explain."""
    spans = black_spans(log)
    bad = [span for span in spans if not footage.is_black(span)]
    return _told("black", bad, spans, edit)


def frozen_item(log: str, edit: Edit, footage: Explains) -> CheckItem:
    """Return whether ffmpeg's log names spans that stand still without a reason in the edit or its footage."""
    spans = frozen_spans(log, edit.seconds)
    bad = [span for span in spans if _crosses_files(span, edit) or not footage.stands_still(span)]
    return _told("frozen", bad, spans, edit)


def _told(name: str, bad: Sequence[Span], spans: Sequence[Span], edit: Edit) -> CheckItem:
    if bad:
        return CheckItem(name=name, ok=False, detail=_named(bad))
    explained = f"{_named(spans)}, as in the footage" if spans else f"none of {edit.seconds:.2f} s"
    return CheckItem(name=name, ok=True, detail=explained)


def black_spans(log: str) -> list[Span]:
    """Return the black spans the log names."""
    return [
        Span(start=float(start), end=max(float(start), float(end)))
        for start, end in re.findall(r"black_start:\s*([\d.]+) black_end:\s*([\d.]+)", log)
    ]


def frozen_spans(log: str, length: float) -> list[Span]:
    """Return the still spans the log names; one that lasts to the end of the clip (`length` s) is not closed there."""
    spans: list[Span] = []
    start: float | None = None
    for edge, time in re.findall(r"freeze_(start|end): ([\d.]+)", log):
        if edge == "start":
            start = float(time)
        elif start is not None:  # a broken file's log is so long that its beginning may be lost
            spans.append(Span(start=start, end=max(start, float(time))))
            start = None
    return spans if start is None else [*spans, Span(start=start, end=max(start, length))]


def _crosses_files(span: Span, edit: Edit) -> bool:
    """Whether a joint between two files lies inside the span, a frame from its ends."""
    joints = accumulate(shot.frames for shot in edit.shots[:-1])
    inside = range(frame_nearest(span.start) + 2, frame_nearest(span.end) - 1)
    return any(
        joint in inside and before.source != after.source
        for joint, before, after in zip(joints, edit.shots, edit.shots[1:], strict=False)
    )


def _named(spans: Sequence[Span]) -> str:
    return ", ".join(f"{span.start:.2f} to {span.end:.2f} s" for span in spans)
