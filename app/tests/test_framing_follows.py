"""What finished clips show: the subject, wherever in the wide picture it was, found in their own frames."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from app.config import Settings
from app.editing.document import read_edit
from app.media.faces import FaceFinder
from app.models.control import Control
from app.models.edit import Edit
from app.models.make import MakeRequest
from app.tests.footage import ffmpeg, texture
from app.tests.portraits import Person, Picture, portrait
from app.workflows.make import make

pytestmark = pytest.mark.slow

SIZE = (640, 360)
FPS = 30
SQUARE = 56  # pixels
Scene = Callable[[int], Picture]
Made = tuple[Edit, list[Picture]]


@pytest.fixture
def clip(settings: Settings, tmp_path: Path) -> Callable[..., Made]:
    """`clip(scene)` films 4 s of it, makes a clip of 2 s, and returns its edit and every tenth of its frames."""

    def run(scene: Scene, **given: object) -> Made:
        film = filmed(tmp_path / "film.mp4", scene)
        request = {"files": (film,), "duration": 2.0, "quality": "draft", "out": tmp_path / "clips", **given}
        result = make(MakeRequest.model_validate(request), settings, lambda *_: None, Control())
        files = result.clips[0].files
        return read_edit(files["edit"].read_text(encoding="utf-8")), list(frames(files["mp4"]))

    return run


def filmed(path: Path, scene: Scene, seconds: float = 4.0) -> Path:
    raw = path.with_suffix(".rgb")
    raw.write_bytes(b"".join(scene(n).tobytes() for n in range(round(seconds * FPS))))
    kind = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIZE[0]}x{SIZE[1]}", "-r", str(FPS))
    ffmpeg(*kind, "-i", raw, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "16", "-pix_fmt", "yuv420p", path)
    return path


def frames(path: Path) -> Iterator[Picture]:
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 10 == 0:
                yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def with_square(x: float, n: int) -> Picture:
    """Return a dim, grainy wall with a bright square around the share `x` of the width, which jumps a little."""
    picture = grainy(texture(3, *SIZE) // 4, n)
    left = round(np.clip(x * SIZE[0] - SQUARE / 2, 0, SIZE[0] - SQUARE)) // 2 * 2
    top = 150 + round(12 * np.sin(n / 4))
    picture[top : top + SQUARE, left : left + SQUARE] = (250, 250, 210)
    return picture


def grainy(picture: Picture, n: int) -> Picture:
    grain = np.random.default_rng(n).integers(0, 5, (SIZE[1], SIZE[0], 1), np.uint8)
    return np.asarray(picture + grain, np.uint8)


def share_of_square(picture: Picture) -> float:
    """Return how much of the square a frame of a clip shows."""
    scale = picture.shape[0] / SIZE[1]
    return np.count_nonzero(picture.min(axis=2) > 180) / float(SQUARE * scale) ** 2


@pytest.mark.parametrize("place", [0.08, 0.92])
def test_what_moves_at_the_edge_of_the_picture_is_in_the_clip(clip: Callable[..., Made], place: float) -> None:
    edit, shown = clip(lambda n: with_square(place, n))

    assert edit.shots[0].framing == "crop"
    assert min(map(share_of_square, shown)) > 0.9


def test_what_walks_across_stays_in_the_clip(clip: Callable[..., Made]) -> None:
    edit, shown = clip(lambda n: with_square(0.25 + 0.1 * n / FPS, n))

    assert any(not shot.move.still for shot in edit.shots)
    assert all(shot.move.end.x > shot.move.start.x for shot in edit.shots if not shot.move.still)
    assert min(map(share_of_square, shown)) > 0.8


def talking(people: list[Person], moving_at: float | None = None) -> Scene:
    """Return a scene of people, beside something that moves."""
    still = portrait(SIZE, people)

    def scene(n: int) -> Picture:
        picture = grainy(still, n)
        if moving_at is not None:
            left, top = round(moving_at * SIZE[0]), 200 + round(20 * np.sin(n / 3))
            picture[top : top + 20, left : left + 20] = 240
        return picture

    return scene


def test_a_face_is_whole_in_every_frame_though_something_else_moves(clip: Callable[..., Made]) -> None:
    edit, shown = clip(talking([Person(110, 146, 54)], moving_at=0.85))

    finder = FaceFinder()
    for picture in shown:
        (face,) = finder.find(np.ascontiguousarray(picture[::3, ::3]))
        assert 0.02 < face.left < face.right < 0.98
    assert "face" in edit.shots[0].reason


def test_faces_too_far_apart_for_the_canvas_are_shown_whole_unless_a_crop_is_asked_for(
    clip: Callable[..., Made],
) -> None:
    two = talking([Person(104, 146, 54), Person(536, 146, 54)])

    assert {shot.framing for shot in clip(two)[0].shots} == {"blur"}
    edit, shown = clip(two, framing="crop")
    assert {shot.framing for shot in edit.shots} == {"crop"}
    assert all(len(FaceFinder().find(np.ascontiguousarray(picture[::3, ::3]))) == 1 for picture in shown)
