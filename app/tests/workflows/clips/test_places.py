"""Space and work folders: nothing of somebody else's is touched, nothing of a dead run stays."""

import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from app.errors import StorageError
from app.models.edit import Edit
from app.tests.models.test_edit import document
from app.workflows.clips.places import require_space, work_folder

Usage = namedtuple("Usage", "total used free")

HOLD = """
import sys
from pathlib import Path
from app.services.files import claim
with claim(Path(sys.argv[1])) as mine:
    print(mine, flush=True)
    sys.stdin.read()
"""


class Other:
    """Another process that holds a file until it is killed."""

    def __init__(self, place: Path) -> None:
        command = [sys.executable, "-c", HOLD, str(place)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"True\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def edit() -> Edit:
    return Edit.model_validate(document())


def test_too_little_space_is_said_before_anything_is_made(
    tmp_path: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_space(tmp_path / "new folder", [edit])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 5, 5_000_000))
    with pytest.raises(StorageError, match=r"may need 11 MB, and the disk .* has 4 MB left") as caught:
        require_space(tmp_path, [edit])
    assert caught.value.as_dict()["code"] == "disk_full"
    require_space(tmp_path, [])


def test_a_work_folder_is_this_runs_own_and_goes_away(tmp_path: Path) -> None:
    with work_folder(tmp_path) as first, work_folder(tmp_path) as second:
        assert first != second
        (first / "part.mp4").write_text("x")
        assert first.is_dir() and second.is_dir()
    assert list((tmp_path / "work").iterdir()) == []


def test_a_work_folder_goes_away_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), work_folder(tmp_path) as work:
        (work / "part.mp4").write_text("x")
        raise RuntimeError
    assert list((tmp_path / "work").iterdir()) == []


def test_folders_of_dead_runs_are_removed_and_of_living_ones_kept(tmp_path: Path) -> None:
    parent = tmp_path / "work"
    for name in ("alive", "dead", "old"):
        (parent / name).mkdir(parents=True)
        (parent / name / "part.mp4").write_text("x")
    alive, dead = Other(parent / "alive.lock"), Other(parent / "dead.lock")
    dead.kill()
    with work_folder(tmp_path):
        names = {place.name for place in parent.iterdir()}
    assert "alive" in names and not names & {"dead", "dead.lock", "old"}
    alive.kill()
    with work_folder(tmp_path):
        pass
    assert list(parent.iterdir()) == []


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError), work_folder(tmp_path / "file"):
        raise AssertionError("it was given")
