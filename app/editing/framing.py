"""Which part of its picture each shot shows: a window of the canvas' shape that follows what is looked at.

A window stands still when what is looked at stays in it, else it goes slowly from one place to another. All
there is to decide is where its middle is at the shot's first frame and at its last: every pair of places on a fine grid
is weighed, and the cheapest is taken. Cutting through a face costs more than everything else together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.models.base import Record
from app.models.edit import Canvas, FramingChoice, FramingMode, Move, View, eased
from app.models.media import Box, Focus, Moment
from app.models.timing import Span

Numbers = npt.NDArray[np.float64]

FASTEST = 0.15
"""Shares of the picture's side a second that a window may travel when it is fastest, half-way."""

_FURTHEST = FASTEST / 1.5  # the same on average: half-way an eased move is one and a half times as fast

_PLACES = 41  # of the grid, beside those where a window's edge just touches a face
_MOST_PLACES = 150  # that a window travels between: more faces than that and it travels between the grid's
_FACE = 4.0  # times the weight of other interest
_CUT, _LOST = 1000.0, 2.0  # what a face costs that is cut, and one that is left out, times its weight
_TRAVEL = 0.35  # what it costs to travel the picture's whole side
_START = 0.02  # what it costs to move at all: a window that stands still is calm
_LEAST_TRAVEL = 0.04  # of the side: less is a twitch
_AT_EASE = 0.3  # of the window's half, within which it does not matter where interest is
_PULL = 0.05  # how much the middle of the window is wanted even so
_TOO_WIDE = 2.25  # times the window's half: when most interest lies further apart, a window shows a small part of it
_MOSTLY = 0.6  # of the moments
_BESIDE, _ABOVE, _BELOW = 0.12, 0.4, 0.15  # of a face's size that belongs to it: hair, ears, chin
_NO_SMALLER = 0.25  # of the largest face's area: smaller ones are passers-by
_NEAR = 1.0  # s; what was looked at longer ago says nothing
_HOLDS = 0.5  # s that a face is believed to stay where it was seen
_AIM = 0.4  # how much the middle counts where nothing stands out: whoever films aims at it
_EYES = 0.38  # of the window's height from its top: where a face is well placed
_HEADS = 0.1  # of the picture's height from its top: above it there is hardly ever a head
_DIGITS = 4


class Framed(Record):
    """How a shot is framed, and why in English (empty: nothing was cut away)."""

    mode: FramingMode
    move: Move = Move()
    reason: str = ""


@dataclass(frozen=True)
class _Line:
    """What is known along the axis that is cut: the window is `wide` (a share of the side).

    `at`, `weight`, `way` have a value for each place that draws the eye; `way` is how far a moving window is then (0 to
    1). Each of `faces` is (first way, last way, first edge, last edge, weight).
    """

    wide: float
    at: Numbers
    weight: Numbers
    way: Numbers
    faces: Numbers

    @property
    def half(self) -> float:
        return self.wide / 2


def frame_shot(
    moments: Sequence[Moment], span: Span, size: tuple[int, int], canvas: Canvas, choice: FramingChoice = "auto"
) -> Framed:
    """Return how the part `span` (source seconds) of a picture of `size` (width, height, upright) fills the canvas.

    `moments` are those of its shot. "auto" crops to a window that follows, or shows the whole picture over a blurred
    copy where no window holds its subject; "crop" always crops; "blur" and "fit" show the whole picture. The same
    input gives the same answer, mirrored input the mirrored one.
    """
    if choice in {"blur", "fit"}:
        return Framed(mode="blur" if choice == "blur" else "fit")
    wide, high = window(size, canvas)
    if wide > 0.999 and high > 0.999:
        return Framed(mode="crop")
    seen = _seen(moments, span)
    across = wide <= high
    if choice == "auto" and across and (why := _too_wide(seen, wide)):
        return Framed(mode="blur", reason=f"shown whole: {why}")
    line = _line(seen, span, wide if across else high, across=across)
    start, end = _path(line, span.length)
    views = [View(x=place) if across else View(y=place) for place in (start, end)]
    return Framed(mode="crop", move=Move(start=views[0], end=views[1]), reason=_reason(line, start, end, across=across))


def window(size: tuple[int, int], canvas: Canvas) -> tuple[float, float]:
    """Return width and height, as shares of the picture's, of the largest window of the canvas' shape in it."""
    width, height = size
    if width <= 0 or height <= 0:
        return 1.0, 1.0
    shape = canvas.width / canvas.height
    return min(1.0, shape * height / width), min(1.0, width / height / shape)


def _seen(moments: Sequence[Moment], span: Span) -> list[tuple[float, Focus]]:
    """Return what was looked at in the span, with its time as a share of it; one close by when there is none in it.

    Where nobody looked, nothing stands out.
    """
    looks = sorted(((m.time, m.focus or Focus()) for m in moments), key=lambda item: item[0])
    inside = [item for item in looks if span.start - 1e-6 <= item[0] <= span.end + 1e-6]
    if looks and not inside:
        middle = (span.start + span.end) / 2
        nearest = min(looks, key=lambda item: abs(item[0] - middle))
        inside = [nearest] if abs(nearest[0] - middle) <= _NEAR else []
    length = max(span.length, 1e-6)
    return [(min(1.0, max(0.0, (time - span.start) / length)), focus) for time, focus in inside]


def _too_wide(seen: Sequence[tuple[float, Focus]], wide: float) -> str:
    """Return why no window of that width holds the subject, or nothing."""
    groups = [[with_room(face) for face in _main(focus.faces)] for _, focus in seen if focus.faces]
    if groups:
        apart = [max(f.right for f in group) - min(f.left for f in group) > wide for group in groups]
        faces = sum(len(group) > 1 and far for group, far in zip(groups, apart, strict=True))
        return "the faces are further apart than the canvas is wide" if faces > _MOSTLY * len(groups) else ""
    # 0.5 is said of a picture in which nothing stands out: any window of it is as good.
    spread = sum(_TOO_WIDE * wide / 2 <= focus.spread < 0.5 for _, focus in seen)
    return "its subject is wider than the canvas" if seen and spread > _MOSTLY * len(seen) else ""


def _main(faces: Sequence[Box]) -> list[Box]:
    areas = [(face.right - face.left) * (face.bottom - face.top) for face in faces]
    return [face for face, area in zip(faces, areas, strict=True) if area >= _NO_SMALLER * max(areas)]


def with_room(face: Box) -> Box:
    """Return what belongs to a face besides the face itself, within the picture."""
    width, height = face.right - face.left, face.bottom - face.top
    return Box(
        left=max(0.0, face.left - _BESIDE * width),
        right=min(1.0, face.right + _BESIDE * width),
        top=max(0.0, face.top - _ABOVE * height),
        bottom=min(1.0, face.bottom + _BELOW * height),
    )


def _line(seen: Sequence[tuple[float, Focus]], span: Span, wide: float, *, across: bool) -> _Line:
    """Return what was seen along one axis."""
    looks = [
        (eased(time), at, weight)
        for time, focus in seen
        for at, weight in (_across(focus) if across else _down(focus, wide))
    ]
    nothing = (0.5, 0.5 if across else _HEADS + wide / 2, 1.0)
    way, at, weight = np.array(looks or [nothing], np.float64).T
    rows = [
        (eased(first), eased(last), *((face.left, face.right) if across else (face.top, face.bottom)))
        for (first, last), faces in _lasting(seen, span.length)
        for face in map(with_room, faces)
    ]
    faces = np.array(rows, np.float64).reshape(-1, 4)
    weights = np.full((len(faces), 1), _FACE)
    return _Line(wide, at, weight / weight.sum(), way, np.hstack([faces, weights / max(1.0, weights.sum())]))


def _across(focus: Focus) -> list[tuple[float, float]]:
    """Return where to look from left to right, with weights: at faces, else where the interest is."""
    if focus.faces:
        main = [with_room(face) for face in _main(focus.faces)]
        return [((face.left + face.right) / 2, _FACE / len(main)) for face in main]
    return [(focus.x, _certainty(focus))]


def _down(focus: Focus, high: float) -> list[tuple[float, float]]:
    """Return where the window's middle should be from top to bottom: faces at the height of eyes, else heads inside."""
    if focus.faces:
        main = _main(focus.faces)
        return [((face.top + face.bottom) / 2 + (0.5 - _EYES) * high, _FACE / len(main)) for face in main]
    certain, heads = _certainty(focus), min(focus.y, _HEADS + high / 2)
    return [(heads if focus == Focus() else heads + certain * (focus.y - heads), certain)]


def _certainty(focus: Focus) -> float:
    """Return how much a focus counts, 0.05 to 1: the closer together its interest is, the more."""
    return _AIM if focus == Focus() else max(0.05, 1 - 2 * focus.spread)


def _lasting(seen: Sequence[tuple[float, Focus]], seconds: float) -> list[tuple[tuple[float, float], tuple[Box, ...]]]:
    """Return for which part of the shot each moment's faces are where they were seen: half-way to the next moments'."""
    with_faces = [(time, focus.faces) for time, focus in seen if focus.faces]
    reach = _HOLDS / max(seconds, 1e-6)
    middles = [(a[0] + b[0]) / 2 for a, b in pairwise(with_faces)]
    edges = zip([0.0, *middles], [*middles, 1.0], strict=True)
    return [
        ((max(first, time - reach, 0.0), min(last, time + reach, 1.0)), faces)
        for (first, last), (time, faces) in zip(edges, with_faces, strict=False)
    ]


def _path(line: _Line, seconds: float) -> tuple[float, float]:
    """Return where the window's middle is at first and at last."""
    places = _places(line)
    between = places if places.size <= _MOST_PLACES else np.linspace(places[0], places[-1], _PLACES)
    start, end = (grid.ravel() for grid in np.meshgrid(between, between, indexing="ij"))
    far = np.abs(start - end)
    moving = (far >= _LEAST_TRAVEL) & (far <= _FURTHEST * seconds)
    start, end = np.concatenate([places, start[moving]]), np.concatenate([places, end[moving]])
    cost = _interest_cost(line, start, end) + _face_cost(line, start, end)
    cost += _TRAVEL * np.abs(start - end) + _START * (start != end)
    # Of equal ones the nearest to the middle: it is its own mirror image.
    best = np.lexsort((np.abs(start - 0.5) + np.abs(end - 0.5), cost.round(9)))[0]
    return round(float(start[best]), _DIGITS), round(float(end[best]), _DIGITS)


def _places(line: _Line) -> Numbers:
    """Return where a window's middle may be: a grid, and where an edge of it touches a face from within or without."""
    low, high = line.half, 1 - line.half
    edges = line.faces[:, 2:4].ravel()
    touching = np.unique(np.concatenate([edges - line.half, edges + line.half]).round(_DIGITS + 2))
    inside = touching[(touching > low) & (touching < high)]
    return np.unique(np.concatenate([np.linspace(low, high, _PLACES), inside]))


def _interest_cost(line: _Line, start: Numbers, end: Numbers) -> Numbers:
    """Return how far from the window's middle interest lies, in halves of the window, beyond what does not matter."""
    middle = start[:, None] + (end - start)[:, None] * line.way
    # Nobody asks for what lies beyond the last place a window can go to.
    wanted = np.clip(line.at, line.half, 1 - line.half)
    away = np.maximum(0.0, np.abs(wanted - middle) / line.half - _AT_EASE)
    total: Numbers = (np.minimum(away, 3.0) * line.weight).sum(axis=1) + _PULL * np.abs(middle - wanted).mean(axis=1)
    return total


def _face_cost(line: _Line, start: Numbers, end: Numbers) -> Numbers:
    """Return what the faces cost: little inside, some outside, very much where an edge of the window cuts them."""
    cost = np.zeros_like(start)
    for first, last, low, high, weight in line.faces:
        sides = []
        for way in (first, last):
            middle = start + (end - start) * way
            left, right = middle - line.half, middle + line.half
            inside = (left <= low + 1e-6) & (right >= high - 1e-6)
            beside = np.where(right <= low + 1e-6, 1, np.where(left >= high - 1e-6, 2, 3))
            sides.append(np.where(inside, 0, beside))
        whole = (sides[0] == sides[1]) & (sides[0] != 3)
        cost += weight * np.where(whole, _LOST * (sides[0] != 0), _CUT)
    return cost


def _reason(line: _Line, start: float, end: float, *, across: bool) -> str:
    if start != end:
        what = "a face" if len(line.faces) else "what is looked at"
        return f"follows {what} to the {_toward(end - start, across=across)}"
    if len(line.faces):
        return "cropped around faces"
    away = start - 0.5
    if abs(away) < 0.05:
        return ""
    return f"cropped to the {_toward(away, across=across)}"


def _toward(step: float, *, across: bool) -> str:
    if across:
        return "right" if step > 0 else "left"
    return "bottom" if step > 0 else "top"
