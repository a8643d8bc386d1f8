"""Photographs: turned once, in sRGB, of any kind, hostile ones refused; and shown as footage."""

import io
import zlib
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageCms

from app.errors import MediaError
from app.media.ffmpeg import find_ffmpeg
from app.media.parts import look_of, pieces_of
from app.media.photo import FILM_PIXELS, is_photo, photo_film, read_photo
from app.media.photo_analysis import PHOTO_SECONDS, analyze_photo
from app.media.probe import probe
from app.models.edit import Move, Transition, View
from app.tests.footage import make_clip
from app.tests.media.clips import TALL, Stage, pictures, shot
from app.tests.media.photos import is_red, photo, scene


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_every_kind_is_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = photo(tmp_path / f"p{suffix}", orientation=orientation)
    info = probe(path, need_picture=True)
    assert (info.still, info.duration, info.width, info.height) == (True, 0.0, 800, 600)
    assert info.has_video and info.audio is None
    assert is_red(read_photo(path).getpixel((20, 20)))


def test_the_name_does_not_matter_and_a_film_is_no_photograph(tmp_path: Path) -> None:
    path = photo(tmp_path / "p.jpg").rename(tmp_path / "p.mp4")
    assert probe(path).still
    assert not is_photo(make_clip(tmp_path / "c.mp4", seconds=0.5, size=(64, 64), cuts=(), audio=None))
    assert not is_photo(tmp_path / "missing.jpg")


def test_transparency_is_white_or_kept(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(tmp_path / "p.png")
    assert read_photo(tmp_path / "p.png").getpixel((5, 5)) == (255, 255, 255)
    assert read_photo(tmp_path / "p.png", alpha=True).getpixel((5, 5)) == (255, 0, 0, 0)


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "I;16", "CMYK"])
def test_other_modes(tmp_path: Path, mode: str) -> None:
    suffix = ".jpg" if mode == "CMYK" else ".png"
    gray = scene().convert("L")
    if mode == "I;16":
        Image.fromarray(np.asarray(gray).astype(np.uint16) * 257).save(tmp_path / "p.png")
    else:
        gray.convert(mode).save(tmp_path / f"p{suffix}")
    shown = np.asarray(read_photo(tmp_path / f"p{suffix}"))
    assert shown.shape == (600, 800, 3)
    assert shown.mean() == pytest.approx(np.asarray(gray).mean(), abs=12)


def test_a_dark_picture_of_16_bits_stays_dark(tmp_path: Path) -> None:
    Image.fromarray(np.full((40, 30), 250, np.uint16)).save(tmp_path / "p.png")
    assert read_photo(tmp_path / "p.png").getpixel((5, 5)) == (0, 0, 0)


@pytest.mark.parametrize("brands", [b"avif\0\0\0\0avifmif1miaf", b"mif1\0\0\0\0mif1avifmiaf"])
def test_what_is_not_read_is_told_by_its_name(tmp_path: Path, brands: bytes) -> None:
    path = tmp_path / "p.heic"
    path.write_bytes((8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands + bytes(100))
    with pytest.raises(MediaError, match=r"p.heic is an AVIF picture, which Edit Factory does not read") as caught:
        probe(path)
    assert caught.value.instance_code == "media_unreadable"
    assert "JPEG" in (caught.value.hint or "")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_a_broken_colour_profile_is_ignored_and_a_right_one_used(tmp_path: Path, suffix: str) -> None:
    """The right one is sRGB with the names of red and green exchanged: what it calls red is shown green."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"-XYZ").replace(b"gXYZ", b"rXYZ").replace(b"-XYZ", b"gXYZ")
    for profile, shown in ((b"no profile", (200, 60, 40)), (swapped, (60, 200, 40))):
        path = tmp_path / f"p{suffix}"
        Image.new("RGB", (64, 48), (200, 60, 40)).save(path, icc_profile=profile, quality=95)
        assert read_photo(path).getpixel((20, 20)) == pytest.approx(shown, abs=4)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_one_that_was_cut_off_is_told(tmp_path: Path, suffix: str) -> None:
    path = photo(tmp_path / f"p{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MediaError, match="cut off or damaged") as caught:
        probe(path)
    assert caught.value.instance_code == "media_truncated"


def test_ones_that_are_too_large_or_too_small_are_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="800x600 pixels, which is more than the 1000") as caught:
        probe(photo(tmp_path / "p.jpg"), max_pixels=1000)
    assert caught.value.instance_code == "media_too_large"
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    with pytest.raises(MediaError, match="only 1x1"):
        probe(tmp_path / "dot.png")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """A PNG header that promises 60,000 x 60,000 pixels."""
    buffer = io.BytesIO()
    Image.new("1", (20, 20)).save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    (tmp_path / "bomb.png").write_bytes(data)
    with pytest.raises(MediaError, match="60000x60000") as caught:
        probe(tmp_path / "bomb.png")
    assert caught.value.instance_code == "media_too_large"


@pytest.mark.parametrize(
    "head", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic"]
)
def test_hostile_bytes_are_clear_errors(tmp_path: Path, head: bytes) -> None:
    rng = np.random.default_rng(5)
    for n in range(12):
        path = tmp_path / f"{n}.jpg"
        path.write_bytes(head + rng.bytes(200))
        with pytest.raises(MediaError):
            probe(path)


def test_the_film_is_one_picture_of_a_useful_size(tmp_path: Path) -> None:
    path = photo(tmp_path / "p.jpg", size=(3401, 2501))
    film = photo_film(path, "a" * 64, tmp_path)
    assert photo_film(path, "a" * 64, tmp_path) == film
    with av.open(str(film)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 1
    assert frames[0].width * frames[0].height <= FILM_PIXELS
    assert frames[0].width / frames[0].height == pytest.approx(3401 / 2501, abs=0.01)
    assert frames[0].width % 2 == frames[0].height % 2 == 0


def test_it_is_measured_as_one_shot(tmp_path: Path) -> None:
    path = photo(tmp_path / "p.jpg")
    analysis = analyze_photo(path, probe(path), 7)
    (only,) = analysis.shots
    assert (only.span.start, only.span.end, only.reject) == (0.0, PHOTO_SECONDS, None)
    assert only.score > 0.3
    assert len(only.moments) == 18
    assert all(moment.focus for moment in only.moments)
    Image.new("RGB", (300, 300)).save(tmp_path / "black.png")
    assert analyze_photo(tmp_path / "black.png", probe(tmp_path / "black.png"), 7).shots[0].reject == "black"
    Image.new("RGB", (300, 300), (90, 90, 90)).save(tmp_path / "flat.png")
    assert analyze_photo(tmp_path / "flat.png", probe(tmp_path / "flat.png"), 7).shots[0].reject == "blurred"


@pytest.mark.parametrize("name", ["p.png", "c.mp4"])
def test_a_film_made_otherwise_is_another_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = tmp_path / name
    make = photo if name == "p.png" else make_clip
    stage = Stage(tmp_path, make(path))
    edit = stage.edit([shot(stage.keys[0], 0, 10)], TALL)

    def key() -> str:
        return pieces_of(stage.parts(edit), look_of(edit, None))[0].key(find_ffmpeg())

    before = key()
    assert key() == before
    monkeypatch.setattr("app.media.photo.FILM_MAKER", "2-another")
    assert (key() != before) == (name == "p.png"), "footage that moves has no film"


ZOOM = Move(start=View(), end=View(zoom=1.2))


def test_a_clip_of_photographs_only(tmp_path: Path) -> None:
    """One still, one zoomed, one whole over its blurred self and moving, one dissolved into: all frames are there."""
    stage = Stage(tmp_path, *(photo(tmp_path / f"{n}.png", seed=n) for n in range(2)))
    a, b = stage.keys
    edit = stage.edit(
        [
            shot(a, 0, 20, name="1"),
            shot(b, 0, 20, name="2").evolve(move=ZOOM),
            shot(a, 0, 20, "blur", name="3").evolve(move=ZOOM),
            shot(b, 0, 20, "fit", name="4").evolve(enter=Transition(kind="dissolve", frames=8)),
        ],
        TALL,
    )
    assert {source.kind for source in edit.sources} == {"photo"}
    out = tmp_path / "out.mp4"
    stage.render(edit, out)
    shown = pictures(out)
    assert len(shown) == 80
    assert np.abs(shown[2].astype(int) - shown[17]).mean() < 2.5
    moved = [np.abs(x.astype(int) - y).mean() for x, y in pairwise(shown[24:37])]
    assert min(moved) > 0.3, "a zoom never stops on its way"
    assert np.abs(shown[42].astype(int) - shown[58]).mean() > 1


def test_a_zoomed_photograph_has_its_own_colours(tmp_path: Path) -> None:
    Image.new("RGB", (300, 500), (200, 150, 120)).save(tmp_path / "skin.png")
    stage = Stage(tmp_path, tmp_path / "skin.png")
    shown = pictures(stage.rendered(shot(stage.keys[0], 0, 4).evolve(move=ZOOM), canvas=TALL), "rgb24")
    assert shown[2].mean(axis=(0, 1)) == pytest.approx((200, 150, 120), abs=4)
