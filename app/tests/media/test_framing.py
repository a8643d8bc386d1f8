"""Geometry of the three framings: what is where on the canvas, for turned, squeezed, odd, tiny and huge pictures."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from app.media.colours import Colours
from app.media.framing import framing_filters
from app.models.edit import Canvas
from app.tests.footage import ffmpeg
from app.tests.media.clips import TALL, WIDE, Pixels, Stage, pictures, shot

CORNERS = {"red": (210, 40, 40), "green": (40, 190, 40), "blue": (40, 40, 210), "yellow": (210, 210, 40)}


def chart(width: int, height: int) -> Pixels:
    """Return an RGB picture: gray, a coloured block in each corner, a white square in the middle."""
    picture = np.full((height, width, 3), 110, np.uint8)
    w, h = max(1, width // 5), max(1, height // 5)
    for (y, x), colour in zip(((0, 0), (0, -w), (-h, 0), (-h, -w)), CORNERS.values(), strict=True):
        picture[y : y + h or None, x : x + w or None] = colour
    side = min(width, height) // 3
    top, left = (height - side) // 2, (width - side) // 2
    picture[top : top + side, left : left + side] = 250
    return picture


def chart_clip(
    path: Path, width: int, height: int, turn: int = 0, pixel: Fraction = Fraction(1), pixel_format: str = "yuv444p"
) -> Path:
    """Write 6 frames of `chart` that a player shows at width x height: stored turned, and squeezed by `pixel`."""
    stored = np.rot90(chart(width, height), turn // 90)
    columns = round(stored.shape[1] / pixel)
    stored = stored[:, ((np.arange(columns) + 0.5) * stored.shape[1] / columns).astype(int)]
    plain = path.with_stem("plain")
    with av.open(str(plain), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast", "qp": "6"})
        stream.height, stream.width = stored.shape[:2]
        stream.pix_fmt = pixel_format
        stream.codec_context.sample_aspect_ratio = pixel
        for _ in range(6):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(stored), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    ffmpeg("-display_rotation", str(-turn), "-i", plain, "-c", "copy", path)
    return path


def framed(path: Path, canvas: Canvas = TALL) -> dict[str, Pixels]:
    """Return the picture in each of the three framings, as RGB."""
    stage = Stage(path.parent, path)
    key = stage.keys[0]
    shots = [shot(key, 0, 2, "crop"), shot(key, 0, 2, "blur"), shot(key, 0, 2, "fit")]
    frames = pictures(stage.rendered(*shots, canvas=canvas), "rgb24")
    assert {f.shape for f in frames} == {(canvas.height, canvas.width, 3)}
    return {"crop": frames[0], "blur": frames[2], "fit": frames[4]}


def square_in(picture: Pixels) -> tuple[int, int, float, float]:
    """Return width, height and centre (x, y) of the white square."""
    white = picture.min(axis=2) > 185
    middle_row, middle_column = white[picture.shape[0] // 2], white[:, picture.shape[1] // 2]
    x, y = np.flatnonzero(middle_row), np.flatnonzero(middle_column)
    return len(x), len(y), x.mean() + 0.5, y.mean() + 0.5


def colour_at(picture: Pixels, x: float, y: float) -> str:
    pixel = picture[int(y), int(x)].astype(int)
    return min(CORNERS, key=lambda name: abs(pixel - CORNERS[name]).sum())


def assert_square(picture: Pixels, side: float) -> None:
    width, height, x, y = square_in(picture)
    assert width == pytest.approx(side, abs=3)
    assert height == pytest.approx(side, abs=3)
    assert x == pytest.approx(picture.shape[1] / 2, abs=2.1)
    assert y == pytest.approx(picture.shape[0] / 2, abs=2.1)


def assert_whole(picture: Pixels, shown: tuple[int, int]) -> None:
    """The whole picture must stand in the middle, as large as fits, the right way up."""
    height, width = picture.shape[:2]
    scale = min(width / shown[0], height / shown[1])
    half_width, half_height = shown[0] * scale / 2, shown[1] * scale / 2
    found = [
        colour_at(picture, width / 2 + sx * half_width * 0.9, height / 2 + sy * half_height * 0.9)
        for sy in (-1, 1)
        for sx in (-1, 1)
    ]
    assert found == list(CORNERS)
    assert_square(picture, min(shown) // 3 * scale)


SHAPES = {
    "wide": ((320, 180), Fraction(1)),
    "odd": ((321, 181), Fraction(1)),
    "tall": ((180, 320), Fraction(1)),
    "squeezed": ((320, 180), Fraction(4, 3)),
    "stretched": ((300, 200), Fraction(2, 3)),
}


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize(("shown", "pixel"), SHAPES.values(), ids=SHAPES.keys())
def test_geometry(tmp_path: Path, shown: tuple[int, int], pixel: Fraction, turn: int) -> None:
    found = framed(chart_clip(tmp_path / "c.mp4", *shown, turn, pixel))
    assert_square(found["crop"], min(shown) // 3 * max(TALL.width / shown[0], TALL.height / shown[1]))
    assert_whole(found["fit"], shown)
    assert_whole(found["blur"], shown)


def test_beside_the_picture_is_black_or_a_dim_blur(tmp_path: Path) -> None:
    found = framed(chart_clip(tmp_path / "c.mp4", 320, 180))
    above_fit, above_blur = found["fit"][:90], found["blur"][:90]
    assert above_fit.max() <= 2
    assert 40 < above_blur.mean() < 100
    steps = np.abs(np.diff(above_blur.astype(int), axis=0)).max()
    assert steps < 12, "a blurred background has no edges"


def test_crop_shows_the_middle(tmp_path: Path) -> None:
    """From 16:9 to 9:16 a third of the width stays: no corner block is seen."""
    picture = framed(chart_clip(tmp_path / "c.mp4", 320, 180))["crop"].astype(int)
    saturation = picture.max(axis=2) - picture.min(axis=2)
    assert saturation.max() < 40


@pytest.mark.parametrize("shown", [(1280, 320), (320, 1280), (32, 32), (3840, 2160), (66, 18)])
def test_panoramas_tiny_and_huge(tmp_path: Path, shown: tuple[int, int]) -> None:
    clip = chart_clip(tmp_path / "c.mp4", *shown, pixel_format="yuv420p")
    found = framed(clip)
    assert_square(found["crop"], min(shown) // 3 * max(TALL.width / shown[0], TALL.height / shown[1]))
    height, width = found["fit"].shape[:2]
    scale = min(width / shown[0], height / shown[1])
    rows = np.flatnonzero(found["fit"].max(axis=(1, 2)) > 30)
    columns = np.flatnonzero(found["fit"].max(axis=(0, 2)) > 30)
    assert len(rows) == pytest.approx(shown[1] * scale, abs=3)
    assert len(columns) == pytest.approx(shown[0] * scale, abs=3)


def test_landscape_canvas(tmp_path: Path) -> None:
    found = framed(chart_clip(tmp_path / "c.mp4", 180, 320), WIDE)
    assert_whole(found["fit"], (180, 320))
    assert_whole(found["blur"], (180, 320))
    assert found["fit"][:, :40].max() <= 2


def test_filters_hold_numbers_only() -> None:
    """The filter text is made of the canvas' size: nothing a person wrote can be in it."""
    text = framing_filters("blur", Canvas(width=1080, height=1920), Colours())
    assert "1080" in text
    assert not set(text) & set("\\%;\n") - {";"}


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_the_old_tag_turns_as_the_display_matrix_does(tmp_path: Path, turn: int) -> None:
    by_matrix = framed(chart_clip(tmp_path / "matrix.mp4", 270, 480, turn))
    stored = tmp_path / "plain.mp4"
    tagged = tmp_path / "tagged.mkv"
    ffmpeg("-i", stored, "-c", "copy", "-metadata:s:v", f"rotate={turn}", tagged)
    for mode, picture in framed(tagged).items():
        assert np.abs(picture.astype(int) - by_matrix[mode]).mean() < 1, mode
