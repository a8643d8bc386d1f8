"""Files that come: by one writer, as far as they are on the disk, as large as the disk and the settings allow."""

import errno
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from app.config import Settings
from app.db import Database
from app.errors import InputError, StorageError
from app.services.library.incoming import Incoming
from app.services.library.uploads import KEPT, SPARE_BYTES, Uploads
from app.tests.ground.children import child, said, tell


@pytest.fixture
def waiting(any_database: Database, any_settings: Settings) -> Uploads:
    return Uploads(any_database, any_settings)


def test_what_is_written_is_there_and_hashed(tmp_path: Path) -> None:
    with Incoming(tmp_path / "a") as writing:
        writing.write(b"one, ")
        writing.write(bytearray(b"two"))
        assert (writing.sync(), writing.digest()) == (8, hashlib.sha256(b"one, two").digest())
    assert (tmp_path / "a").read_bytes() == b"one, two"
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


def test_it_goes_on_where_it_is_told_to_and_drops_what_was_behind(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    with Incoming(tmp_path / "a", "sha1") as writing:
        writing.cut(2)
        writing.write(b"67")
        assert (writing.received, writing.digest()) == (4, hashlib.sha1(b"67").digest())  # noqa: S324 - tus asks for it
        with pytest.raises(StorageError) as caught:
            writing.cut(9)
        assert caught.value.instance_code == "upload_lost"
    assert (tmp_path / "a").read_bytes() == b"1267"


def test_one_writes_at_a_time_whatever_its_process(tmp_path: Path) -> None:
    place = tmp_path / "a"
    with Incoming(place), pytest.raises(InputError) as caught:
        Incoming(place)
    assert caught.value.instance_code == "upload_busy"
    program = f"""
        from pathlib import Path
        from app.services.library.incoming import Incoming
        with Incoming(Path({str(place)!r})):
            print("held", flush=True)
            input()
    """
    with child(program) as other:
        assert said(other) == "held"
        with pytest.raises(InputError):
            Incoming(place)
        other.kill()
        other.wait()
        Incoming(place).close()
    with child(program) as other:
        assert said(other) == "held"
        tell(other)


def test_a_disk_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Incoming(tmp_path / "a") as writing:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(StorageError) as caught:
            writing.write(b"x")
        assert caught.value.instance_code == "disk_full"


def test_an_upload_is_known_to_its_owner_and_waited_for_anew_with_each_part(waiting: Uploads) -> None:
    upload = waiting.begin("maria", "video", "a.mp4", 10, {"project_id": None})
    assert (upload.state, upload.received, upload.kind) == ("receiving", 0, "video")
    assert upload.expires_at - upload.created_at == KEPT
    waiting.note(upload.id, received=5)
    again = waiting.require("maria", upload.id)
    assert again.received == 5 and again.expires_at > upload.expires_at
    with pytest.raises(InputError) as caught:
        waiting.require(None, upload.id)
    assert caught.value.instance_code == "upload_unknown"


def test_an_upload_that_is_begun_again_under_its_id_is_the_same(waiting: Uploads) -> None:
    first = waiting.begin(None, None, "a.mp4", 10, {}, "chosen")
    waiting.note("chosen", received=4)
    again = waiting.begin(None, None, "a.mp4", 10, {}, "chosen")
    assert (again.id, again.received) == (first.id, 4)


def test_what_fails_says_why_and_leaves_no_bytes(waiting: Uploads) -> None:
    upload = waiting.begin(None, None, "a.mp4", 10, {})
    waiting.place(upload.id).write_bytes(b"12")
    waiting.failed(upload.id, {"code": "media_unreadable", "message": "No.", "hint": "", "subject": ""})
    assert not waiting.place(upload.id).exists()
    failed = waiting.require(None, upload.id)
    assert failed.state == "failed" and failed.error is not None and failed.error["code"] == "media_unreadable"


def test_more_than_the_settings_or_the_disk_allow_is_refused_before_it_comes(
    any_database: Database, any_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Uploads(any_database, any_settings.model_copy(update={"upload_max_mb": 1}))
    waiting.require_room(1_000_000)
    with pytest.raises(InputError) as caught:
        waiting.begin(None, None, "a.mp4", 1_000_001, {})
    assert caught.value.instance_code == "upload_too_large"
    usage = shutil.disk_usage(any_settings.data_dir)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=SPARE_BYTES + 900_000))
    waiting.require_room(900_000)
    with pytest.raises(StorageError) as full:
        waiting.begin(None, None, "a.mp4", 900_001, {})
    assert full.value.instance_code == "disk_full"
    assert str(any_settings.data_dir) not in full.value.message
