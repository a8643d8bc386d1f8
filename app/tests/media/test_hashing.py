import hashlib
from pathlib import Path

import pytest

from app.errors import Cancelled
from app.media.hashing import file_hash
from app.models.control import Control


def test_is_the_sha256_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x" * 3_000_001)
    assert file_hash(path) == hashlib.sha256(b"x" * 3_000_001).hexdigest()


def test_names_do_not_matter(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mov"):
        (tmp_path / name).write_bytes(b"same")
    assert file_hash(tmp_path / "a.mp4") == file_hash(tmp_path / "b.mov")


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        file_hash(tmp_path / "none")


def test_tells_how_far_it_is_to_the_end(tmp_path: Path) -> None:
    path, told = tmp_path / "data", list[float]()
    path.write_bytes(b"x" * (5 << 19))
    file_hash(path, Control(told.append))
    assert told == [0.4, 0.8, 1.0]


def test_stops_when_asked_and_not_only_at_the_end(tmp_path: Path) -> None:
    path, told = tmp_path / "data", list[float]()
    path.write_bytes(b"x" * (4 << 20))

    def report(share: float) -> None:
        told.append(share)
        control.cancel()

    control = Control(report)
    with pytest.raises(Cancelled):
        file_hash(path, control)
    assert told == [0.25]


def test_an_empty_file_has_a_hash(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert file_hash(tmp_path / "data", Control()) == hashlib.sha256().hexdigest()
