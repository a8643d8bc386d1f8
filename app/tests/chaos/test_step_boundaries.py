"""The main job under kill -9 at every boundary of every step: it is done once, as if nothing had happened."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.config import Settings
from app.db.tables import clips, jobs
from app.models.job import TERMINAL, JobDict
from app.models.make import MakeRequest, MakeResult
from app.services.job_storage import JobStorage
from app.tests.chaos.workers import Workers, workers_in
from app.tests.conftest import ClipMaker
from app.tests.services.speech.counting_voice import (
    ADDRESS,
    VOICE,
    CountingService,
    counting_service,
    installed_in,
)
from app.workflows.jobs.records import request_json
from app.workflows.jobs.submit import Desk, part_id

pytestmark = [pytest.mark.slow, pytest.mark.chaos]

KILLS_A_JOB = 4
"""A job is given up after five starts, so that it is not what kills workers: kills are spread over several jobs."""


class MainJob:
    """Asks for the main job and looks at what came of it."""

    def __init__(self, settings: Settings, make: ClipMaker, folder: Path) -> None:
        self.storage = JobStorage(settings)
        self.desk = Desk(self.storage, settings)
        self.settings = settings
        self._files = (
            make(seconds=4, cuts=(2,), size=(320, 240), seed=31, audio=None),
            make(seconds=4, cuts=(), size=(320, 240), seed=32),
        )
        self._folder = folder
        self.count = 0
        self._without_cleanup()

    def _without_cleanup(self) -> None:
        """Let workers take the day's clean-up for asked for: it would come by points of its own."""
        for day in (0, 1):
            name = part_id("cleanup", f"{datetime.now(UTC) + timedelta(days=day):%Y-%m-%d}")
            self.desk.submit("cleanup", {}, job_id=name)
            self.desk.cancel(name)

    def ask(self) -> str:
        """Submit one and return its id; each goes to a folder of its own, and has everything to do anew."""
        self.count += 1
        shutil.rmtree(self.settings.data_dir / "cache" / "analysis", ignore_errors=True)
        request = MakeRequest(
            files=self._files,
            scripts=(f"Short words, well said, for the {self.count}. time.",),
            voice=VOICE.id,
            preset="square",
            quality="draft",
            seed=self.count,
            out=self._folder / f"out {self.count}",
        )
        return str(self.desk.submit("generate", request_json(request))["job_id"])

    def get(self, job_id: str) -> JobDict:
        """Return the job."""
        job = self.storage.get_job(job_id)
        assert job is not None
        return job

    def has_ended(self, job_id: str) -> bool:
        """Whether the job is in a terminal state."""
        return self.get(job_id)["status"] in TERMINAL

    def require_right(self, job_id: str) -> None:
        """One result, its four files, nothing left over, every part ended."""
        job = self.get(job_id)
        assert job["status"] == "completed", job["error"]
        result = MakeResult.model_validate(job["result"])
        (clip,) = result.clips
        assert clip.ok and clip.checks is not None and clip.checks.ok
        (out,) = {place.parent for place in clip.files.values()}
        assert sorted(place.name for place in out.iterdir()) == sorted(place.name for place in clip.files.values())
        with self.storage.database.read() as connection:
            parts = connection.execute(select(jobs).where(jobs.c.parent_id == job_id)).all()
            made = connection.execute(select(clips).where(clips.c.job_id == job_id)).all()
        assert [row.id for row in made] == [clip.clip_id]
        assert made[0].rendered_identity == made[0].edit_identity == clip.edit_identity
        assert {part.status for part in parts} == {"completed"}
        work = self.settings.data_dir / "work" / "jobs"
        assert not work.exists() or list(work.iterdir()) == []


@pytest.fixture
def main_job(any_settings: Settings, make: ClipMaker, tmp_path: Path) -> MainJob:
    return MainJob(any_settings, make, tmp_path)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CountingService]:
    """A voice that charges, known to every worker."""
    with counting_service() as running:
        monkeypatch.setenv("PYTHONPATH", str(installed_in(tmp_path / "site")))
        monkeypatch.setenv(ADDRESS, running.url)
        yield running


def test_kill_9_at_every_step_boundary(main_job: MainJob, service: CountingService, tmp_path: Path) -> None:
    """Where a step's work is done and not noted, which is the worst place: before the next step it has been noted.

    Before the first step of all, and after the last, as well. Each script is spoken, and paid, once.
    """
    with workers_in(tmp_path / "undisturbed") as workers:
        points = _undisturbed(main_job, workers)
    wanted = [point for point in points if point.startswith("in:")] + ["before:generate/start"]
    steps = {"generate/probe", "generate/choose", "generate/clips", "generate/finish", "analyze/analyze"}
    steps |= {
        "analyze/finish",
        "speak/speak",
        "speak/finish",
        "render/name",
        "render/sound",
        "render/picture",
        "render/join",
        "render/check",
    }
    assert {f"in:{step}" for step in steps | {"render/publish", "render/finish", "render/start"}} <= set(wanted)
    for number in range(0, len(wanted), KILLS_A_JOB):
        group = tuple(wanted[number : number + KILLS_A_JOB])
        with workers_in(tmp_path / f"killed {number}") as workers:
            job_id = main_job.ask()
            deaths = workers.keep_running(group, lambda job_id=job_id: main_job.has_ended(job_id))  # type: ignore[misc]
            main_job.require_right(job_id)
            assert workers.killed_at() == set(group)
            assert deaths == len(group)
    assert set(service.paid.values()) == {1}
    assert service.total == main_job.count


def _undisturbed(main_job: MainJob, workers: Workers) -> list[str]:
    job_id = main_job.ask()
    assert workers.keep_running((), lambda: main_job.has_ended(job_id)) == 0
    main_job.require_right(job_id)
    return workers.points()
