"""Where a shot may change in pictures that are some frames apart, so that those between them have to be looked at.

Each rule is a little easier to meet than the one for all frames in `app.media.shots`.
"""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.media.shots import CUT_DIFF, hard_cuts
from app.media.signals import BLEND, Flags, Meter, Numbers, Signals, blend_of
from app.models.timing import Span

STEP_HISTOGRAM = 0.2
STEP_OVER_MEDIAN = 2.0
STEP_WINDOW = 4
"""From one picture to the next, a change may be a cut when `diff` is at least `CUT_DIFF`, `histogram` the first, and
`diff` so many times the median of so many steps on either side."""

BLEND_CHANGE = 12.0
BLEND_OFF = 0.27
BLEND_ALIKE = 0.7
"""One picture may be blended into another within these."""

DARK_LUMA = 40.0
DARK_CONTRAST = 25.0
"""Below both, a fade's bottom may be near: it takes 12 frames, and at most four of them are not looked at in turn."""

REACH = BLEND / 30
"""Seconds: a dissolve that is noticed is no longer than this."""

AROUND_CUT = (0.4, 0.4)
AROUND_SLOW = (0.7, 0.6)
"""Seconds before and after a picture that have to be looked at."""

NEXT = 1.6
"""Frames: pictures that are no further apart are neighbours."""


class Slow:
    """Notices dissolves and fades in pictures that need not be evenly apart."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, Numbers]] = deque()

    def add(self, time: float, meter: Meter) -> bool:
        """Look at the newest picture; return whether it may be dark in a fade, or the second end of a dissolve."""
        luma, contrast = (meter.recent(name, 1)[0] for name in ("luma", "contrast"))
        return self.is_blended(time, meter.smooth) or (luma < DARK_LUMA and contrast < DARK_CONTRAST)

    def is_blended(self, time: float, picture: Numbers) -> bool:
        """Take the next picture; return whether it may be the second end of a dissolve of `BLEND` frames."""
        if self._recent and self._recent[-1][1].shape != picture.shape:
            self._recent.clear()
        self._recent.append((time, picture))
        while len(self._recent) > 1 and self._recent[1][0] <= time - REACH:
            self._recent.popleft()
        begin, first = self._recent[0]
        if len(self._recent) < 3 or begin > time - REACH / 2:
            return False
        middle_time, middle = min(self._recent, key=lambda seen: abs(seen[0] - (begin + time) / 2))
        change, off, alike = blend_of(first, middle, picture, (middle_time - begin) / (time - begin))
        return change >= BLEND_CHANGE and off < BLEND_OFF and alike < BLEND_ALIKE


def neighbours(signals: Signals) -> Flags:
    """Return for each picture whether the one before it is the frame just before it."""
    return np.append([False], np.diff(signals.time) < NEXT / signals.fps)


def doubts(signals: Signals, slow: Flags, firsts: Sequence[int]) -> list[Span]:
    """Return the spans (s) that have to be looked at frame by frame, in order and apart from each other.

    `slow` says where a slow change was noticed, `firsts` where groups begin, the last one where what follows them does.
    """
    steps = {i for a, b in pairwise(firsts) for i in may_be_cuts(signals, a, b)}
    steps |= {at for at in firsts[1:] if at < len(signals) and not is_told(signals, at)}
    last = signals.time[firsts[-1] - 1] + REACH
    slowly = (i for i in np.flatnonzero(slow).tolist() if signals.time[i] <= last)
    spans = [_around(signals.time[i - 1], signals.time[i], AROUND_CUT) for i in sorted(steps)]
    spans += [_around(signals.time[i], signals.time[i], AROUND_SLOW) for i in slowly]
    return united(spans)


def is_told(signals: Signals, at: int) -> bool:
    """Return whether it is clear if a shot begins at picture `at`, the first of a group."""
    if not neighbours(signals)[at]:
        return False
    return bool(signals.diff[at] < CUT_DIFF) or at in hard_cuts(signals)


def may_be_cuts(signals: Signals, first: int, end: int) -> list[int]:
    """Return those of the pictures `first` + 1 to `end` that may be of another shot than the one before."""
    diff, histogram = signals.diff[first + 1 : end], signals.histogram[first + 1 : end]
    large = np.flatnonzero((diff >= CUT_DIFF) & (histogram >= STEP_HISTOGRAM)).tolist()
    return [first + 1 + at for at in large if diff[at] >= STEP_OVER_MEDIAN * _median_around(diff, at)]


def united(spans: list[Span]) -> list[Span]:
    """Return the spans in order, those that overlap or touch as one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if found and span.start <= found[-1].end:
            found[-1] = Span(start=found[-1].start, end=max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _around(begin: float, end: float, seconds: tuple[float, float]) -> Span:
    return Span(start=max(0.0, float(begin) - seconds[0]), end=float(end) + seconds[1])


def _median_around(values: npt.NDArray[np.float32], at: int) -> float:
    around = np.concatenate([values[max(0, at - STEP_WINDOW) : at], values[at + 1 : at + STEP_WINDOW + 1]])
    return float(np.median(around)) if around.size else 0.0
