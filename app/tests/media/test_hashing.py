import hashlib
from pathlib import Path

import pytest

from app.media.hashing import file_hash


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
