"""What holds say, whatever names files have, and that nothing outside of a folder is ever touched."""

import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.errors import StorageError
from app.media.held import claim
from app.models.control import Control
from app.workflows.clips import holds
from app.workflows.clips.holds import beside_prefix, bring, hold_first, left_in, let_go, show, take_back, was_shown
from app.workflows.jobs.abandon import clear_beside, out_folder


def held(out: Path, name: str, job_id: str = "job") -> Path:
    place = hold_first([out / name], Path.exists, out, job_id, out.parent / "jobs" / beside_prefix(job_id))
    assert place is not None
    return place


def made(out: Path, text: str = "made") -> Path:
    place = out.parent / "made"
    place.write_text(text)
    return place


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


FILE_NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: not {0, 47} & set(name) and name not in {b".", b".."}
)


@given(FILE_NAMES)
@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_a_disk_allows_is_shown_and_taken_back(out: Path, name: bytes) -> None:
    place = held(out, os.fsdecode(name))
    show(place, {made(out): place}, "job", Control(), is_taken=lambda: False)
    assert was_shown(place, place, "job") and not was_shown(place, place, "other")
    assert place.read_text() == "made"
    take_back(out, "job")
    assert list(out.iterdir()) == []


def test_a_hold_that_somebody_wrote_removes_nothing_elsewhere(out: Path, tmp_path: Path) -> None:
    place, precious = held(out, "clip"), tmp_path / "precious"
    precious.write_text("x")
    told = json.loads((out / ".clip.held").read_text())
    stamp = holds._stamp(precious)
    (out / ".clip.held").write_text(json.dumps({**told, "shown": {"..%2Fprecious": [stamp], "precious": [stamp]}}))
    take_back(out, "job")
    assert precious.read_text() == "x"
    assert not place.exists() and list(out.iterdir()) == []


def test_what_has_come_to_stand_there_is_not_replaced(out: Path) -> None:
    place = held(out, "clip")
    place.write_text("mine")
    with pytest.raises(StorageError) as caught:
        show(place, {made(out): place}, "job", Control(), is_taken=lambda: True)
    assert caught.value.instance_code == "out_taken"
    assert place.read_text() == "mine"


def test_who_waits_for_a_name_goes_on_when_it_is_free(out: Path) -> None:
    place, told = held(out, "clip"), list[float]()
    waiting = threading.Event()

    def report(share: float) -> None:
        told.append(share)
        waiting.set()

    def work() -> None:
        show(place, {made(out): place}, "job", Control(report), is_taken=lambda: False)

    thread = threading.Thread(target=work)
    with claim(out / ".clip.lock"):
        thread.start()
        assert waiting.wait(10)
        assert not place.exists()
    thread.join()
    assert place.read_text() == "made"
    assert told, "signs of life"


def test_who_cannot_have_a_name_soon_lets_it_be(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holds, "_PATIENCE_SECONDS", 0.1)
    held(out, "clip")
    with claim(out / ".clip.lock"):
        let_go(out, "job")
        assert (out / ".clip.held").exists()
    let_go(out, "job")
    assert list(out.iterdir()) == []


def test_what_is_left_is_told_by_job(out: Path) -> None:
    assert left_in(out) == {}
    held(out, "clip")
    half = out / f"{beside_prefix('job')}0a"
    half.mkdir()
    (out / ".hidden").touch()
    (out / ".odd.held").write_text("{")
    left = left_in(out)
    assert sorted(place.name for place in left[beside_prefix("job")]) == sorted([".clip.held", half.name])
    assert beside_prefix("other") not in left


def test_files_are_brought_in_pieces(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holds, "_AT_ONCE", 3)
    told: list[float] = []
    bring(made(out, "in pieces"), tmp_path / "there", Control(told.append))
    assert (tmp_path / "there").read_text() == "in pieces"
    assert len(told) == 3


@pytest.mark.parametrize(
    ("kind", "request_", "folder"),
    [
        ("render", {"out": "/a/b%20c"}, "/a/b c"),
        ("mute_voice", {"out": "/a/b/c.mp4"}, "/a/b"),
        ("generate", {"out": "/a"}, None),
        ("render", {}, None),
        ("render", {"out": 3}, None),
    ],
)
def test_where_a_kind_of_job_shows_its_files(kind: str, request_: dict[str, object], folder: str | None) -> None:
    assert out_folder(kind, request_) == (Path(folder) if folder else None)
    clear_beside(kind, "nobody", request_)
