"""Where the window stands, that it never leaves the picture, and that it travels without a jerk."""

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from app.media.colours import Colours
from app.media.framing import framing_filters, window_filters
from app.media.windows import window_of
from app.models.edit import Canvas, EditShot, Move, View
from app.models.timing import FrameSpan
from app.tests.footage import make_clip
from app.tests.media.clips import TALL, WIDE, Stage, pictures, shot
from app.tests.media.photos import photo

LANDSCAPE, PORTRAIT = (1920, 1080), (1080, 1920)
PAN = Move(start=View(x=0.40), end=View(x=0.46))
TRAVEL = FrameSpan(start=0, end=30)


def test_the_middle_by_default() -> None:
    box = window_of(View(), LANDSCAPE, TALL)
    assert (box.top, box.bottom) == (0, 1)
    assert (box.left + box.right) / 2 == pytest.approx(0.5)
    assert (box.right - box.left) * 1920 == pytest.approx(1080 * 9 / 16)


@pytest.mark.parametrize("picture", [LANDSCAPE, PORTRAIT, (640, 640), (33, 1000)])
@pytest.mark.parametrize("view", [View(x=0, y=0), View(x=1, y=1, zoom=4), View(x=0.2, y=0.9, zoom=1.3)])
def test_never_outside_and_always_of_the_canvas_shape(picture: tuple[int, int], view: View) -> None:
    box = window_of(view, picture, TALL)
    assert min(box.left, box.top) >= 0
    assert max(box.right, box.bottom) <= 1 + 1e-9
    width, height = (box.right - box.left) * picture[0], (box.bottom - box.top) * picture[1]
    assert width / height == pytest.approx(TALL.width / TALL.height)


def test_the_plain_crop_costs_what_it_did() -> None:
    plain = framing_filters("crop", TALL, Colours())
    assert window_filters(Move(), LANDSCAPE, TALL, Colours(), TRAVEL) == plain
    still = window_filters(Move(start=View(x=0.2), end=View(x=0.2)), LANDSCAPE, TALL, Colours(), TRAVEL)
    assert still.count("scale=") == plain.count("scale=")
    assert "perspective" not in still


def bars(path: Path, size: tuple[int, int] = (640, 360), frames: int = 70) -> Path:
    """Write a still picture: a soft white bar every 40 pixels, its middle at 20, 60, 100 ..."""
    x = np.arange(size[0])
    line = 40 + 180 * np.exp(-(((x % 40) - 19.5) ** 2) / 18)
    picture = np.repeat(np.repeat(line.astype(np.uint8)[None, :, None], size[1], 0), 3, 2)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast", "qp": "6"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for _ in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def bar_at(row: npt.NDArray[np.float64], near: float, reach: int) -> float:
    """Return the middle of the bar near a place, to a fraction of a pixel."""
    x = np.arange(max(0, round(near) - reach), min(len(row), round(near) + reach + 1))
    weight = row[x] - row.min()
    return float((x * weight).sum() / weight.sum()) + 0.5


def moved(stage: Stage, move: Move, frames: int) -> EditShot:
    return shot(stage.keys[0], 0.0, frames).evolve(move=move)


def places(shown: list[npt.NDArray[np.uint8]], first: float) -> list[float]:
    """Follow one bar, which is at `first` in the first picture."""
    found = [first]
    for picture in shown:
        row = picture[picture.shape[0] // 2].astype(np.float64)
        found.append(bar_at(row, found[-1], 24))
    return found[1:]


def test_a_slow_pan_is_even(tmp_path: Path) -> None:
    """38 pixels of the source in 60 frames: each frame moves by what its place on the way asks, to 1/6 of a pixel."""
    stage = Stage(tmp_path, bars(tmp_path / "b.mp4"))
    canvas = Canvas(width=360, height=640)
    one = moved(stage, PAN, 60)
    assert stage.edit([one], canvas).shots[0].move == PAN
    shown = pictures(stage.rendered(one, canvas=canvas))
    scale = 640 / 360
    left = window_of(PAN.start, (640, 360), canvas).left * 640
    begin = (next(x for x in range(20, 640, 40) if x > left + 100) - left) * scale
    found = places(shown, begin)
    t = np.arange(60) / 59
    expected = begin - 0.06 * 640 * scale * (t * t * (3 - 2 * t))
    off = np.array(found) - expected
    assert np.abs(off).max() < 2.3, "what is cut out once begins at an even pixel of the source"
    assert np.abs(off - np.median(off)).max() < 0.2, "but no frame jumps"
    assert np.abs(np.diff(found) - np.diff(expected)).max() < 1 / 6


def test_a_zoom_ends_where_a_still_window_stands(tmp_path: Path) -> None:
    stage = Stage(tmp_path, bars(tmp_path / "b.mp4"))
    near = View(x=0.5, y=0.5, zoom=1.5)
    zoom = pictures(stage.rendered(moved(stage, Move(start=View(), end=near), 20), canvas=TALL))
    still = pictures(stage.rendered(moved(stage, Move(start=near, end=near), 2), canvas=TALL))
    plain = pictures(stage.rendered(shot(stage.keys[0], 0, 2), canvas=TALL))
    for ours, theirs in ((zoom[0], plain[0]), (zoom[-1], still[0])):
        assert np.abs(ours.astype(int) - theirs)[8:-8, 8:-8].mean() < 6


MOVES = (
    Move(start=View(x=0.3, y=0.3), end=View(x=0.3, y=0.3)),
    Move(start=View(), end=View(zoom=1.2)),
    Move(start=View(x=0.2, y=0.2), end=View(x=0.8, y=0.8)),
)


@pytest.mark.parametrize("name", ["p.png", "c.mp4"])
@pytest.mark.parametrize("canvas", [TALL, WIDE], ids=["tall", "wide"])
def test_a_picture_with_odd_sides_has_windows_too(tmp_path: Path, name: str, canvas: Canvas) -> None:
    """A window over the whole of a side would be a pixel longer than it, were it rounded up to an even number."""
    path = tmp_path / name
    if name == "p.png":
        photo(path, size=(407, 607))
    else:
        make_clip(path, seconds=1, size=(643, 363), cuts=(), audio=None)
    stage = Stage(tmp_path, path)
    shots = (moved(stage, move, 4).evolve(id=str(n)) for n, move in enumerate(MOVES))
    shown = pictures(stage.rendered(*shots, canvas=canvas))
    assert len(shown) == 4 * len(MOVES)
    assert all(picture.std() > 10 for picture in shown)


def test_a_still_window_is_where_it_should_be(tmp_path: Path) -> None:
    stage = Stage(tmp_path, bars(tmp_path / "b.mp4"))
    right = View(x=1.0)
    shown = pictures(stage.rendered(moved(stage, Move(start=right, end=right), 2), canvas=TALL))[0]
    row = shown[160].astype(np.float64)
    scale = 320 / 360
    left = window_of(right, (640, 360), TALL).left * 640
    assert bar_at(row, (620 - left) * scale, 12) == pytest.approx((620 - left) * scale, abs=1.5)
