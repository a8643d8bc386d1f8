"""Trial jobs as tests see them: asked for, waited for, and looked at."""

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.db.tables import clips
from app.models.job import TERMINAL, JobDict
from app.tests.ground.children import until
from app.workflows.clips.places import job_folder
from app.workflows.jobs.submit import Desk


class Trials:
    """Submits jobs of `app/tests/chaos/trial.py` and tells what they did."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def ask(self, **request: Any) -> str:
        """Submit one and return its id."""
        return str(self.desk.submit("trial", {"folder": str(self.folder), **request})["job_id"])

    def get(self, job_id: str) -> JobDict:
        """Return the job."""
        job = self.desk.storage.get_job(job_id)
        assert job is not None
        return job

    def ended(self, job_id: str) -> JobDict:
        """Wait until the job has ended and return it."""
        until(lambda: self.get(job_id)["status"] in TERMINAL)
        return self.get(job_id)

    def at(self, job_id: str, step: str, times: int = 1) -> None:
        """Wait until the job has come to a step, for the `times`th time."""
        until(lambda: self.steps(job_id).count(step) >= times)

    def steps(self, job_id: str) -> list[str]:
        """Return the steps that were begun, in order."""
        return [line.split()[0] for line in self._lines(job_id)]

    def processes(self, job_id: str) -> list[int]:
        """Return the process of each step that was begun."""
        return [int(line.split()[2]) for line in self._lines(job_id)]

    def open(self, step: str) -> None:
        """Let those who wait at a step's gate go on."""
        (self.folder / f"open-{step}").touch()

    def results(self, job_id: str) -> int:
        """Return how many results the job has left."""
        with self.desk.storage.database.read() as connection:
            query = select(func.count()).select_from(clips).where(clips.c.job_id == job_id)
            return int(connection.execute(query).scalar_one())

    def leftovers(self, job_id: str, data_dir: Path) -> list[str]:
        """Return the names of the files that the job left in its folder."""
        folder = job_folder(data_dir, job_id)
        return sorted(place.name for place in folder.iterdir()) if folder.exists() else []

    def _lines(self, job_id: str) -> list[str]:
        place = self.folder / "lines" / job_id
        return place.read_text(encoding="utf-8").splitlines() if place.exists() else []
