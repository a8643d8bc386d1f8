"""Previews as jobs with real workers: all that a file has, once for each content, and none when it is cancelled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings
from app.media.probe import probe
from app.models.job import JobDict
from app.services.previews import Previews, wanted
from app.tests.chaos.workers import Workers, workers_in
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.tests.media.photos import photo
from app.workflows.clips.places import job_folder
from app.workflows.jobs.kinds import LOW
from app.workflows.jobs.submit import Desk, has_ended
from app.workflows.prepare import ask_for_previews

pytestmark = pytest.mark.slow


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with workers_in(tmp_path / "workers") as some:
        yield some


def ended(desk: Desk, job_id: str) -> JobDict:
    until(lambda: has_ended(desk.storage.get_job(job_id) or {"status": "pending"}))
    job = desk.storage.get_job(job_id)
    assert job is not None
    return job


def asked(desk: Desk, previews: Previews, path: Path, owner: str | None = None) -> str:
    job = ask_for_previews(desk, previews, path, probe(path), owner=owner)
    assert job is not None
    return str(job["job_id"])


def files_in(folder: Path) -> set[str]:
    return {place.name for place in folder.rglob("*") if place.is_file()}


EVERYTHING = {"thumbnail-1.jpg", "peaks-1.json", "proxy-1.mp4", "strip-1.jpg", "strip-1.json"}


def test_a_video_and_a_photograph_get_all_that_they_have(
    any_desk: Desk, any_settings: Settings, make: ClipMaker, workers: Workers, tmp_path: Path
) -> None:
    video, still = make(seconds=2, cuts=(1,), size=(320, 180), seed=61), photo(tmp_path / "a.png")
    previews = Previews(any_settings)
    jobs = [asked(any_desk, previews, path) for path in (video, still)]
    assert asked(any_desk, previews, video) == jobs[0], "the one that waits will do"
    assert asked(any_desk, previews, video, "somebody") not in jobs, "nobody is shown a job of somebody else"
    workers.start()
    for job_id, path in zip(jobs, (video, still), strict=True):
        job, info = ended(any_desk, job_id), probe(path)
        assert job["status"] == "completed", job["error"]
        assert job["result"] == {"content_hash": info.content_hash, "previews": list(wanted(info))}
        assert not job_folder(any_settings.data_dir, job_id).exists()
        assert ask_for_previews(any_desk, previews, path, info) is None
        assert previews.missing(info) == ()
    assert files_in(any_settings.data_dir / "cache" / "previews") == {*EVERYTHING, "picture-1.jpg"}
    layout, peaks = previews.layout(probe(video).content_hash), previews.peaks(probe(video).content_hash)
    assert layout is not None and layout.count == 4
    assert peaks is not None and peaks.length == pytest.approx(50, abs=2)
    with any_desk.storage.database.read() as connection:
        row = any_desk.storage.rows.get(connection, jobs[0])
    assert row is not None and row.priority == LOW
