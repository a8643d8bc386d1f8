"""Removing a project takes its clips' files away, and nothing of anybody else's."""

from pathlib import Path

import pytest
from sqlalchemy import insert

from app.config import Settings
from app.db.tables import clips
from app.db.types import now
from app.errors import InputError
from app.models.library.project import ProjectFields
from app.services.job_storage import JobStorage
from app.services.library.projects import Projects
from app.services.sources import quoted
from app.workflows.clips.places import clips_folder
from app.workflows.jobs.submit import Desk
from app.workflows.projects import remove_project


@pytest.fixture
def desk(settings: Settings) -> Desk:
    """A desk, with the projects `p` and `q`."""
    storage = JobStorage(settings)
    for project_id in ("p", "q"):
        Projects(storage.database).new(None, ProjectFields(name=project_id), 20.0, project_id)
    return Desk(storage, settings)


def a_clip(desk: Desk, project_id: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"clip of {project_id}.mp4"
    file.write_bytes(b"film")
    row = {"id": f"{folder}", "job_id": f"{folder}", "project_id": project_id, "name": "c", "edit_identity": "e"}
    with desk.storage.database.write() as connection:
        connection.execute(insert(clips).values({**row, "files": {"mp4": quoted(file)}, "created_at": now()}))
    return file


def test_files_of_its_clips_go_and_those_of_others_stay(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    ours = a_clip(desk, "p", clips_folder(settings.data_dir, "job 1"))
    others = a_clip(desk, "q", clips_folder(settings.data_dir, "job 2"))
    elsewhere = a_clip(desk, "p", tmp_path / "a person's own")
    remove_project(desk, settings, None, "p")
    assert not ours.exists()
    assert others.exists()
    assert elsewhere.exists()


def test_what_is_kept_stays_where_it_is(desk: Desk, settings: Settings) -> None:
    ours = a_clip(desk, "p", clips_folder(settings.data_dir, "job 1"))
    remove_project(desk, settings, None, "p", keep_clips=True)
    assert ours.exists()


def test_work_goes_on_unless_it_is_to_be_cancelled(desk: Desk, settings: Settings) -> None:
    ours = a_clip(desk, "p", clips_folder(settings.data_dir, "job 1"))
    mine, other = (desk.submit("analyze", {"path": "/none"}, project_id=one)["job_id"] for one in ("p", "q"))
    with pytest.raises(InputError, match="have not ended"):
        remove_project(desk, settings, None, "p")
    with pytest.raises(InputError, match="version 1"):
        remove_project(desk, settings, None, "p", 2, cancel=True)
    assert ours.exists()
    remove_project(desk, settings, None, "p", 1, cancel=True)
    assert [job["status"] for one in (mine, other) if (job := desk.storage.get_job(one))] == ["cancelled", "pending"]
    assert not ours.exists()
