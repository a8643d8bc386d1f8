"""The picture that stands for a file shows something of it, upright and in its colours."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from app.errors import MediaError
from app.media.containers import MAX_PIXELS
from app.media.decodable import decodable_file
from app.media.previews.stills import SCREEN, THUMBNAIL, make_photo_still, make_thumbnail
from app.media.probe import probe
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg
from app.tests.media.clips import number_in, numbered_clip, times_at
from app.tests.media.photos import is_red, photo
from app.tests.media.previews.stage import thumbnail, workplace
from app.tests.media.test_colours import BT601, BT709, patch_clip
from app.tests.media.test_hdr import TRANSFERS, hdr_clip, nits_of
from app.tests.media.test_heic import heic

Pixels = npt.NDArray[np.uint8]


def read(path: Path) -> Pixels:
    with Image.open(path) as picture:
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        assert not picture.getexif() and "icc_profile" not in picture.info
        return np.asarray(picture)


def shown(clip: Path, folder: Path) -> Pixels:
    return read(thumbnail(clip, folder))


def stilled(path: Path, folder: Path, longest: int = THUMBNAIL) -> Pixels:
    out = folder / "still.jpg"
    make_photo_still(path, out, longest, max_pixels=MAX_PIXELS)
    return read(out)


def test_of_a_video_a_tenth_into_it(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "film.mp4", times_at(Fraction(30), 120))
    picture = shown(clip, tmp_path)
    assert picture.shape == (180, 320, 3)
    assert number_in(picture[:, :, 0]) == pytest.approx(12, abs=1)


def test_an_opening_in_black_is_passed_over(make: ClipMaker, tmp_path: Path) -> None:
    clip = make(seconds=3, cuts=(1.5,), kinds=("black", "moving"), size=(320, 180), seed=81)
    assert shown(clip, tmp_path).std() > 20


def test_of_a_film_that_is_all_black_a_picture_all_the_same(make: ClipMaker, tmp_path: Path) -> None:
    assert shown(make(seconds=1, cuts=(), kinds=("black",), size=(320, 180)), tmp_path).mean() < 12


@pytest.mark.parametrize(
    ("size", "wanted"), [((1280, 720), (640, 360)), ((360, 1280), (180, 640)), ((321, 181), (320, 180))]
)
def test_sizes(make: ClipMaker, tmp_path: Path, size: tuple[int, int], wanted: tuple[int, int]) -> None:
    picture = shown(make(seconds=0.2, cuts=(), size=size, audio=None), tmp_path)
    assert picture.shape[1::-1] == wanted


@pytest.mark.parametrize("conversion", [BT601, BT709], ids=["BT.601", "BT.709"])
def test_colours(tmp_path: Path, conversion: str) -> None:
    size = (640, 480) if conversion == BT601 else (1280, 720)
    picture = shown(patch_clip(tmp_path / "c.mp4", (200, 48, 32), size, conversion), tmp_path)
    assert picture.mean(axis=(0, 1)) == pytest.approx((200, 48, 32), abs=6)


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_hdr_held_upright(tmp_path: Path, transfer: str) -> None:
    picture = shown(hdr_clip(tmp_path / "h.mp4", nits_of((128,) * 3), transfer, rotation=90), tmp_path)
    assert picture.shape == (640, 360, 3)
    assert picture[:280].mean() < 12 and picture[360:].mean() == pytest.approx(128, abs=8)


def test_from_a_transport_stream_it_is_whole(tmp_path: Path) -> None:
    """Such a stream has no index: decoding must begin at a key frame, which is looked for."""
    plain, clip = numbered_clip(tmp_path / "plain.mp4", times_at(Fraction(30), 200)), tmp_path / "film.ts"
    ffmpeg("-i", plain, "-c", "copy", clip)
    picture = shown(clip, tmp_path)
    assert number_in(picture[:, :, 0]) == pytest.approx(20, abs=1)
    middle = picture[picture.shape[0] // 2, :, 0].astype(int)
    assert (np.minimum(np.abs(middle - 255), np.minimum(middle, np.abs(middle - 121))) < 40).mean() > 0.9


def test_two_pictures_and_one_that_stands_to_the_end(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "two.mp4", times_at(Fraction(30), 2))
    assert number_in(shown(clip, tmp_path)[:, :, 0]) in {0, 1}
    slide = numbered_clip(tmp_path / "slides.mp4", [Fraction(0), Fraction(60)])
    assert number_in(shown(slide, tmp_path)[:, :, 0]) in {0, 1}


def test_a_video_of_which_nothing_is_left_is_an_error(tmp_path: Path) -> None:
    broken = numbered_clip(tmp_path / "film.mkv", times_at(Fraction(30), 60))
    info = probe(broken)
    source = decodable_file(broken, broken.name, info, tmp_path)
    broken.write_bytes(b"nothing of a film")
    with pytest.raises(MediaError) as caught:
        make_thumbnail(source, info, tmp_path / "out.jpg", workplace(tmp_path))
    assert caught.value.instance_code == "media_truncated"
    assert not (tmp_path / "out.jpg").exists()


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_a_photograph_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = photo(tmp_path / f"a{suffix}", (800, 600), orientation=orientation)
    picture = stilled(path, tmp_path)
    assert picture.shape == (480, 640, 3)
    assert is_red(picture[20, 20]) and not is_red(picture[-20, 20]) and not is_red(picture[20, -20])


@pytest.mark.parametrize(("size", "wanted"), [((3000, 1000), (1920, 640)), ((300, 200), (300, 200))])
def test_the_size_of_a_screen_at_most(tmp_path: Path, size: tuple[int, int], wanted: tuple[int, int]) -> None:
    picture = stilled(photo(tmp_path / "a.jpg", size), tmp_path, SCREEN)
    assert picture.shape[1::-1] == wanted


def test_heic_is_shown_as_jpeg(tmp_path: Path) -> None:
    assert is_red(stilled(heic(tmp_path / "a.heic"), tmp_path)[20, 20])


@pytest.mark.parametrize("colour", ["white", "black"])
def test_a_logo_is_seen_whatever_its_colour(tmp_path: Path, colour: str) -> None:
    logo = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(logo).ellipse((50, 50, 150, 150), fill=colour)
    logo.save(tmp_path / "logo.png")
    picture = stilled(tmp_path / "logo.png", tmp_path).astype(int)
    assert abs(picture[100, 100] - picture[5, 5]).min() > 100


def test_a_photograph_that_was_cut_off_is_an_error(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg", (800, 600))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(MediaError):
        stilled(path, tmp_path)
    assert not (tmp_path / "still.jpg").exists()


def test_where_it_was_taken_does_not_go_along(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Ana"
    Image.new("RGB", (100, 100)).save(tmp_path / "a.jpg", exif=exif)
    assert stilled(tmp_path / "a.jpg", tmp_path).shape == (100, 100, 3)
    assert b"Ana" not in (tmp_path / "still.jpg").read_bytes()
