"""A logo's film: as large as it is drawn, as opaque as it was, and the colours of its edge around it."""

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from app.media.logo import logo_film

HASH = "a" * 64


def film_of(picture: Image.Image, size: tuple[int, int], folder: Path) -> npt.NDArray[np.int64]:
    """Return the RGBA pixels of a picture's film."""
    picture.save(folder / "logo.png")
    with av.open(str(logo_film(folder / "logo.png", HASH, size, folder))) as container:
        (frame,) = container.decode(video=0)
        return frame.to_ndarray(format="rgba").astype(np.int64)


def test_colours_go_on_where_it_is_transparent(tmp_path: Path) -> None:
    """Also beside lines as thin as a pixel."""
    picture = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100, 20, 103, 180), fill=(230, 20, 20, 255))
    draw.rectangle((300, 20, 380, 180), fill=(20, 220, 40, 255))
    film = film_of(picture, (100, 50), tmp_path)
    assert film.shape == (50, 100, 4)
    assert film[25, 25, :3] == pytest.approx((230, 20, 20), abs=2)
    assert film[25, 85] == pytest.approx((20, 220, 40, 255), abs=2)
    assert film[25, 10, 3] == film[25, 50, 3] == 0
    assert np.abs(film[25, 22:29, :3] - (230, 20, 20)).max() < 24
    assert np.abs(film[25, 72:98, :3] - (20, 220, 40)).max() < 24


def test_a_shadow_stays_one(tmp_path: Path) -> None:
    """Half a pixel of opaque white and half of faint black are mixed as they are seen."""
    picture = Image.new("RGBA", (400, 200), (0, 0, 0, 102))
    ImageDraw.Draw(picture).rectangle((0, 0, 201, 199), fill=(255, 255, 255, 255))
    film = film_of(picture, (100, 50), tmp_path)
    opacity = film[25, :, 3] / 255
    light = film[25, :, 0] * opacity
    assert light.sum() == pytest.approx(202 / 4 * 255, rel=0.01)
    assert opacity.sum() == pytest.approx((202 + 198 * 0.4) / 4, rel=0.01)
    assert light.max() <= 255 and (np.diff(light) <= 0).all(), "no line along the edge"


@pytest.mark.parametrize("mode", ["RGB", "L", "LA", "P"])
def test_every_kind_of_picture_and_size(tmp_path: Path, mode: str) -> None:
    for number, size in enumerate([(2, 2), (2, 200), (64, 64)]):
        (tmp_path / str(number)).mkdir()
        film = film_of(Image.new("RGB", (40, 40), "white").convert(mode), size, tmp_path / str(number))
        assert film.shape == (size[1], size[0], 4)
        assert film.min() >= 254


def test_nothing_to_be_seen_is_no_error(tmp_path: Path) -> None:
    assert film_of(Image.new("RGBA", (40, 40), (9, 9, 9, 0)), (20, 20), tmp_path)[..., 3].max() == 0


def test_each_size_has_a_film_that_is_made_once(tmp_path: Path) -> None:
    film_of(Image.new("RGBA", (40, 40), "red"), (20, 20), tmp_path)
    film = logo_film(tmp_path / "logo.png", HASH, (20, 20), tmp_path)
    made = film.stat().st_mtime_ns
    assert logo_film(tmp_path / "logo.png", HASH, (20, 20), tmp_path).stat().st_mtime_ns == made
    assert logo_film(tmp_path / "logo.png", HASH, (22, 20), tmp_path) != film
