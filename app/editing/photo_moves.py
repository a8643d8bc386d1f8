"""How the camera travels over a photograph: slowly nearer or away, or along it; and never through a face."""

from collections.abc import Iterator

from app.editing.framing import FASTEST, Framed, window, with_room
from app.models.edit import Canvas, Move, View
from app.models.media import Box, Focus

NEAREST = 1.16
"""How many times larger a photograph is shown at most when the camera comes nearer."""

_ZOOM_A_SECOND = 0.05
_ALONG = 0.6  # of the average speed at which a window may travel: nothing in a photograph runs away
_LONG = 0.75  # of the picture's side: a window that is shorter has something to travel along
_LEAST = 0.02  # of the picture's side: less is not seen as a move
_DIGITS = 4


def travel_over(
    framed: Framed, focus: Focus | None, size: tuple[int, int], canvas: Canvas, seconds: float, key: str
) -> Framed:
    """Return the framing of a photograph of `size` (upright pixels) with a move of `seconds` around where it stands.

    `key` (hexadecimal digits, the photograph's content hash) decides between moves that are as good: photographs
    differ from each other, and each is always shown the same way. One that is shown whole stays still.
    """
    if framed.mode != "crop":
        return framed
    faces = [with_room(face) for face in focus.faces] if focus else []
    chance = int(key[-2:], 16)
    for move, what in _moves(framed.move.start, focus, size, canvas, seconds, chance):
        if _spares(move, faces, size, canvas):
            return framed.evolve(move=move, reason="; ".join(filter(None, [framed.reason, what])))
    return framed


def _moves(
    view: View, focus: Focus | None, size: tuple[int, int], canvas: Canvas, seconds: float, chance: int
) -> Iterator[tuple[Move, str]]:
    """Yield the moves that suit, the best first."""
    if chance % 4 >= 2 and not (focus and focus.faces) and (along := _along(view, size, canvas, seconds)):
        yield _turned(along, chance), "the camera travels along it"
    for share in (1.0, 0.5):
        near = _nearer(view, focus, size, canvas, 1 + share * min(NEAREST - 1, _ZOOM_A_SECOND * seconds))
        move = _turned(Move(start=view, end=near), chance)
        yield move, f"the camera {'comes nearer' if move.end == near else 'draws back'}"


def _turned(move: Move, chance: int) -> Move:
    return Move(start=move.end, end=move.start) if chance % 2 else move


def _along(view: View, size: tuple[int, int], canvas: Canvas, seconds: float) -> Move | None:
    """Return a move along the side of the picture that the window does not fill, with `view` in its middle."""
    wide, high = window(size, canvas)
    side, half, middle = (wide, wide / 2, view.x) if wide <= high else (high, high / 2, view.y)
    middle = min(max(middle, half), 1 - half)
    reach = min(_ALONG * FASTEST * seconds / 2, middle - half, 1 - half - middle)
    if side > _LONG or 2 * reach < _LEAST:
        return None
    ends = [round(middle + way * reach, _DIGITS) for way in (-1, 1)]
    views = [view.evolve(x=end) if wide <= high else view.evolve(y=end) for end in ends]
    return Move(start=views[0], end=views[1])


def _nearer(view: View, focus: Focus | None, size: tuple[int, int], canvas: Canvas, zoom: float) -> View:
    """Return the window `zoom` times smaller, inside that of `view` and as near as it gets to what is looked at."""
    aim = _aim(focus) if focus else (view.x, view.y)
    halves = [side / 2 for side in window(size, canvas)]
    places = []
    for middle, half, wanted in zip((view.x, view.y), halves, aim, strict=True):
        inside = min(max(middle, half), 1 - half)
        slack = half - half / zoom
        places.append(round(min(max(wanted, inside - slack), inside + slack), _DIGITS))
    return View(x=places[0], y=places[1], zoom=round(zoom, _DIGITS))


def _aim(focus: Focus) -> tuple[float, float]:
    if not focus.faces:
        return focus.x, focus.y
    count = len(focus.faces)
    return (
        sum(face.left + face.right for face in focus.faces) / (2 * count),
        sum(face.top + face.bottom for face in focus.faces) / (2 * count),
    )


def _spares(move: Move, faces: list[Box], size: tuple[int, int], canvas: Canvas) -> bool:
    """Whether each face is whole at both ends of the move, or left out at both: it is then on the way as well."""
    return all(
        _shows(move.start, face, size, canvas) == _shows(move.end, face, size, canvas) != "cut" for face in faces
    )


def _shows(view: View, face: Box, size: tuple[int, int], canvas: Canvas) -> str:
    """Return what a window shows of a face: "whole", "cut", or on which side of the window it is."""
    half, tall = (side / 2 / view.zoom for side in window(size, canvas))
    x, y = min(max(view.x, half), 1 - half), min(max(view.y, tall), 1 - tall)
    sides = {"left": face.right <= x - half, "right": face.left >= x + half}
    sides |= {"above": face.bottom <= y - tall, "below": face.top >= y + tall}
    for side, is_there in sides.items():
        if is_there:
            return side
    inside = face.left >= x - half and face.right <= x + half and face.top >= y - tall and face.bottom <= y + tall
    return "whole" if inside else "cut"
