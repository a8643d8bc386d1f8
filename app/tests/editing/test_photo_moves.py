"""A photograph is travelled over slowly, always the same way, inside the picture and never through a face."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.editing.framing import FASTEST, Framed, window
from app.editing.photo_moves import NEAREST, travel_over
from app.models.edit import Canvas, Move, View
from app.models.media import Box, Focus
from app.tests.editing.test_framing import face

TALL, SQUARE = Canvas(width=1080, height=1920), Canvas(width=1080, height=1080)
LANDSCAPE = (1920, 1080)
KEYS = [f"{n:064x}" for n in range(8)]


def stands(x: float = 0.5, y: float = 0.5) -> Framed:
    view = View(x=x, y=y)
    return Framed(mode="crop", move=Move(start=view, end=view))


def edges(view: View, canvas: Canvas, size: tuple[int, int] = LANDSCAPE) -> Box:
    """Return the window as the renderer places it: kept inside the picture."""
    wide, high = (side / view.zoom for side in window(size, canvas))
    left, top = min(max(view.x - wide / 2, 0), 1 - wide), min(max(view.y - high / 2, 0), 1 - high)
    return Box(left=left, top=top, right=left + wide, bottom=top + high)


def on_the_way(move: Move, canvas: Canvas) -> list[Box]:
    """Return 21 windows from the move's start to its end; each edge goes straight from one to the other."""
    first, last = edges(move.start, canvas).model_dump(), edges(move.end, canvas).model_dump()
    return [Box(**{k: first[k] + (last[k] - first[k]) * n / 20 for k in first}) for n in range(21)]


def test_photographs_move_in_different_ways_and_each_always_in_the_same() -> None:
    moves = [travel_over(stands(), Focus(spread=0.2), LANDSCAPE, TALL, 3.0, key) for key in KEYS]

    assert not any(framed.move.still for framed in moves)
    assert len({framed.reason for framed in moves}) == 3
    assert moves == [travel_over(stands(), Focus(spread=0.2), LANDSCAPE, TALL, 3.0, key) for key in KEYS]


@pytest.mark.parametrize("key", KEYS)
def test_the_move_is_slow_and_does_not_blow_the_picture_up(key: str) -> None:
    for seconds in (0.7, 2.5, 9.0):
        move = travel_over(stands(0.4), None, LANDSCAPE, TALL, seconds, key).move
        assert abs(move.end.x - move.start.x) <= FASTEST * seconds
        assert max(move.start.zoom, move.end.zoom) <= NEAREST


def test_the_camera_comes_nearer_to_what_is_looked_at() -> None:
    framed = travel_over(stands(0.4), Focus(x=0.45, y=0.2, spread=0.1), LANDSCAPE, TALL, 3.0, KEYS[0])

    assert framed.reason == "the camera comes nearer"
    assert framed.move.end.zoom == pytest.approx(1.15)
    assert framed.move.end.x > 0.4
    assert framed.move.end.y < 0.5


def test_a_photograph_of_the_canvas_shape_is_not_cut_but_moves() -> None:
    framed = travel_over(Framed(mode="crop"), Focus(), (1080, 1920), TALL, 2.0, KEYS[1])

    assert framed.move.start.zoom == pytest.approx(1.1)
    assert framed.move.end.zoom == 1


def test_a_face_as_large_as_the_window_is_not_come_nearer_to() -> None:
    large = Box(left=0.36, top=0.1, right=0.64, bottom=0.8)

    assert travel_over(stands(), Focus(faces=(large,)), LANDSCAPE, TALL, 3.0, KEYS[0]).move.still


@pytest.mark.parametrize("mode", ["blur", "fit"])
def test_what_is_shown_whole_stays_still(mode: str) -> None:
    framed = Framed(mode=mode)  # type: ignore[arg-type]

    assert travel_over(framed, Focus(), LANDSCAPE, TALL, 3.0, KEYS[0]) == framed


faces_of = st.lists(st.builds(face, st.floats(0.08, 0.92), st.floats(0.2, 0.7), st.floats(0.03, 0.14)), max_size=3).map(
    tuple
)


@settings(deadline=None, max_examples=150)
@given(faces_of, st.floats(0, 1), st.floats(0, 1), st.sampled_from(KEYS), st.sampled_from([TALL, SQUARE]))
def test_no_move_goes_through_a_face_or_out_of_the_picture(
    faces: tuple[Box, ...], x: float, y: float, key: str, canvas: Canvas
) -> None:
    standing = stands(x, y)
    move = travel_over(standing, Focus(x=x, y=y, spread=0.2, faces=faces), LANDSCAPE, canvas, 3.0, key).move

    windows = on_the_way(move, canvas)
    assert all(w.left >= 0 and w.right <= 1 + 1e-9 and w.top >= 0 and w.bottom <= 1 + 1e-9 for w in windows)
    if not move.still:
        assert not any(_cuts(w, box) for w, box in product(windows, faces))


def _cuts(shown: Box, box: Box) -> bool:
    apart = box.right <= shown.left or box.left >= shown.right or box.bottom <= shown.top or box.top >= shown.bottom
    inside = box.left >= shown.left and box.right <= shown.right and box.top >= shown.top and box.bottom <= shown.bottom
    return not apart and not inside
