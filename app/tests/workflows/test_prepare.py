"""Previews as jobs with real workers: all that a file has, once for each content, and none when it is cancelled."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.config import Settings
from app.media.probe import probe
from app.models.job import JobDict
from app.models.media import AudioInfo, MediaInfo
from app.services.library.media import add_media
from app.services.previews import Previews, wanted
from app.tests.chaos.workers import Workers, workers_in
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg
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


def asked(
    desk: Desk, previews: Previews, path: Path, *, owner: str | None = None, info: MediaInfo | None = None
) -> str:
    known = info or probe(path)
    with desk.storage.database.write() as connection:  # else a clean-up would find that nobody has what they show
        add_media(
            connection, id=str(uuid.uuid4()), owner=owner, kind="video", name=path.name,
            content_hash=known.content_hash, bytes=known.size_bytes, media_type="video/mp4",
            info=known.model_dump(mode="json"),
        )  # fmt: skip
    job = ask_for_previews(desk, previews, path, known, owner=owner)
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
    assert asked(any_desk, previews, video, owner="somebody") not in jobs, "nobody is shown a job of somebody else"
    workers.start()
    for job_id, path in zip(jobs, (video, still), strict=True):
        job, info = ended(any_desk, job_id), probe(path)
        assert job["status"] == "completed", job["error"]
        assert job["result"] == {"content_hash": info.content_hash, "previews": list(wanted(info))}
        assert ask_for_previews(any_desk, previews, path, info) is None
        assert previews.missing(info) == ()
    until(lambda: not any(job_folder(any_settings.data_dir, job_id).exists() for job_id in jobs))
    assert files_in(any_settings.data_dir / "cache" / "previews") == {*EVERYTHING, "picture-1.jpg"}
    layout, peaks = previews.layout(probe(video).content_hash), previews.peaks(probe(video).content_hash)
    assert layout is not None and layout.count == 4
    assert peaks is not None and peaks.length == pytest.approx(50, abs=2)
    with any_desk.storage.database.read() as connection:
        row = any_desk.storage.rows.get(connection, jobs[0])
    assert row is not None and row.priority == LOW


def encoders(settings: Settings) -> list[psutil.Process]:
    """Return the processes that encode for the jobs of this data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(settings.data_dir) and "libx264" in process.cmdline():
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes under /proc")
def test_it_stands_back_for_other_work_and_when_it_is_cancelled_it_leaves_nothing_half_made(
    desk: Desk, settings: Settings, workers: Workers, tmp_path: Path
) -> None:
    film, previews = tmp_path / "long.mp4", Previews(settings)
    pattern = "testsrc2=s=480x270:r=30:d=120"
    ffmpeg("-f", "lavfi", "-i", pattern, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", film)
    job_id = asked(desk, previews, film)
    workers.start()
    until(lambda: encoders(settings) != [])
    assert {process.nice() for process in encoders(settings)} == {19}
    assert {process.nice() for process in psutil.Process().children() if process.is_running()} == {0}
    until(lambda: ((desk.storage.get_job(job_id) or {}).get("percentage") or 0) > 2)
    desk.cancel(job_id)
    until(lambda: encoders(settings) == [])
    until(lambda: files_in(settings.data_dir / "cache" / "previews") == {"thumbnail-1.jpg"})
    until(lambda: not job_folder(settings.data_dir, job_id).exists())
    assert ended(desk, job_id)["status"] == "cancelled"
    assert previews.missing(probe(film)) == ("proxy", "strip")


@pytest.mark.parametrize("place", ["in:prepare/peaks", "in:prepare/proxy"])
def test_a_worker_that_dies_is_followed_by_one_that_makes_what_is_missing(
    desk: Desk, settings: Settings, make: ClipMaker, workers: Workers, place: str
) -> None:
    video, previews = make(seconds=2, cuts=(1,), size=(320, 180), seed=61), Previews(settings)
    info = probe(video)
    job_id = asked(desk, previews, video)
    workers.start((place,)).join(120)
    made = previews.place(info.content_hash, "thumbnail").stat().st_mtime_ns
    workers.start()
    job = ended(desk, job_id)
    assert job["status"] == "completed", job["error"]
    assert previews.missing(info) == ()
    assert previews.place(info.content_hash, "thumbnail").stat().st_mtime_ns == made
    assert files_in(settings.data_dir / "cache" / "previews") == EVERYTHING


def test_one_that_cannot_be_made_does_not_keep_the_others_from_being_made(
    desk: Desk, settings: Settings, make: ClipMaker, workers: Workers, tmp_path: Path
) -> None:
    silent, gone = make(seconds=2, cuts=(), size=(320, 180), audio=None, seed=62), tmp_path / "gone.mp4"
    previews, info = Previews(settings), probe(silent)
    said = info.evolve(audio=AudioInfo(codec="aac", sample_rate=48_000, channels=2))
    jobs = [
        asked(desk, previews, silent, info=said),
        asked(desk, previews, gone, info=said.evolve(content_hash="0" * 64)),
    ]
    workers.start()
    failed = [ended(desk, job_id) for job_id in jobs]
    assert [job["status"] for job in failed] == ["failed", "failed"]
    assert [job["error"]["code"] for job in failed] == ["media_no_sound", "media_missing"]
    assert previews.states(said) == {"thumbnail": "there", "peaks": "failed", "proxy": "there", "strip": "there"}
    assert ask_for_previews(desk, previews, silent, said) is None, "it would fail again"
    assert previews.missing(said.evolve(content_hash="0" * 64)) == wanted(said), "the file may come back"
    desk.retry(jobs[0])
    assert ended(desk, jobs[0])["status"] == "failed"
