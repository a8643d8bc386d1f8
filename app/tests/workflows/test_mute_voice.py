"""What a muting job makes is moved to its place once, and nothing of anybody's is written over."""

import os
from pathlib import Path

import pytest

from app.errors import Cancelled, InputError, StorageError
from app.models.control import Control
from app.tests.ground.children import child
from app.workflows import mute_voice
from app.workflows.clips.holds import let_go, take_back
from app.workflows.mute_voice import mute_request


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The finished file in its job's folder."""
    place = tmp_path / "jobs" / "job" / "muted.mp4"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"muted")
    return place


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out" / "film ș.mp4"


def shown(made: Path, out: Path, job_id: str = "job", control: Control | None = None) -> str:
    return mute_voice._show(made, out, job_id, control or Control()).name


def contents(folder: Path) -> dict[str, bytes]:
    return {place.name: place.read_bytes() for place in folder.iterdir()}


def test_shown_once_however_often_it_is_tried(made: Path, out: Path) -> None:
    assert shown(made, out) == shown(made, out) == "film ș.mp4"
    made.unlink()
    assert shown(made, out) == "film ș.mp4"
    let_go(out.parent, "job")
    assert contents(out.parent) == {"film ș.mp4": b"muted"}


def test_on_another_disk_it_is_copied(made: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other_disk(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", other_disk)
    assert shown(made, out) == shown(made, out) == "film ș.mp4"
    assert not out.samefile(made)
    let_go(out.parent, "job")
    assert contents(out.parent) == {"film ș.mp4": b"muted"}
    stopped = Control()
    stopped.cancel()
    with pytest.raises(Cancelled):
        shown(made, out, "next", stopped)
    take_back(out.parent, "next")
    assert contents(out.parent) == {"film ș.mp4": b"muted"}


def test_a_file_that_is_there_already_stays(made: Path, out: Path) -> None:
    out.parent.mkdir()
    out.write_bytes(b"somebody's")
    (out.parent / "film ș-2.mp4").symlink_to("nowhere")
    assert shown(made, out) == shown(made, out) == "film ș-3.mp4"
    assert out.read_bytes() == b"somebody's"


def test_two_jobs_have_two_files(made: Path, out: Path) -> None:
    assert [shown(made, out, job) for job in ("job", "other", "job")] == ["film ș.mp4", "film ș-2.mp4", "film ș.mp4"]


def test_what_a_cancelled_job_showed_is_taken_back(made: Path, out: Path) -> None:
    shown(made, out)
    take_back(out.parent, "job")
    assert contents(out.parent) == {}
    assert made.read_bytes() == b"muted"


PROGRAM = """
import os, signal
from pathlib import Path
from app.models.control import Control
from app.workflows import mute_voice
from app.workflows.clips import holds
settle = holds.settle
def dying(made, place):
    if {after}:
        settle(made, place)
    os.kill(os.getpid(), signal.SIGKILL)
holds.settle = dying
mute_voice._show(Path({made!r}), Path({out!r}), "job", Control())
"""


@pytest.mark.parametrize("after", [False, True])
def test_killed_while_it_is_shown_it_is_shown_all_the_same_or_taken_back(made: Path, out: Path, after: bool) -> None:
    with child(PROGRAM.format(after=after, made=str(made), out=str(out))) as dead:
        dead.wait(60)
    assert out.exists() == after
    assert shown(made, out) == "film ș.mp4"
    take_back(out.parent, "job")
    assert contents(out.parent) == {}


def test_when_all_names_are_taken_it_says_so(made: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mute_voice, "numbered", lambda *_: iter([out]))
    out.parent.mkdir()
    out.touch()
    with pytest.raises(StorageError, match="is full of files"):
        shown(made, out)


def test_a_film_is_never_its_own_result(tmp_path: Path) -> None:
    path, link = tmp_path / "a.mp4", tmp_path / "b.mp4"
    path.touch()
    link.symlink_to(path)
    for out in (path, link, tmp_path / "." / "a.mp4"):
        with pytest.raises(InputError) as caught:
            mute_request(path, out, 0.0)
        assert caught.value.instance_code == "same_file"
    assert mute_request(path, tmp_path / "c.mp4", 0.0)["keep"] == 0.0
