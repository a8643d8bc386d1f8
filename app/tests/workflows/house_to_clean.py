"""A data folder with much to clean up and much that must stay, and what is in it before and after."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from app.config import Settings
from app.db.tables import clips, executors, jobs
from app.db.types import now
from app.models.edit import Edit
from app.services.edits import EditLibrary
from app.services.sources import quoted
from app.tests.models.test_edit import document
from app.workflows.clips.places import job_folder
from app.workflows.jobs.attend import open_desk
from app.workflows.jobs.engine import client_for

DAY = 86_400
ENDED = ("completed", "failed", "cancelled")


@dataclass(frozen=True)
class State:
    """All that is there: files by path under the data folder, jobs, ended workflows of the engine, leases."""

    files: frozenset[str]
    jobs: frozenset[str]
    workflows: frozenset[str]
    leases: frozenset[str]


@dataclass
class House:
    """Fills a data folder; `must_stay` collects the files that no clean-up may touch."""

    settings: Settings
    must_stay: set[str] = field(default_factory=set)
    jobs_that_stay: set[str] = field(default_factory=set)
    top_jobs: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.desk = open_desk(self.settings)
        self.storage = self.desk.storage

    def file(self, name: str, days: float, size: int = 100, *, stays: bool = False) -> Path:
        """Write a file that was last written `days` days ago."""
        path = self.settings.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
        moment = time.time() - days * DAY
        os.utime(path, (moment, moment))
        if stays:
            self.must_stay.add(name)
        return path

    def job(
        self, job_id: str, status: str, days: float, *, parts: Sequence[str] = (), folder: bool = True, **columns: Any
    ) -> str:
        """Make a job of the engine, with parts of the given statuses, all changed last `days` days ago."""
        self.desk.submit("generate", columns.pop("request", {}), job_id=job_id, **columns)
        if "parent_id" not in columns:
            self.top_jobs.add(job_id)
        for number, part in enumerate(parts):
            self.job(f"{job_id}/{number}", part, days, parent_id=job_id)
        if status in ENDED:
            self.desk.cancel(job_id) if not parts else self._end_alone(job_id)
        moment = now() - timedelta(days=days)
        ended = moment if status in ENDED else None
        with self.storage.database.write() as connection:
            values = {"status": status, "updated_at": moment, "finished_at": ended, "created_at": moment}
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
        if folder:
            place = job_folder(self.settings.data_dir, job_id).relative_to(self.settings.data_dir)
            self.file(f"{place}/part-0001.mp4", days, stays=status not in ENDED)
        if status not in ENDED or days < self.settings.keep_days:
            self.jobs_that_stay.add(job_id)
        return job_id

    def _end_alone(self, job_id: str) -> None:
        """End a job in the engine, and leave its parts."""
        client_for(self.storage.database).cancel([job_id])

    def lost_workflow(self, job_id: str) -> None:
        """Leave an ended workflow in the engine whose job is gone."""
        self.desk.submit("generate", {}, job_id=job_id)
        self.desk.cancel(job_id)
        with self.storage.database.write() as connection:
            self.storage.rows.delete(connection, job_id)

    def voice(self, letter: str, days: float, used_by: str) -> None:
        """Keep a voice, used by an `edit` document, a `job` that has not ended, an `old job`, or `nobody`."""
        content = letter * 64
        self.file(f"library/voices/{letter * 2}/{content}.wav", days, 1000, stays=used_by in {"edit", "job"})
        self.file(f"cache/speech/{letter * 2}/{letter * 64}.json", days)
        if used_by == "edit":
            track = {"audio_hash": content, "voice_id": "v", "language": "ro", "duration": 3.0, "speed": 1.0}
            edit = Edit.model_validate(document(voice=track))
            EditLibrary(self.settings).keep(edit)
            self.must_stay.add(f"library/edits/{edit.identity[:2]}/{edit.identity}.json")
        elif used_by in {"job", "old job"}:
            status = "processing" if used_by == "job" else "completed"
            self.storage.create_job({"job_id": f"speaks {letter}", "status": status, "audio": content})
            self.top_jobs.add(f"speaks {letter}")
            self.jobs_that_stay.add(f"speaks {letter}")

    def clip(self, name: str, days: float) -> None:
        """Note a clip in the library whose file is in the data folder."""
        path = self.file(name, days, stays=True)
        with self.storage.database.write() as connection:
            connection.execute(
                insert(clips).values(
                    id=name, job_id="gone", name=name, edit_identity=name, files={"mp4": quoted(path)}, created_at=now()
                )
            )

    def lease(self, name: str, state: str, days: float) -> None:
        """Note a worker that was alive `days` days ago."""
        at = time.time() - days * DAY
        with self.storage.database.write() as connection:
            connection.execute(
                insert(executors).values(
                    id=name, kind="standing", host="elsewhere", boot_id="", pid_namespace="", pid=1, pid_start=1,
                    state=state, started=at, expires=at, note="",
                )
            )  # fmt: skip

    def state(self) -> State:
        """Return what is there now."""
        with self.storage.database.read() as connection:
            ids = frozenset(connection.execute(select(jobs.c.id)).scalars())
            workflows = frozenset(client_for(self.storage.database).ended(connection))
            leases = frozenset(connection.execute(select(executors.c.id)).scalars())
        data_dir = self.settings.data_dir
        files = (path for path in data_dir.rglob("*") if path.is_file() and not path.match("edit-factory.db*"))
        return State(frozenset(str(path.relative_to(data_dir)) for path in files), ids, workflows, leases)
