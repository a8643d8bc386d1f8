"""Where the shots of a file begin and end: decided from its signals alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from app.media.signals import BLEND, LAGS, Numbers, Signals, lag_frames

CUT_DIFF = 10.0
CUT_HISTOGRAM = 0.25
CUT_OVER_MEDIAN = 2.6
CUT_OVER_SECOND = 1.35
CUT_WINDOW = 8
"""A cut's `diff` and `histogram` are at least the first two; it is the largest within the window (frames at 30 a
second), by those factors above the window's median and its second largest value. Measured on made footage with known
cuts (phone and edited style, seeds 3, 5 and 11, a minute each): all of 94 found, none false, and all of 60 of seeds
21 and 22, which were not looked at before; histograms at cuts from 0.56 but for one, elsewhere up to 0.3 outside
flashes and fades."""

PLAIN_DIFF = 30.0
PLAIN_OVER_SECOND = 4.0
"""A change this large and this sudden is a cut although the colours stay, as between two views of one room (there:
48, 5 times the second, with a histogram distance of 0.15)."""

FLASH_SHARE = 0.5
"""After a cut the picture stays different: by at least this share of the change at the cut, 3 to 5 frames later."""

DISSOLVE_CHANGE = 15.0
DISSOLVE_BLEND = 0.2
DISSOLVE_ALIKE = 0.6
DISSOLVE_RUN = 3
"""A dissolve's ends differ by at least the first (`lag14`), its middle is their mean to within the second (`blend`),
they are not the same picture in other light (`alike`), and all that for so many frames (at 30 a second, and no fewer at
lower rates). On the same footage dissolves reach blends of 0.04 to 0.10 and stay for 8 frames (a dissolve of 10 frames:
for 3), pans and motion stay above 0.27; a white car that drives through a picture of 12.5 frames a second reaches 0.09
for 2 frames."""

BLACK_LUMA = 20.0
BLACK_CONTRAST = 12.0
"""A frame below both is black: fades of the same footage bottom out at luma 6 to 10, contrast 4 to 5."""

BLACK_SHOT_SECONDS = 0.5
"""Black that lasts longer is a shot of its own, shorter black is the bottom of a fade."""

FADE_CHANGE = (2.0, 40.0)
"""While a picture fades, luma and contrast together change by so much from frame to frame (12 frames for a typical
170: about 14); a larger step is a hard cut to or from black."""


ChangeKind = Literal["cut", "dissolve", "fade"]


@dataclass(frozen=True)
class Stretch:
    """A run of frames: `first` inclusive, `end` exclusive; a hard cut is the empty run before its first frame."""

    first: int
    end: int


@dataclass(frozen=True)
class Change:
    """The frames in which one shot becomes the next, and how; a cut is an empty run."""

    kind: ChangeKind
    frames: Stretch


def shots(signals: Signals, changes: Sequence[Change] | None = None) -> list[Stretch]:
    """Return the shots between these changes, or all that are found. Frames of dissolves and fades belong to none."""
    found: list[Stretch] = []
    first = 0
    for frames in (change.frames for change in (transitions(signals) if changes is None else changes)):
        if frames.first > first:
            found.append(Stretch(first, frames.first))
        first = max(first, frames.end)
    if first < len(signals):
        found.append(Stretch(first, len(signals)))
    return found


def transitions(signals: Signals) -> list[Change]:
    """Return where shots change, in order: hard cuts, dissolves, and fades through black."""
    slow = [*(Change("dissolve", s) for s in dissolves(signals)), *(Change("fade", s) for s in fades(signals))]
    cuts = [at for at in hard_cuts(signals) if not any(s.frames.first <= at <= s.frames.end for s in slow)]
    changes = [*(Change("cut", Stretch(at, at)) for at in cuts), *slow]
    return sorted(changes, key=lambda change: (change.frames.first, change.frames.end))


def hard_cuts(signals: Signals) -> list[int]:
    """Return the first frame of each new shot that begins from one frame to the next."""
    near = lag_frames(CUT_WINDOW, signals.fps)
    large = np.flatnonzero(signals.diff >= CUT_DIFF)
    return [int(at) for at in large if _is_sudden(signals, int(at), near) and _lasts(signals, int(at))]


def dissolves(signals: Signals) -> list[Stretch]:
    """Return the runs of frames in which one picture is blended into another."""
    blended = (signals.lag14 >= DISSOLVE_CHANGE) & (signals.blend < DISSOLVE_BLEND) & (signals.alike < DISSOLVE_ALIKE)
    length, shortest = lag_frames(BLEND, signals.fps), max(DISSOLVE_RUN, lag_frames(DISSOLVE_RUN, signals.fps))
    lasting = (run for run in runs(blended) if run.end - run.first >= shortest)
    found = [Stretch(max(0, run.first - length), run.end) for run in lasting]
    dark = _is_black(signals)
    return [s for s in found if not dark[s.first : s.end].any() and not _holds_cut(signals, s)]


def fades(signals: Signals) -> list[Stretch]:
    """Return the runs of frames that lead into black and out of it; the black itself when it is short."""
    found: list[Stretch] = []
    level = signals.luma + signals.contrast
    for run in runs(_is_black(signals)):
        first, end = _slope(level, run.first, -1), _slope(level, run.end - 1, 1) + 1
        if (run.end - run.first) / signals.fps < BLACK_SHOT_SECONDS:
            found.append(Stretch(first, end))
        else:
            found += [Stretch(first, run.first), Stretch(run.end, end)]
    return [s for s in found if s.first > 0 and s.end < len(signals)]


def runs(mask: npt.NDArray[np.bool_]) -> list[Stretch]:
    """Return the runs of True in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [Stretch(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _is_black(signals: Signals) -> npt.NDArray[np.bool_]:
    black: npt.NDArray[np.bool_] = (signals.luma < BLACK_LUMA) & (signals.contrast < BLACK_CONTRAST)
    return black


def _slope(level: Numbers, at: int, way: int) -> int:
    """Return the frame, from `at` on in direction `way`, up to which the picture keeps coming out of the dark."""
    least, most = FADE_CHANGE
    while 0 <= at + way < level.size and least < level[at + way] - level[at] < most:
        at += way
    return at


def _holds_cut(signals: Signals, stretch: Stretch) -> bool:
    """Return whether most of the stretch's whole change happens from one frame to the next."""
    inside = signals.change[stretch.first + 1 : stretch.end]
    return bool(inside.max() >= 0.5 * signals.lag14[stretch.end - 1])


def _is_sudden(signals: Signals, at: int, near: int) -> bool:
    around = np.concatenate([signals.diff[max(1, at - near) : at], signals.diff[at + 1 : at + near + 1]])
    if around.size == 0:
        return False
    value, second = float(signals.diff[at]), float(around.max())
    if value >= PLAIN_DIFF and value >= PLAIN_OVER_SECOND * second:
        return True
    stands_out = value >= CUT_OVER_MEDIAN * float(np.median(around)) and value >= CUT_OVER_SECOND * second
    return stands_out and float(signals.histogram[at]) >= CUT_HISTOGRAM


def _lasts(signals: Signals, at: int) -> bool:
    """Return whether the pictures after the change are unlike those before it, in both directions."""
    limit = FLASH_SHARE * float(signals.change[at])
    for lag, values in zip(LAGS, (signals.lag4, signals.lag5, signals.lag6), strict=True):
        frames = lag_frames(lag, signals.fps)
        later = at - 1 + frames
        if later < len(signals) and values[later] < limit:
            return False
        if at - frames >= 0 and values[at] < limit:
            return False
    return True
