"""Files appear whole or not at all."""

import errno
from pathlib import Path

import pytest

from app.errors import StorageError
from app.media.atomic import new_file, storage_errors, write_text


def test_appears_at_the_end_only(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "a.txt"
    with new_file(place) as temporary:
        temporary.write_text("x")
        assert not place.exists()
        assert temporary.parent == place.parent
        assert temporary.suffix == ".txt"
    assert place.read_text() == "x"
    assert [p.name for p in place.parent.iterdir()] == ["a.txt"]
    assert place.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_of_a_failure(tmp_path: Path, error: type[BaseException]) -> None:
    place = tmp_path / "a.txt"
    place.write_text("old")
    with pytest.raises(error), new_file(place) as temporary:
        temporary.write_text("new")
        raise error
    assert place.read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]


def test_full_disk_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no space left") as caught, new_file(tmp_path / "a"):
        raise OSError(errno.ENOSPC, "full")
    assert caught.value.instance_code == "disk_full"
    assert list(tmp_path.iterdir()) == []


def test_other_disk_errors_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written") as caught:
        write_text(tmp_path / "file" / "a", "x")
    assert caught.value.instance_code == "storage"
    with pytest.raises(StorageError, match="cannot be written: None"), storage_errors(tmp_path):
        raise OSError("None")


def test_text_is_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "ș\n🔥\n")
    assert (tmp_path / "a").read_bytes() == "ș\n🔥\n".encode()
