"""What a job showed stays when it ended well; otherwise it goes, unless the job is tried again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings
from app.errors import Cancelled
from app.models.control import Control
from app.workflows.clips.holds import hold_first, show
from app.workflows.clips.shown import keep_shown, show_nothing
from app.workflows.jobs import run
from app.workflows.jobs.pulse import Pulse
from app.workflows.jobs.run import JobRun, Worker, set_worker
from app.workflows.jobs.submit import Desk


@pytest.fixture
def job(desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobRun]:
    """The first attempt of a job."""
    monkeypatch.setattr(run, "_worker", [])
    set_worker(Worker(settings, desk.storage, desk, Pulse(desk.storage), threading.Event(), lambda _: True))
    desk.submit("render", {}, job_id="job")
    yield JobRun("job", 1, {})


@pytest.fixture
def out(tmp_path: Path, job: JobRun) -> Path:
    """A folder in which the job has shown its clip."""
    folder = tmp_path / "out"
    clip, made = folder / "clip.mp4", tmp_path / "made"
    made.write_text("clip")
    assert hold_first([clip], Path.exists, folder, "job", job.folder) == clip
    show(clip, {made: clip}, "job", Control(), is_taken=clip.exists)
    return folder


def names(folder: Path) -> set[str]:
    return {place.name for place in folder.iterdir()}


ALL = {"clip.mp4", ".clip.mp4.held"}


def test_a_completed_job_keeps_its_clip_and_lets_go_of_its_name(job: JobRun, out: Path, desk: Desk) -> None:
    desk.storage.update_job("job", {"title": "still at work"})
    keep_shown(job, out)
    assert names(out) == ALL
    with desk.storage.database.write() as connection:
        desk.storage.rows.change(connection, "job", {"status": "completed"}, kind="completed")
    keep_shown(job, out)
    assert names(out) == {"clip.mp4"}


def test_a_job_that_was_removed_after_its_end_keeps_its_clip(job: JobRun, out: Path, desk: Desk) -> None:
    desk.cancel("job")
    desk.storage.delete_job("job")
    keep_shown(job, out)
    assert names(out) == {"clip.mp4"}


def test_a_job_that_was_cancelled_when_all_was_done_says_so(job: JobRun, out: Path, desk: Desk) -> None:
    with desk.storage.database.write() as connection:
        desk.storage.rows.change(connection, "job", {"status": "cancelled"}, kind="cancelled")
    with pytest.raises(Cancelled):
        keep_shown(job, out)
    assert names(out) == ALL
    show_nothing(job, out)
    assert names(out) == set()


def test_what_a_retry_works_with_stays(job: JobRun, out: Path, desk: Desk) -> None:
    with desk.storage.database.write() as connection:
        desk.storage.rows.change(connection, "job", {"status": "failed"}, kind="failed")
    desk.retry("job")
    keep_shown(job, out)
    show_nothing(job, out)
    assert names(out) == ALL
    show_nothing(JobRun("job", 2, {}), out)
    assert names(out) == set()
