"""A clip's picture from cut to cut: which frames of which shots each stretch of it shows.

A transition is a stretch of its own: the frames around a cut, half of them on either side. The shots beside it are
shorter by their half, so that nothing else of the clip moves or changes.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from app.models.edit import Edit, EditShot

StretchKind = Literal["shot", "dissolve", "dip", "card"]


@dataclass(frozen=True)
class Showing:
    """`frames` frames of the edit's shot number `shot`, beginning at the shot's own frame `offset`.

    In a dissolve they reach beyond the shot: `offset` is then negative, or offset + frames more than it has.
    """

    shot: int
    offset: int
    frames: int


@dataclass(frozen=True)
class Stretch:
    """`frames` frames of the clip from its frame `first` on; a card shows no shot, a transition two."""

    kind: StretchKind
    first: int
    frames: int
    shows: tuple[Showing, ...]


def stretches(edit: Edit) -> tuple[Stretch, ...]:
    """Return the clip's stretches in order; together they are all its frames, each once."""
    halves = [*(shot.enter.frames // 2 for shot in edit.shots), 0]
    starts = accumulate((shot.frames for shot in edit.shots), initial=0)
    found: list[Stretch] = []
    for n, (shot, first) in enumerate(zip(edit.shots, starts, strict=False)):
        if halves[n]:
            found.append(_transition(edit.shots, n, first))
        frames = shot.frames - halves[n] - halves[n + 1]
        found.append(Stretch("shot", first + halves[n], frames, (Showing(n, halves[n], frames),)))
    if edit.end_card_frames:
        found.append(Stretch("card", edit.frames - edit.end_card_frames, edit.end_card_frames, ()))
    return tuple(found)


def _transition(shots: tuple[EditShot, ...], n: int, cut: int) -> Stretch:
    enter, half, before = shots[n].enter, shots[n].enter.frames // 2, shots[n - 1].frames
    if enter.kind == "dissolve":  # both sides are on screen all the time
        shows = (Showing(n - 1, before - half, enter.frames), Showing(n, -half, enter.frames))
        return Stretch("dissolve", cut - half, enter.frames, shows)
    shows = (Showing(n - 1, before - half, half), Showing(n, 0, half))
    return Stretch("dip", cut - half, enter.frames, shows)
