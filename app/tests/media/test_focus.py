"""Where a picture is looked at: what moves and has detail, not grain, and not what the whole picture does."""

import numpy as np
import numpy.typing as npt
import pytest

from app.media.focus import focus_of
from app.models.media import Focus, Rotation

Picture = npt.NDArray[np.uint8]
HEIGHT, WIDTH = 90, 160


def flat(level: int = 110) -> Picture:
    return np.full((HEIGHT, WIDTH), level, np.uint8)


def with_things(picture: Picture, *places: tuple[float, float], size: int = 16, seed: int = 1) -> Picture:
    """Return the picture with textured squares around `places` (shares of width and height)."""
    made = picture.copy()
    rng = np.random.default_rng(seed)
    for x, y in places:
        left, top = round(x * WIDTH) - size // 2, round(y * HEIGHT) - size // 2
        made[top : top + size, left : left + size] = np.kron(
            rng.integers(0, 255, (size // 4, size // 4)), np.ones((4, 4))
        )
    return made


def grainy(picture: Picture, seed: int, strength: float = 6.0) -> Picture:
    noise = np.random.default_rng(seed).normal(0, strength, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def scenery(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Picture:
    blocks = np.random.default_rng(seed).integers(30, 220, (height // 5 + 1, width // 5 + 1))
    return np.kron(blocks, np.ones((5, 5)))[:height, :width].astype(np.uint8)


@pytest.mark.parametrize("place", [(0.15, 0.3), (0.5, 0.5), (0.85, 0.7)])
def test_the_only_thing_in_the_picture_is_looked_at(place: tuple[float, float]) -> None:
    focus = focus_of(with_things(flat(), place))

    assert focus.x == pytest.approx(place[0], abs=0.04)
    assert focus.y == pytest.approx(place[1], abs=0.07)
    assert focus.spread < 0.1


def test_a_picture_of_nothing_is_looked_at_in_its_middle() -> None:
    assert focus_of(flat()) == Focus()
    assert focus_of(flat(), flat()) == Focus()


def test_grain_is_nothing() -> None:
    assert focus_of(grainy(flat(), 1)) == Focus()
    assert focus_of(grainy(flat(), 1, 3.0), grainy(flat(), 2, 3.0)) == Focus()


def test_what_moves_is_looked_at_rather_than_what_stands_still() -> None:
    standing = with_things(flat(), (0.2, 0.5))
    before, now = (with_things(standing, (x, 0.5), seed=3) for x in (0.76, 0.8))

    assert focus_of(now, before).x == pytest.approx(0.78, abs=0.05)


def test_what_moves_stands_out_of_grainy_scenery() -> None:
    behind = scenery(5)
    before, now = (with_things(behind, (x, 0.4), seed=3) for x in (0.16, 0.2))

    assert focus_of(grainy(now, 8), grainy(before, 9)).x == pytest.approx(0.18, abs=0.06)


def test_a_camera_that_pans_moves_nothing() -> None:
    wide = scenery(4, width=WIDTH + 12)
    still = focus_of(wide[:, :WIDTH])
    panned = focus_of(wide[:, :WIDTH], wide[:, 12:])

    assert panned.x == pytest.approx(still.x, abs=0.25)
    assert panned.spread > 0.25


def test_two_things_far_apart_are_spread_wider_than_one() -> None:
    one, two = focus_of(with_things(flat(), (0.2, 0.5))), focus_of(with_things(flat(), (0.2, 0.5), (0.8, 0.5)))

    assert one.spread < 0.1
    assert two.spread > 0.4


def test_of_three_things_the_middle_one_is_looked_at() -> None:
    assert focus_of(with_things(flat(), (0.15, 0.5), (0.5, 0.5), (0.85, 0.5))).x == pytest.approx(0.5, abs=0.05)


def test_a_dark_frame_around_the_picture_does_not_outweigh_what_is_in_it() -> None:
    picture = with_things(flat(120), (0.65, 0.4), size=24)
    picture[:, :16] = 0

    assert focus_of(picture).x == pytest.approx(0.65, abs=0.05)


def test_the_answer_is_about_the_upright_picture() -> None:
    stored = with_things(flat(), (0.2, 0.3))

    expected: dict[Rotation, tuple[float, float]] = {0: (0.2, 0.3), 90: (0.7, 0.2), 180: (0.8, 0.7), 270: (0.3, 0.8)}
    for turn, (x, y) in expected.items():
        focus = focus_of(stored, None, turn)
        assert focus.x == pytest.approx(x, abs=0.07)
        assert focus.y == pytest.approx(y, abs=0.07)


@pytest.mark.parametrize("seed", range(6))
def test_a_mirrored_picture_has_a_mirrored_focus(seed: int) -> None:
    now, before = scenery(seed), with_things(scenery(seed), (0.3, 0.5))

    focus, mirrored = focus_of(now, before), focus_of(now[:, ::-1], before[:, ::-1])

    assert mirrored.x == pytest.approx(1 - focus.x, abs=2e-3)
    assert mirrored.y == pytest.approx(focus.y, abs=2e-3)


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (3, 160), (11, 40), (160, 2)])
def test_a_picture_too_small_to_have_parts_is_looked_at_in_its_middle(shape: tuple[int, int]) -> None:
    assert focus_of(np.zeros(shape, np.uint8)) == Focus()


def test_a_picture_of_another_size_before_says_nothing_of_motion() -> None:
    now = with_things(flat(), (0.3, 0.5))

    assert focus_of(now, np.zeros((60, 80), np.uint8)) == focus_of(now)
