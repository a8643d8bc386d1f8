import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from app.errors import StorageError
from app.media.atomic import new_file, write_text
from app.models.base import Record
from app.services.files import ContentStore, RecordCache


class Note(Record):
    text: str


def test_a_new_file_appears_whole(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "ș 🎬.txt"
    with new_file(place) as temporary:
        temporary.write_text("half")
        assert not place.exists()
        temporary.write_text("whole")
    assert place.read_text() == "whole"
    assert list(place.parent.iterdir()) == [place]


def test_a_failure_leaves_what_was_there_before(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    write_text(place, "before")
    with pytest.raises(RuntimeError), new_file(place) as temporary:
        temporary.write_text("after")
        raise RuntimeError
    assert place.read_text() == "before"
    assert list(tmp_path.iterdir()) == [place]


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="no space") as caught:
        write_text(tmp_path / "a.txt", "text")
    assert caught.value.as_dict()["code"] == "disk_full"
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written") as caught:
        write_text(tmp_path / "file" / "below.txt", "text")
    assert caught.value.as_dict()["code"] == "storage"


def test_contents_are_stored_once_under_their_hash(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    key = store.add(b"voice", ".wav")
    assert key == hashlib.sha256(b"voice").hexdigest()
    assert store.add(b"voice", ".wav") == key
    found = store.find(key, ".wav")
    assert found is not None and found.read_bytes() == b"voice"
    assert store.find("0" * 64, ".wav") is None


def test_records_come_back_and_damaged_ones_are_absent(tmp_path: Path) -> None:
    cache = RecordCache(tmp_path)
    assert cache.get("ab12", Note) is None
    cache.put("ab12", Note(text="ș"))
    assert cache.get("ab12", Note) == Note(text="ș")
    next(tmp_path.rglob("*.json")).write_text('{"text": 3')
    assert cache.get("ab12", Note) is None


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../../x", "ab\0", "x" * 65, "ab12\n"])
def test_a_records_key_leads_out_of_no_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        RecordCache(tmp_path / "records").get(key, Note)
    with pytest.raises(ValueError, match="no key"):
        RecordCache(tmp_path / "records").put(key, Note(text=""))
    assert list(tmp_path.iterdir()) == []
