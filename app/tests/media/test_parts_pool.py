"""Parts that clips share: taken as a link of one's own, made once, never damaged, never needed."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.media.parts_pool import Pool

KEY, OTHER = "a" * 64, "b" * 64
HOLD = """
import sys, time
from pathlib import Path
from app.media.parts_pool import Pool
with Pool(Path(sys.argv[1])).turn(sys.argv[2]) as mine:
    print(mine, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    return Pool(tmp_path / "cache")


def made(folder: Path, content: str = "picture") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "made.mp4"
    file.write_text(content)
    return file


def job(tmp_path: Path, name: str = "job") -> Path:
    folder = tmp_path / name
    folder.mkdir(exist_ok=True)
    return folder


def test_what_one_gave_another_takes(tmp_path: Path, pool: Pool) -> None:
    pool.give(made(tmp_path / "one"), KEY)
    taken = pool.take(KEY, job(tmp_path))
    assert taken is not None and taken.parent == tmp_path / "job" and taken.read_text() == "picture"
    assert pool.take(OTHER, job(tmp_path)) is None
    assert [place.name for place in (tmp_path / "job").iterdir()] == [taken.name]


def test_what_was_taken_stays_when_the_pool_is_cleaned(tmp_path: Path, pool: Pool) -> None:
    pool.give(made(tmp_path / "one"), KEY)
    taken = pool.take(KEY, job(tmp_path))
    for file in pool.folder.rglob("*.mp4"):
        file.unlink()
    assert taken is not None and taken.read_text() == "picture"
    assert pool.take(KEY, job(tmp_path, "next")) is None


@pytest.mark.parametrize("harm", ["", "pict", "picturE"])
def test_what_was_damaged_is_removed_and_not_used(tmp_path: Path, pool: Pool, harm: str) -> None:
    pool.give(made(tmp_path / "one"), KEY)
    (there,) = pool.folder.rglob("*.mp4")
    there.unlink()
    there.write_text(harm)
    assert pool.take(KEY, job(tmp_path)) is None
    assert not there.exists()
    assert list((tmp_path / "job").iterdir()) == []
    pool.give(made(tmp_path / "again"), KEY)
    assert pool.take(KEY, job(tmp_path)) is not None


def test_giving_mends_what_was_damaged(tmp_path: Path, pool: Pool) -> None:
    pool.give(made(tmp_path / "one"), KEY)
    (there,) = pool.folder.rglob("*.mp4")
    there.unlink()
    there.write_text("half")
    pool.give(made(tmp_path / "two"), KEY)
    assert there.read_text() == "picture"


def test_a_disk_without_links_gets_copies(tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*names: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    pool.give(made(tmp_path / "one"), KEY)
    taken = pool.take(KEY, job(tmp_path))
    (there,) = pool.folder.rglob("*.mp4")
    assert taken is not None and not taken.samefile(there)
    assert not list(tmp_path.rglob("*.tmp"))


def test_each_use_is_told(tmp_path: Path) -> None:
    told: list[Path] = []
    pool = Pool(tmp_path / "cache", told.append)
    pool.give(made(tmp_path / "one"), KEY)
    assert told == []
    pool.take(KEY, job(tmp_path))
    assert told == list(pool.folder.rglob("*.mp4"))


def test_a_pool_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    """As when its disk is full: nothing is kept, nothing fails, and everybody may work."""
    (tmp_path / "file").write_text("")
    pool = Pool(tmp_path / "file" / "cache")
    pool.give(made(tmp_path / "one"), KEY)
    assert pool.take(KEY, job(tmp_path)) is None
    with pool.turn(KEY) as first, pool.turn(KEY) as second:
        assert first and second


def test_one_at_a_time_has_the_turn(pool: Pool) -> None:
    with pool.turn(KEY) as first, pool.turn(KEY) as second, pool.turn(OTHER) as other:
        assert (first, second, other) == (True, False, True)
    with pool.turn(KEY) as again:
        assert again
    assert not [place for place in pool.folder.rglob("*") if place.is_file()]


def test_what_goes_wrong_in_a_turn_is_not_hidden(pool: Pool) -> None:
    with pytest.raises(OSError, match="mine"), pool.turn(KEY):
        raise OSError("mine")


def test_who_dies_gives_up_its_turn(pool: Pool) -> None:
    command = [sys.executable, "-c", HOLD, str(pool.folder), KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "True\n"
        with pool.turn(KEY) as mine:
            assert not mine
        process.kill()
    with pool.turn(KEY) as mine:
        assert mine


def test_many_at_once_make_it_once(tmp_path: Path, pool: Pool) -> None:
    makers: list[int] = []

    def work(number: int) -> None:
        folder = job(tmp_path, f"job{number}")
        while pool.take(KEY, folder) is None:
            with pool.turn(KEY) as mine:
                if mine and pool.take(KEY, folder) is None:
                    makers.append(number)
                    pool.give(made(tmp_path / f"made{number}"), KEY)
            time.sleep(0.001)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(makers) == 1
