"""A clip is shown whole or not at all, also when its steps are killed and run again."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.config import Settings
from app.editing.document import read_edit
from app.errors import Cancelled, CheckFailed, InputError, StorageError
from app.media.atomic import settle
from app.media.ffmpeg import Workplace
from app.media.held import claim
from app.media.parts_pool import Pool
from app.media.render import Material, render_parts
from app.models.control import Control
from app.models.edit import Edit
from app.models.report import PartsReport
from app.tests.conftest import ClipMaker
from app.tests.media.clips import TALL, Stage, shot
from app.workflows.clips import holds
from app.workflows.clips import publish as publishing
from app.workflows.clips.holds import beside_prefix, let_go, take_back
from app.workflows.clips.places import files_of
from app.workflows.clips.publish import Rendering, check_and_poster, join, picture, publish, reveal, sound
from app.workflows.clips.stems import choose_stem

DIE = """
import os, signal, sys
from pathlib import Path
from app.config import load_settings
from app.tests.workflows.clips.test_publish import rendering_of
from app.models.control import Control
from app.workflows.clips import holds, publish
settle, left = holds.settle, [int(sys.argv[4])]
def dying(made, place):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    settle(made, place)
holds.settle = dying
rendering = rendering_of(Path(sys.argv[1]), Path(sys.argv[2]), load_settings())
publish.reveal(rendering, Path(sys.argv[3]), "job", Control())
"""


def rendering_of(source: Path, folder: Path, settings: Settings) -> Rendering:
    stage = Stage(folder.parent, source)
    edit = stage.edit([shot(stage.keys[0], 0.2, 30), shot(stage.keys[0], 1.7, 30)], TALL)
    sources = {key: (stage.paths[key], stage.infos[key]) for key in stage.keys}
    return Rendering(edit, sources, None, folder, settings)


def finished(rendering: Rendering) -> Rendering:
    """Do all steps but the last one."""
    sound(rendering, Control())
    picture(rendering, Control())
    join(rendering, Control())
    check_and_poster(rendering, Control())
    return rendering


@pytest.fixture
def rendering(clip: Path, tmp_path: Path, settings: Settings) -> Rendering:
    return rendering_of(clip, tmp_path / "job", settings)


@pytest.fixture
def checked(rendering: Rendering) -> Rendering:
    return finished(rendering)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def contents(folder: Path) -> dict[str, bytes]:
    return {place.name: place.read_bytes() for place in folder.iterdir() if place.is_file()}


FOUR = {"e.mp4", "e.srt", "e.jpg", "e.edit.json"}


def test_the_steps_make_the_same_files_as_all_in_one_go(rendering: Rendering, out: Path, tmp_path: Path) -> None:
    finished(rendering)
    stem = choose_stem(out, rendering.edit, "job", rendering.folder)
    assert reveal(rendering, stem, "job", Control()) == files_of(stem)
    at_once = publish(
        rendering.edit,
        sources=rendering.sources,
        voice=None,
        stem=tmp_path / "again" / "e",
        settings=rendering.settings,
        control=Control(),
    )
    let_go(out, "job")
    assert contents(out) == contents(tmp_path / "again")
    assert set(contents(out)) == FOUR
    assert read_edit((out / "e.edit.json").read_text()) == rendering.edit
    assert at_once.checks.ok
    assert at_once.report.parts == 2
    assert list(at_once.report.seconds) == ["sound", "picture", "join"]
    assert at_once.report.encoded_bytes == (out / "e.mp4").stat().st_size


def test_steps_run_twice_change_nothing(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    reveal(checked, stem, "job", Control())
    let_go(out, "job")
    before = contents(out)
    assert picture(checked, Control()).encoded == 0
    finished(checked)
    choose_stem(out, checked.edit, "job", checked.folder)
    reveal(checked, stem, "job", Control())
    let_go(out, "job")
    assert contents(out) == before


@pytest.mark.parametrize("renamed", range(4))
def test_killed_between_the_four_files_it_completes_them(
    clip: Path, checked: Rendering, out: Path, renamed: int
) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    command = [sys.executable, "-c", DIE, str(clip), str(checked.folder), str(stem), str(renamed)]
    died = subprocess.run(command, cwd=Path.cwd(), env={**os.environ}, check=False)
    assert died.returncode == -signal.SIGKILL
    assert len(FOUR & set(contents(out))) == renamed
    assert choose_stem(out, checked.edit, "job", checked.folder) == stem
    other = choose_stem(out, checked.edit.evolve(seed=9), "other", checked.folder)
    assert other.name == "e-2", "nobody else takes the name in between"
    reveal(checked, stem, "job", Control())
    let_go(out, "job")
    assert {place.name for place in out.iterdir()} == {*FOUR, ".e-2.held"}
    assert contents(out)["e.mp4"] == (checked.folder / "clip.mp4").read_bytes()


def test_files_of_another_clip_are_never_replaced(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    (out / "e.jpg").write_text("a picture that was put there meanwhile")
    with pytest.raises(StorageError) as caught:
        reveal(checked, stem, "job", Control())
    assert caught.value.instance_code == "out_taken"
    assert contents(out).keys() == {"e.jpg", ".e.held"}


def test_an_older_clip_of_the_same_edit_is_replaced(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    reveal(checked, stem, "job", Control())
    let_go(out, "job")
    (out / "e.mp4").write_bytes(b"older")
    assert choose_stem(out, checked.edit, "next", checked.folder) == stem
    reveal(checked, stem, "next", Control())
    assert contents(out)["e.mp4"] == (checked.folder / "clip.mp4").read_bytes()


def test_a_full_disk_shows_none_of_the_four(checked: Rendering, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    stem = choose_stem(out, checked.edit, "job", checked.folder)
    monkeypatch.setattr(publishing, "bring", full)
    with pytest.raises(StorageError) as caught:
        reveal(checked, stem, "job", Control())
    assert caught.value.instance_code == "disk_full"
    assert set(contents(out)) == {".e.held"}


def test_what_a_dead_try_left_is_removed_and_a_living_ones_is_not(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    left, others = out / f"{beside_prefix('job')}x", out / f"{beside_prefix('other')}x"
    for folder in (left, others):
        folder.mkdir()
        (folder / "mp4").write_text("half")
    reveal(checked, stem, "job", Control())
    assert {place.name for place in out.iterdir()} == {*FOUR, ".e.held", others.name}


def test_two_tries_that_show_it_at_once_do_each_other_no_harm(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    failures: list[BaseException] = []

    def show() -> None:
        try:
            for _ in range(20):
                reveal(checked, stem, "job", Control())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=show) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {place.name for place in out.iterdir()} == {*FOUR, ".e.held"}


def test_a_clip_that_fails_its_check_is_not_shown(
    make: ClipMaker, rendering: Rendering, out: Path, tmp_path: Path
) -> None:
    """Another film stands under the very name of the finished clip."""
    finished(rendering)
    black = make(kinds=("black",), audio="tone")
    (rendering.folder / "clip.mp4").write_bytes(black.read_bytes())
    (rendering.folder / "poster.jpg").unlink()
    with pytest.raises(CheckFailed):
        check_and_poster(rendering, Control())
    assert not (rendering.folder / "poster.jpg").exists()
    assert list((rendering.folder / "tries").iterdir()) == []


def test_a_cancel_in_any_step_leaves_nothing_outside_the_jobs_folder(rendering: Rendering, out: Path) -> None:
    stopped = Control()
    stopped.cancel()
    for step in (sound, picture, join, check_and_poster):
        with pytest.raises(Cancelled):
            step(rendering, stopped)
        finished(rendering)
    assert list((rendering.folder / "tries").iterdir()) == []
    assert not out.exists()


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    asked: list[int] = []

    def noted(material: Material, place: Workplace, max_parallel: int, pool: Pool) -> PartsReport:
        asked.append(max_parallel)
        return render_parts(material, place, max_parallel, pool)

    monkeypatch.setattr(publishing, "render_parts", noted)
    yield asked


def test_how_many_parts_at_once_is_the_settings_unless_told(rendering: Rendering, one_at_a_time: list[int]) -> None:
    rendering = replace(rendering, settings=rendering.settings.model_copy(update={"max_parallel": 3}))
    picture(rendering, Control())
    picture(rendering, Control(), max_parallel=1)
    assert one_at_a_time == [3, 1]


def test_publishing_in_one_go_leaves_nothing_when_it_fails(
    rendering: Rendering, out: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(holds, "settle", broken)
    with pytest.raises(StorageError):
        publish(
            rendering.edit,
            sources=rendering.sources,
            voice=None,
            stem=out / "e",
            settings=settings,
            control=Control(),
        )
    assert contents(out) == {}
    assert list((settings.data_dir / "work").iterdir()) == []


def test_progress_of_all_in_one_go_never_goes_back(rendering: Rendering, out: Path, settings: Settings) -> None:
    told: list[float] = []
    edit: Edit = rendering.edit
    control = Control(told.append)
    publish(edit, sources=rendering.sources, voice=None, stem=out / "e", settings=settings, control=control)
    assert told == sorted(told)
    assert told[-1] == 1.0


def another(rendering: Rendering, folder: Path) -> Rendering:
    """Return the rendering of another clip, finished as well, in a folder of its own."""
    shutil.copytree(rendering.folder, folder)
    (folder / "clip.mp4").write_bytes(b"another clip")
    return replace(rendering, edit=rendering.edit.evolve(seed=rendering.edit.seed + 1), folder=folder)


def test_two_jobs_never_mix_their_clips_under_one_name(
    checked: Rendering, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one holds the name by mistake: it comes to it when the first has renamed one file."""
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    second, failures, begun = another(checked, tmp_path / "other"), list[StorageError](), threading.Event()

    def slow(made: Path, place: Path) -> None:
        settle(made, place)
        begun.set()
        threads[0].join(0.3)

    def show_second() -> None:
        begun.wait()
        try:
            reveal(second, stem, "other", Control())
        except StorageError as error:
            failures.append(error)

    monkeypatch.setattr(holds, "settle", slow)
    threads = [threading.Thread(target=show_second)]
    threads[0].start()
    reveal(checked, stem, "job", Control())
    threads[0].join()
    assert [error.instance_code for error in failures] == ["out_lost"]
    assert read_edit((out / "e.edit.json").read_text()) == checked.edit
    assert contents(out)["e.mp4"] == (checked.folder / "clip.mp4").read_bytes()


def test_a_name_that_was_let_go_shows_nothing_more(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    take_back(out, "job")
    with pytest.raises(StorageError) as caught:
        reveal(checked, stem, "job", Control())
    assert caught.value.instance_code == "out_lost"
    assert list(out.iterdir()) == []


def test_a_cancel_while_files_are_copied_shows_none(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    control = Control(lambda share: control.cancel())  # told for each piece that is copied
    with pytest.raises(Cancelled):
        reveal(checked, stem, "job", control)
    assert set(contents(out)) == {".e.held"}


def test_a_cancel_while_another_one_is_at_the_name_shows_none(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    control = Control()
    timer = threading.Timer(0.3, control.cancel)
    with claim(out / ".e.lock"):
        timer.start()
        with pytest.raises(Cancelled):
            reveal(checked, stem, "job", control)
    assert set(contents(out)) == {".e.held"}


def test_what_a_cancelled_job_showed_is_taken_back(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    reveal(checked, stem, "job", Control())
    reveal(checked, stem, "job", Control())
    take_back(out, "job")
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("renamed", range(4))
def test_what_a_killed_try_showed_is_taken_back_too(clip: Path, checked: Rendering, out: Path, renamed: int) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    command = [sys.executable, "-c", DIE, str(clip), str(checked.folder), str(stem), str(renamed)]
    subprocess.run(command, cwd=Path.cwd(), env={**os.environ}, check=False)
    take_back(out, "job")
    assert list(out.iterdir()) == []


def test_a_clip_that_was_there_before_the_job_stays(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "first", checked.folder)
    reveal(checked, stem, "first", Control())
    let_go(out, "first")
    before = contents(out)
    (out / "e.jpg").unlink()
    assert choose_stem(out, checked.edit, "job", checked.folder) == stem
    for _ in range(2):
        reveal(checked, stem, "job", Control())
    take_back(out, "job")
    assert contents(out) == {name: data for name, data in before.items() if name != "e.jpg"}


def test_what_somebody_changed_since_stays(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    reveal(checked, stem, "job", Control())
    (out / "e.srt").write_text("corrected")
    take_back(out, "job")
    assert contents(out) == {"e.srt": b"corrected"}


def test_what_a_finished_job_showed_stays(checked: Rendering, out: Path) -> None:
    stem = choose_stem(out, checked.edit, "job", checked.folder)
    reveal(checked, stem, "job", Control())
    (out / f"{beside_prefix('job')}x").mkdir()
    take_back(out, "job", keep=True)
    assert set(contents(out)) == FOUR == {place.name for place in out.iterdir()}


def test_in_one_go_a_name_that_another_job_holds_is_refused_before_any_work(
    rendering: Rendering, out: Path, settings: Settings
) -> None:
    choose_stem(out, rendering.edit, "job", rendering.folder)
    edit: Edit = rendering.edit
    with pytest.raises(InputError) as caught:
        publish(edit, sources=rendering.sources, voice=None, stem=out / "e", settings=settings, control=Control())
    assert caught.value.instance_code == "out_taken"
    assert set(contents(out)) == {".e.held"}
