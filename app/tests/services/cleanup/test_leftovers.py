"""What was left over is told by exact names and age, never by what a name begins with."""

import os
import time
from pathlib import Path

import pytest

from app.services.cleanup.leftovers import (
    dead_runs,
    half_written,
    is_dead_run,
    is_half_written,
    is_old_log,
    old_logs,
    size_of,
)
from app.services.files import claim

DAY = 86_400


def aged(path: Path, days: float) -> Path:
    """Make a file, or let what is there be, and set its time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text("x")
    moment = time.time() - days * DAY
    os.utime(path, (moment, moment))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "cache/analysis/ab/.abc.k3x_9zab.tmp.json",
        "library/voices/ab/.abc.k3x_9zab.tmp.wav",
        "library/a.tmp",
        "logs/.error-1.k3x_9zab.tmp.txt",
        "backups/.schema-0001-x.db.tmp",
        "work/0123.lock",
        "cache/.ș 🔥.k3x_9zab.tmp.json",
    ],
)
def test_a_half_written_file_goes_after_a_day(tmp_path: Path, name: str) -> None:
    path = aged(tmp_path / name, 1.1)
    assert half_written(tmp_path) == [path]
    assert not is_half_written(aged(path, 0.9))
    assert half_written(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        "cache/analysis/ab/abc.json",
        "library/tmp.mp4",
        "library/my.tmp.mp4",  # a person's name for a file
        "library/.abc.k3x.tmp.mp4",
        "library/abc.k3x_9zab.tmp.mp4",
        "voices/mine.tmp",
        "config.toml.tmp",
        "clips/.abc.k3x_9zab.tmp.mp4",
        "work/jobs/0123/a.tmp",
        "work/0123/a.tmp",
        "cache/a.lock",
    ],
)
def test_any_other_file_stays_whatever_its_age(tmp_path: Path, name: str) -> None:
    aged(tmp_path / name, 400)
    assert half_written(tmp_path) == []


def test_a_link_out_of_the_data_folder_is_not_followed(tmp_path: Path) -> None:
    outside = aged(tmp_path / "outside" / "precious.tmp", 9)
    (tmp_path / "data" / "cache").mkdir(parents=True)
    (tmp_path / "data" / "cache" / "link").symlink_to(outside.parent)
    (tmp_path / "data" / "work").mkdir()
    (tmp_path / "data" / "work" / "link").symlink_to(outside.parent)
    assert half_written(tmp_path / "data") == []
    assert dead_runs(tmp_path / "data") == []
    assert size_of(tmp_path / "data" / "cache" / "link") != size_of(outside)


def test_a_run_is_dead_when_nobody_holds_its_lock_and_nothing_moved_for_a_day(tmp_path: Path) -> None:
    folder = tmp_path / "work" / "0123"
    aged(folder / "part-0001.mp4", 2)
    aged(folder, 2)
    assert dead_runs(tmp_path) == [folder]
    with claim(folder.with_name("0123.lock")):
        assert dead_runs(tmp_path) == []
    assert dead_runs(tmp_path) == [folder]
    aged(folder / "part-0002.mp4", 0.5)
    aged(folder, 2)
    assert not is_dead_run(folder)


def test_looking_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "work" / "0123"
    aged(folder / "a", 2)
    aged(folder, 2)
    aged(tmp_path / "work" / "0123.lock", 2)
    aged(tmp_path / "work" / "4567.lock", 2)
    before = sorted(tmp_path.rglob("*"))
    assert dead_runs(tmp_path) == [folder]
    assert [path.name for path in half_written(tmp_path)] == ["4567.lock"]
    assert sorted(tmp_path.rglob("*")) == before


def test_the_folder_of_jobs_is_no_run(tmp_path: Path) -> None:
    aged(tmp_path / "work" / "jobs" / "0123" / "a", 9)
    aged(tmp_path / "work" / "jobs", 9)
    assert dead_runs(tmp_path) == []


def test_notes_of_errors_go_after_thirty_days_and_nothing_else_does(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    old = [aged(logs / f"error-20260101-000000{more}.txt", 31) for more in ("", "-123456")]
    kept = [aged(logs / "error-20260101-000001.txt", 29), aged(logs / "worker.log", 99), aged(logs / "error.txt", 99)]
    kept.append(aged(logs / "error-20260101-000000_keep.txt", 99))
    assert old_logs(tmp_path) == sorted(old)
    assert not any(map(is_old_log, kept))


def test_sizes(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "1").write_bytes(b"x" * 10)
    (tmp_path / "a" / "b" / "2").write_bytes(b"x" * 5)
    assert size_of(tmp_path / "a") == 15
    assert size_of(tmp_path / "a" / "1") == 10
    assert size_of(tmp_path / "gone") == 0
