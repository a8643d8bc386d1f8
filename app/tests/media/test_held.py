"""What a process holds it holds alone, and only while it lives."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.errors import StorageError
from app.media.held import claim, own_folder

HOLD = """
import sys
import threading
from pathlib import Path
from app.media.held import own_folder
with own_folder(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


def holder(parent: Path) -> tuple["subprocess.Popen[str]", Path]:
    """Start a process with a folder of its own under `parent`; return both."""
    command = [sys.executable, "-c", HOLD, str(parent)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def killed(process: "subprocess.Popen[str]") -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def test_a_claim_is_one_processs_and_leaves_no_file(tmp_path: Path) -> None:
    place = tmp_path / "lock"
    with claim(place) as first, claim(place) as second:
        assert (first, second) == (True, False)
    assert not place.exists()
    with claim(place) as again:
        assert again


def test_each_gets_a_folder_of_its_own_and_the_dead_leave_none(tmp_path: Path) -> None:
    process, theirs = holder(tmp_path)
    with own_folder(tmp_path) as mine:
        assert mine != theirs
        assert (theirs / "half").exists(), "its owner lives"
    killed(process)
    assert theirs.exists()
    with own_folder(tmp_path) as mine:
        assert [place for place in tmp_path.iterdir() if place.is_dir()] == [mine]
    assert list(tmp_path.iterdir()) == []


def test_many_that_come_and_go_at_once_keep_their_folders(tmp_path: Path) -> None:
    """Whoever looks for dead ones holds their locks for a moment: just then a new one must not go without."""
    failures: list[BaseException] = []

    def come_and_go() -> None:
        try:
            for _ in range(200):
                with own_folder(tmp_path) as folder:
                    (folder / "part").write_text("x")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_stays_though_nobody_holds_it(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "dead").mkdir()
    with own_folder(tmp_path, frozenset(["jobs"])):
        pass
    assert [place.name for place in tmp_path.iterdir()] == ["jobs"]


def test_only_what_begins_with_the_prefix_is_anybodys(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("x")
    for name in (".ab.dead", ".abc.dead"):
        (tmp_path / name).mkdir()
    with own_folder(tmp_path, prefix=".ab.") as mine:
        assert mine.name.startswith(".ab.")
    assert {place.name for place in tmp_path.iterdir()} == {"clip.mp4", ".abc.dead"}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError), own_folder(tmp_path / "file" / "tries"):
        raise AssertionError("it was given")
