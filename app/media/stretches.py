"""A clip's picture from cut to cut: which frames of which shots each stretch of it shows.

A transition is a stretch of its own: the frames around a cut, half of them on either side. The shots beside it are
shorter by their half, so that nothing else of the clip moves or changes.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from app.models.edit import Edit, EditShot
from app.models.timing import FrameSpan

StretchKind = Literal["shot", "dissolve", "dip", "card"]


@dataclass(frozen=True)
class Showing:
    """Frames of the edit's shot number `shot`, counted from the shot's own first one.

    In a dissolve they reach beyond the shot: they begin below 0, or end behind its last.
    """

    shot: int
    frames: FrameSpan


@dataclass(frozen=True)
class Stretch:
    """Frames of the clip; a card shows no shot, a transition two."""

    kind: StretchKind
    frames: FrameSpan
    shows: tuple[Showing, ...]


def stretches(edit: Edit) -> tuple[Stretch, ...]:
    """Return the clip's stretches in order; together they are all its frames, each once."""
    halves = [*(shot.enter.frames // 2 for shot in edit.shots), 0]
    starts = accumulate((shot.frames for shot in edit.shots), initial=0)
    found: list[Stretch] = []
    for n, (shot, first) in enumerate(zip(edit.shots, starts, strict=False)):
        if halves[n]:
            found.append(_transition(edit.shots, n, first))
        own = FrameSpan(start=halves[n], end=shot.frames - halves[n + 1])
        found.append(Stretch("shot", own.later(first), (Showing(n, own),)))
    if edit.end_card_frames:
        found.append(Stretch("card", edit.end_card_span, ()))
    return tuple(found)


def _transition(shots: tuple[EditShot, ...], n: int, cut: int) -> Stretch:
    enter, half, before = shots[n].enter, shots[n].enter.frames // 2, shots[n - 1].frames
    around = FrameSpan.lasting(-half, enter.frames)  # counted from the cut
    if enter.kind == "dissolve":  # both sides are on screen all the time
        shows = (Showing(n - 1, around.later(before)), Showing(n, around))
        return Stretch("dissolve", around.later(cut), shows)
    left, right = FrameSpan(start=before - half, end=before), FrameSpan(start=0, end=half)
    return Stretch("dip", around.later(cut), (Showing(n - 1, left), Showing(n, right)))
