"""Each picture of a strip is one that was on screen in its stretch, however long the film; laid out as it says."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.errors import Cancelled, MediaError
from app.media.previews.strip import MOST, TILE, make_strip, strip_layout
from app.models.control import Control
from app.models.previews import StripLayout
from app.tests.conftest import ClipMaker
from app.tests.media.clips import number_in, numbered_clip, times_at
from app.tests.media.previews.stage import proxied
from app.tests.media.test_colours import BT709, patch_clip


def made(film: Path, folder: Path, control: Control | None = None) -> tuple[StripLayout, list[Image.Image]]:
    """Make the strip of a film and return its layout and its pictures."""
    strip, layout_place = folder / "strip.jpg", folder / "strip.json"
    make_strip(film, strip, layout_place, control or Control())
    layout = StripLayout.model_validate_json(layout_place.read_bytes())
    with Image.open(strip) as sheet:
        assert (sheet.format, sheet.size) == (
            "JPEG",
            (layout.columns * layout.tile_width, layout.rows * layout.tile_height),
        )
        return layout, [_tile(sheet, layout, number) for number in range(layout.count)]


def _tile(sheet: Image.Image, layout: StripLayout, number: int) -> Image.Image:
    left, top = number % layout.columns * layout.tile_width, number // layout.columns * layout.tile_height
    return sheet.crop((left, top, left + layout.tile_width, top + layout.tile_height))


def numbers(tiles: list[Image.Image]) -> list[int]:
    return [number_in(np.asarray(tile.convert("L"))) for tile in tiles]


@pytest.mark.parametrize(
    ("seconds", "size", "wanted"),
    [
        (0.07, (640, 360), (1, 1, 1, 160, 90, 0.07)),
        (4.0, (640, 360), (8, 8, 1, 160, 90, 0.5)),
        (6.1, (720, 1280), (12, 10, 2, 90, 160, 0.508333)),
        (3600.0, (1280, 720), (100, 10, 10, 160, 90, 36.0)),
        (86_400.0, (1920, 8), (100, 10, 10, 160, 2, 864.0)),
    ],
)
def test_layouts(seconds: float, size: tuple[int, int], wanted: tuple[float, ...]) -> None:
    layout = strip_layout(seconds, size)
    assert layout.count <= min(MOST, layout.columns * layout.rows)
    assert max(layout.tile_width, layout.tile_height) == TILE
    found = (layout.count, layout.columns, layout.rows, layout.tile_width, layout.tile_height, layout.seconds_each)
    assert found == wanted


def test_a_short_film(tmp_path: Path) -> None:
    film = numbered_clip(tmp_path / "film.mp4", times_at(Fraction(30), 120))
    layout, tiles = made(film, tmp_path)
    assert layout.count == 8
    assert numbers(tiles) == pytest.approx([30 * (n + 0.5) * layout.seconds_each for n in range(8)], abs=1.01)


def test_a_long_film_is_sought_through(tmp_path: Path) -> None:
    """210 s at 2 pictures a second, with a key frame every 15 seconds: each picture is four from the next one."""
    film = numbered_clip(tmp_path / "film.mp4", times_at(Fraction(2), 420), Fraction(2))
    layout, tiles = made(film, tmp_path)
    assert layout.count == 100 and layout.seconds_each == pytest.approx(2.1)
    assert numbers(tiles) == pytest.approx([2 * (n + 0.5) * 2.1 for n in range(100)], abs=1.01)


def test_a_film_of_two_pictures(tmp_path: Path) -> None:
    layout, tiles = made(numbered_clip(tmp_path / "film.mp4", times_at(Fraction(30), 2)), tmp_path)
    assert layout.count == 1 and numbers(tiles)[0] in {0, 1}


def test_upright_and_in_the_films_colours(tmp_path: Path) -> None:
    film = proxied(patch_clip(tmp_path / "c.mp4", (200, 48, 32), (720, 1280), BT709), tmp_path)
    layout, tiles = made(film, tmp_path)
    assert (layout.tile_width, layout.tile_height) == (90, 160)
    assert np.asarray(tiles[0]).mean(axis=(0, 1)) == pytest.approx((200, 48, 32), abs=6)


def test_a_cancelled_one_leaves_nothing(make: ClipMaker, tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        made(make(), tmp_path, control)
    assert list(tmp_path.iterdir()) == []


def test_progress_rises_to_one(make: ClipMaker, tmp_path: Path) -> None:
    shares: list[float] = []
    made(make(), tmp_path, Control(shares.append))
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_a_file_that_is_no_film_is_an_error(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"nothing of a film")
    with pytest.raises(MediaError):
        made(film, tmp_path)
    assert list(tmp_path.iterdir()) == [film]
