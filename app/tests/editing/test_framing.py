"""The window a shot shows: inside the picture, calm, never through a face that can be spared, and on the subject."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.editing.framing import FASTEST, Framed, frame_shot, window
from app.models.edit import Canvas, FramingChoice, View, eased
from app.models.media import Box, Focus, Moment
from app.models.timing import Span

TALL, SQUARE, WIDE = (
    Canvas(width=1080, height=1920),
    Canvas(width=1080, height=1080),
    Canvas(width=1920, height=1080),
)
LANDSCAPE, PORTRAIT = (1920, 1080), (1080, 1920)
HALF = window(LANDSCAPE, TALL)[0] / 2
STEP = 0.25


def moment(time: float, focus: Focus | None) -> Moment:
    return Moment(time=time, motion=1, sharpness=100, luma=120, contrast=40, dhash="0" * 16, focus=focus)


def shot(*focuses: Focus | None) -> list[Moment]:
    """Return moments a quarter of a second apart, from 10 s of the source on."""
    return [moment(10 + STEP * n, focus) for n, focus in enumerate(focuses)]


def framed(moments: Sequence[Moment], seconds: float = 3.0, choice: FramingChoice = "auto") -> Framed:
    return frame_shot(moments, Span(start=10, end=10 + seconds), LANDSCAPE, TALL, choice)


def looks(*places: float, spread: float = 0.1) -> list[Moment]:
    return shot(*(Focus(x=place, y=0.5, spread=spread) for place in places))


def face(x: float, y: float = 0.35, width: float = 0.08) -> Box:
    return Box(left=x - width / 2, right=x + width / 2, top=y - width * 0.9, bottom=y + width * 0.9)


def with_faces(*faces: Box, times: int = 12) -> list[Moment]:
    return shot(*[Focus(x=0.5, y=0.5, spread=0.2, faces=faces)] * times)


@pytest.mark.parametrize("place", [0.2, 0.35, 0.5, 0.8])
def test_the_window_stands_where_the_interest_is(place: float) -> None:
    move = framed(looks(*[place] * 12)).move

    assert move.still
    assert move.start.x == pytest.approx(place, abs=0.4 * HALF)


@pytest.mark.parametrize(("place", "edge"), [(0.0, HALF), (1.0, 1 - HALF)])
def test_at_the_rim_the_window_touches_the_picture_s_edge(place: float, edge: float) -> None:
    assert framed(looks(*[place] * 12)).move.start.x == pytest.approx(edge, abs=0.3 * HALF)


def test_where_nothing_is_known_the_middle_is_shown_and_heads_are_inside() -> None:
    assert framed(shot(None, None)).move.start == View()
    assert framed([]).move.start == View()

    square = frame_shot([], Span(start=0, end=2), PORTRAIT, SQUARE)
    high = window(PORTRAIT, SQUARE)[1]
    assert square.move.start.y - high / 2 < 0.15


def test_restless_interest_within_the_window_leaves_it_still() -> None:
    assert framed(looks(*(0.4 + 0.04 * (-1) ** n for n in range(12)))).move.still


def test_one_look_elsewhere_does_not_move_the_window() -> None:
    move = framed(looks(*[0.4] * 6, 0.9, *[0.4] * 5)).move

    assert move.still
    assert move.start.x == pytest.approx(0.4, abs=0.4 * HALF)


def test_what_walks_through_the_picture_is_followed() -> None:
    result = framed(looks(*np.linspace(0.3, 0.65, 12)))

    assert result.move.end.x - result.move.start.x > 0.15
    assert result.reason == "follows what is looked at to the right"


def test_nothing_is_chased_faster_than_a_calm_pan() -> None:
    move = framed(looks(*np.linspace(0.0, 1.0, 8)), seconds=2.0).move

    assert abs(move.end.x - move.start.x) <= 2.0 * FASTEST + 1e-6


def test_moments_of_other_parts_of_the_shot_do_not_count() -> None:
    moments = looks(*[0.2] * 12, *[0.8] * 12)

    assert framed(moments, seconds=2.5).move.start.x == pytest.approx(0.2, abs=0.1)
    assert frame_shot(moments, Span(start=13.1, end=15), LANDSCAPE, TALL).move.start.x == pytest.approx(0.8, abs=0.1)


def test_a_span_between_two_moments_goes_by_the_nearest() -> None:
    moments = looks(0.2, 0.8)

    assert frame_shot(moments, Span(start=10.15, end=10.2), LANDSCAPE, TALL).move.start.x > 0.6


def test_a_face_is_shown_rather_than_other_interest() -> None:
    moments = shot(*[Focus(x=0.8, y=0.5, spread=0.1, faces=(face(0.25),))] * 12)
    result = framed(moments)

    assert result.move.start.x == pytest.approx(0.25, abs=0.4 * HALF)
    assert result.reason == "cropped around faces"


def test_two_faces_side_by_side_are_both_shown() -> None:
    left, right = face(0.56), face(0.7)
    move = framed(with_faces(left, right)).move

    assert move.start.x - HALF <= left.left
    assert move.start.x + HALF >= right.right


def test_faces_further_apart_than_the_window_are_shown_whole_or_one_of_them() -> None:
    moments = with_faces(face(0.2), face(0.8))

    assert framed(moments).mode == "blur"
    assert "apart" in framed(moments).reason
    cropped = framed(moments, choice="crop")
    assert cropped.mode == "crop"
    assert cut(moments, cropped, 3.0) == 0


def test_a_passer_by_does_not_count_as_a_subject() -> None:
    assert framed(with_faces(face(0.3, width=0.1), face(0.8, width=0.03))).mode == "crop"


def test_interest_wider_than_the_window_is_shown_whole() -> None:
    result = framed(looks(*[0.5] * 12, spread=0.42))

    assert (result.mode, result.reason) == ("blur", "shown whole: its subject is wider than the canvas")
    assert framed(looks(*[0.5] * 12, spread=0.42), choice="crop").mode == "crop"


def test_a_picture_without_a_subject_is_cropped() -> None:
    assert framed(looks(*[0.5] * 12, spread=0.5)).mode == "crop"


@pytest.mark.parametrize("choice", ["blur", "fit"])
def test_what_is_asked_for_is_done(choice: FramingChoice) -> None:
    result = framed(looks(*[0.2] * 12), choice=choice)

    assert (result.mode, result.move.still, result.reason) == (choice, True, "")


@pytest.mark.parametrize(("size", "canvas"), [(PORTRAIT, TALL), (LANDSCAPE, WIDE), ((0, 0), TALL)])
def test_a_picture_of_the_canvas_shape_is_shown_as_it_is(size: tuple[int, int], canvas: Canvas) -> None:
    assert frame_shot(looks(*[0.2] * 12), Span(start=10, end=13), size, canvas) == Framed(mode="crop")


def test_on_a_square_canvas_a_portrait_s_face_is_inside_with_room_above() -> None:
    high = window(PORTRAIT, SQUARE)[1]
    for y in (0.2, 0.5, 0.8):
        moments = with_faces(face(0.5, y=y, width=0.1))
        view = frame_shot(moments, Span(start=10, end=13), PORTRAIT, SQUARE).move.start
        top, bottom = view.y - high / 2, view.y + high / 2
        assert top <= max(0.0, y - 0.13)
        assert bottom >= y + 0.09


def test_a_subject_low_in_a_tall_picture_is_followed_down() -> None:
    low = shot(*[Focus(x=0.5, y=0.8, spread=0.05)] * 8)
    view = frame_shot(low, Span(start=10, end=12), PORTRAIT, SQUARE).move.start

    assert view.y > 0.6


def test_hardly_different_footage_is_framed_hardly_differently() -> None:
    one, other = framed(looks(*[0.4] * 12)), framed(looks(*[0.402] * 12))

    assert one.mode == other.mode
    assert abs(one.move.start.x - other.move.start.x) < 0.02


shares = st.floats(0, 1).map(lambda value: round(value, 4))
faces_of = st.lists(st.builds(face, st.floats(0.08, 0.92), st.floats(0.2, 0.7), st.floats(0.03, 0.14)), max_size=2).map(
    tuple
)
focuses = st.builds(Focus, x=shares, y=shares, spread=st.floats(0.02, 0.5), faces=faces_of)
shots = st.lists(focuses, min_size=1, max_size=13).map(lambda items: shot(*items))
lengths = st.sampled_from([0.5, 1.2, 3.0])


def at(result: Framed, share: float) -> float:
    return result.move.start.x + (result.move.end.x - result.move.start.x) * eased(share)


def cut(moments: Sequence[Moment], result: Framed, seconds: float) -> int:
    """Return how many faces an edge of the window cuts: of each frame, those of its nearest moment.

    A face is believed to be where it was seen for half a second; what is later than that nobody knows.
    """
    shown = [m for m in moments if m.time <= 10 + seconds and m.focus is not None]
    count = 0
    for frame in range(round(seconds * 30)):
        share = frame / max(1, round(seconds * 30) - 1)
        now = 10 + share * seconds
        near = min(shown, key=lambda m, now=now: abs(m.time - now))  # type: ignore[misc]
        if abs(near.time - now) <= 0.5:
            count += _cut_at(near.focus.faces if near.focus else (), at(result, share))
    return count


def _cut_at(faces: Sequence[Box], middle: float) -> int:
    edges = (middle - HALF, middle + HALF)
    return sum(any(box.left + 2e-4 < edge < box.right - 2e-4 for edge in edges) for box in faces)


@settings(deadline=None, max_examples=150)
@given(shots, lengths, st.sampled_from([TALL, SQUARE]))
def test_the_window_is_inside_the_picture_and_slow(moments: list[Moment], seconds: float, canvas: Canvas) -> None:
    half = window(LANDSCAPE, canvas)[0] / 2
    move = frame_shot(moments, Span(start=10, end=10 + seconds), LANDSCAPE, canvas).move

    for view in (move.start, move.end):
        assert view.zoom == 1
        assert half - 1e-4 <= view.x <= 1 - half + 1e-4 or view == View()
    ways = [move.start.x + (move.end.x - move.start.x) * eased(n / 200) for n in range(201)]
    assert max(abs(b - a) for a, b in pairwise(ways)) <= (FASTEST + 1e-3) * seconds / 200


@settings(deadline=None, max_examples=150)
@given(shots, lengths)
def test_no_face_is_cut_when_a_still_window_can_spare_all(moments: list[Moment], seconds: float) -> None:
    shown = [m.focus.faces for m in moments if m.time <= 10 + seconds and m.focus is not None]
    places = np.linspace(HALF, 1 - HALF, 400)
    room = [tuple(_roomy(box) for box in faces) for faces in shown]
    assume(any(not any(_cut_at(faces, place) for faces in room) for place in places))

    assert cut(moments, framed(moments, seconds, choice="crop"), seconds) == 0


def _roomy(box: Box) -> Box:
    room = 0.12 * (box.right - box.left)
    return box.evolve(left=box.left - room, right=box.right + room)


@settings(deadline=None, max_examples=100)
@given(shots, lengths)
def test_mirrored_footage_is_framed_mirrored(moments: list[Moment], seconds: float) -> None:
    mirrored = [m.evolve(focus=_mirrored(m.focus)) for m in moments if m.focus is not None]

    one, other = framed(moments, seconds), framed(mirrored, seconds)

    assert one.mode == other.mode
    for mine, theirs in ((one.move.start, other.move.start), (one.move.end, other.move.end)):
        assert mine.x == pytest.approx(1 - theirs.x, abs=2e-3)


def _mirrored(focus: Focus) -> Focus:
    faces = tuple(box.evolve(left=1 - box.right, right=1 - box.left) for box in focus.faces)
    return focus.evolve(x=1 - focus.x, faces=faces)


@settings(deadline=None, max_examples=30)
@given(shots, lengths)
def test_the_same_footage_is_framed_the_same(moments: list[Moment], seconds: float) -> None:
    assert framed(moments, seconds) == framed(list(reversed(moments)), seconds)


def test_a_walk_that_is_followed_is_mirrored_too() -> None:
    right, left = (framed(looks(*np.linspace(*ends, 12))).move for ends in ((0.3, 0.6), (0.7, 0.4)))

    assert left.start.x == pytest.approx(1 - right.start.x, abs=1e-3)
    assert left.end.x == pytest.approx(1 - right.end.x, abs=1e-3)


def test_a_wider_spread_never_turns_a_blur_back_into_a_crop() -> None:
    modes = [framed(looks(*[0.5] * 12, spread=spread)).mode for spread in np.linspace(0.02, 0.49, 48)]

    assert sum(a != b for a, b in pairwise(modes)) == 1


def test_what_was_looked_at_long_before_does_not_count() -> None:
    assert frame_shot(looks(0.2), Span(start=15, end=17), LANDSCAPE, TALL).move.start == View()


def test_one_vague_look_does_not_decide_for_a_shot_nobody_looked_at() -> None:
    vague, plain = Focus(x=0.65, y=0.5, spread=0.35), Focus(x=0.65, y=0.5, spread=0.1)

    assert abs(framed(shot(*[None] * 6, *[vague] * 5)).move.start.x - 0.5) < 0.06
    assert framed(shot(*[None] * 3, *[plain] * 8)).move.start.x == pytest.approx(0.65, abs=0.06)
