"""Names, space and work folders: nothing of somebody else's is touched, nothing of a dead run stays."""

import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from app.editing.document import edit_json
from app.errors import StorageError
from app.models.edit import Edit
from app.tests.models.test_edit import document
from app.workflows.places import files_of, require_space, reserved_stem, work_folder

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


def finish(stem: Path, edit: Edit) -> None:
    for kind, place in files_of(stem).items():
        place.write_text(edit_json(edit) if kind == "edit" else "x", encoding="utf-8")


def stem_for(folder: Path, edit: Edit) -> str:
    with reserved_stem(folder, edit) as stem:
        return stem.name


def test_the_first_free_name_is_taken(tmp_path: Path, edit: Edit) -> None:
    assert stem_for(tmp_path, edit) == "clip-01"
    assert list(tmp_path.iterdir()) == []


def test_a_clip_of_the_same_edit_is_replaced_and_any_other_is_not(tmp_path: Path, edit: Edit) -> None:
    finish(tmp_path / "clip-01", edit)
    assert stem_for(tmp_path, edit) == "clip-01"
    other = edit.evolve(seed=5)
    assert stem_for(tmp_path, other) == "clip-01-2"
    finish(tmp_path / "clip-01-2", other)
    assert stem_for(tmp_path, other) == "clip-01-2"
    assert stem_for(tmp_path, edit.evolve(seed=6)) == "clip-01-3"


@pytest.mark.parametrize("ending", [".mp4", ".srt", ".jpg", ".edit.json"])
def test_a_file_of_a_persons_own_is_never_replaced(tmp_path: Path, edit: Edit, ending: str) -> None:
    (tmp_path / f"clip-01{ending}").write_text("mine")
    assert stem_for(tmp_path, edit) == "clip-01-2"


def test_a_name_that_is_being_made_is_left_alone(tmp_path: Path, edit: Edit) -> None:
    with reserved_stem(tmp_path, edit) as first, reserved_stem(tmp_path, edit) as second:
        assert (first.name, second.name) == ("clip-01", "clip-01-2")


def test_what_a_killed_run_left_under_the_name_is_removed(tmp_path: Path, edit: Edit) -> None:
    other = Other(tmp_path / ".clip-01.lock")
    half = tmp_path / ".clip-01.abc123.tmp.mp4"
    half.write_text("half a clip")
    unrelated = tmp_path / ".clip-015.abc123.tmp.mp4"
    unrelated.write_text("another")
    assert stem_for(tmp_path, edit) == "clip-01-2"
    assert half.exists()
    other.kill()
    assert stem_for(tmp_path, edit) == "clip-01"
    assert list(tmp_path.iterdir()) == [unrelated]


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


def test_a_folder_full_of_clips(tmp_path: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: Any) -> bool:
        return True

    monkeypatch.setattr("app.workflows.places.is_taken", taken)
    with pytest.raises(StorageError, match="full of clips"):
        stem_for(tmp_path, edit)
