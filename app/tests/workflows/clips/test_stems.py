"""A clip's name is one job's, over crashes, until it is let go; nothing of anybody else's is touched."""

import json
import multiprocessing
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.editing.document import edit_json
from app.errors import InputError, StorageError
from app.models.edit import Edit
from app.tests.models.test_edit import document
from app.workflows.clips.holds import beside_prefix, take_back
from app.workflows.clips.places import files_of
from app.workflows.clips.stems import choose_stem, take_stem


@pytest.fixture
def edit() -> Edit:
    return Edit.model_validate(document())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def chosen(out: Path, edit: Edit, job_id: str) -> str:
    return choose_stem(out, edit, job_id, out.parent / "jobs" / beside_prefix(job_id)).name


def names(folder: Path) -> set[str]:
    return {place.name for place in folder.iterdir()}


def test_a_job_that_asks_again_gets_its_name_again(out: Path, edit: Edit) -> None:
    assert chosen(out, edit, "a") == "clip-01"
    assert chosen(out, edit, "b") == "clip-01-2"
    assert chosen(out, edit, "c") == "clip-01-3"
    take_back(out, "a")
    assert chosen(out, edit, "b") == "clip-01-2", "not the free one: files may be there already"
    assert chosen(out, edit, "d") == "clip-01"


def test_what_is_let_go_leaves_no_file(out: Path, edit: Edit) -> None:
    chosen(out, edit, "a")
    take_back(out, "a")
    take_back(out, "a")
    assert names(out) == set()


def test_letting_go_takes_what_was_left_half_written_and_nothing_else(out: Path, edit: Edit) -> None:
    chosen(out, edit, "a")
    chosen(out, edit, "ab")
    mine, others = out / f"{beside_prefix('a')}x", out / f"{beside_prefix('ab')}x"
    for folder in (mine, others):
        folder.mkdir()
    for place in (mine / "mp4", others / "mp4", out / f"{mine.name}.lock", out / "clip-01.mp4", out / "mine.tmp"):
        place.write_text("x")
    take_back(out, "a")
    assert names(out) == {others.name, "clip-01.mp4", "mine.tmp", ".clip-01-2.held"}


def test_clips_of_others_keep_their_names(out: Path, edit: Edit) -> None:
    out.mkdir()
    (out / "clip-01.mp4").write_text("mine")
    files_of(out / "clip-01-2")["edit"].write_text(edit_json(edit), encoding="utf-8")
    assert chosen(out, edit.evolve(seed=4), "a") == "clip-01-3"
    assert chosen(out, edit, "b") == "clip-01-2", "a clip of the same edit is the same clip"


@pytest.mark.parametrize("ending", [".mp4", ".srt", ".jpg", ".edit.json"])
def test_a_file_of_a_persons_own_is_never_in_the_way(out: Path, edit: Edit, ending: str) -> None:
    out.mkdir()
    (out / f"clip-01{ending}").write_text("mine")
    assert chosen(out, edit, "a") == "clip-01-2"


def test_the_name_of_a_job_whose_folder_is_gone_is_free(out: Path, edit: Edit) -> None:
    """Cancelled while no worker stood: whoever cleans up removes the job's folder, and knows of no other place."""
    chosen(out, edit, "a")
    shutil.rmtree(out.parent / "jobs" / beside_prefix("a"))
    assert chosen(out, edit, "b") == "clip-01"
    assert json.loads((out / ".clip-01.held").read_text())["job"] == "b"


def test_a_job_on_another_machine_holds_its_name(out: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(socket, "gethostname", lambda: "elsewhere")
        chosen(out, edit, "a")
    shutil.rmtree(out.parent / "jobs" / beside_prefix("a"))
    assert chosen(out, edit, "b") == "clip-01-2"


def test_a_hold_that_cannot_be_read_is_somebodys(out: Path, edit: Edit) -> None:
    out.mkdir()
    (out / ".clip-01.held").write_text("[]")
    assert chosen(out, edit, "a") == "clip-01-2"


@pytest.mark.parametrize("name", ["[a]*?", "ș ț", "a.b", "x" * 100])
def test_any_name_of_an_edit_does(out: Path, edit: Edit, name: str) -> None:
    named = edit.evolve(name=name)
    assert [chosen(out, named, job) for job in ("1", "2", "1")] == [name, f"{name}-2", name]
    take_back(out, "1")
    take_back(out, "2")
    assert names(out) == set()


@given(st.text(min_size=1))
@hypothesis_settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_job_id_does(out: Path, edit: Edit, job_id: str) -> None:
    assert chosen(out, edit, job_id) == chosen(out, edit, job_id) == "clip-01"
    take_back(out, job_id)
    assert names(out) == set()


def take(out: str, folder: str, job_id: str, barrier: Any, results: Any) -> None:
    """Choose a name in a process of its own, at the same moment as the others."""
    edit = Edit.model_validate(document())
    barrier.wait()
    results.put(choose_stem(Path(out), edit, job_id, Path(folder) / job_id).name)


@pytest.mark.slow
def test_processes_that_choose_at_once_get_names_of_their_own(out: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(6), context.Queue()
    workers = [
        context.Process(target=take, args=(str(out), str(tmp_path / "jobs"), f"job{number}", barrier, results))
        for number in range(6)
    ]
    for worker in workers:
        worker.start()
    taken = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert len(set(taken)) == 6
    assert names(out) == {f".{name}.held" for name in taken}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, edit: Edit) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        chosen(tmp_path / "file" / "out", edit, "a")


def test_a_folder_full_of_clips(out: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.workflows.clips.stems.is_taken", lambda *_: True)
    with pytest.raises(StorageError, match="full of clips"):
        chosen(out, edit, "a")


def taken(stem: Path, edit: Edit, job_id: str) -> str:
    return take_stem(stem, edit, job_id, stem.parent.parent / "jobs" / beside_prefix(job_id)).name


def test_a_name_that_was_asked_for_is_held_as_well(out: Path, edit: Edit) -> None:
    assert taken(out / "mine", edit, "a") == taken(out / "mine", edit, "a") == "mine"
    for other in (edit, edit.evolve(seed=4)):
        with pytest.raises(InputError, match="just being made") as caught:
            taken(out / "mine", other, "b")
        assert caught.value.instance_code == "out_taken"
    assert chosen(out, edit.evolve(name="mine"), "c") == "mine-2"
    take_back(out, "a")
    assert taken(out / "mine", edit, "b") == "mine"
    assert names(out) == {".mine.held", ".mine-2.held"}


def test_a_name_that_was_asked_for_is_not_another_clips(out: Path, edit: Edit) -> None:
    out.mkdir()
    files_of(out / "mine")["edit"].write_text(edit_json(edit), encoding="utf-8")
    with pytest.raises(InputError, match="belongs to another clip"):
        taken(out / "mine", edit.evolve(seed=4), "a")
    assert taken(out / "mine", edit, "b") == "mine"
