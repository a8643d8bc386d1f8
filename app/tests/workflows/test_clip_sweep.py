"""Films of the library that are nobody's go after a day, and none that a clip, an export or a job has."""

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.config import Settings
from app.db.tables import exports
from app.db.types import now
from app.models.control import Control
from app.services.library.exports import export_folder
from app.services.sources import quoted
from app.tests.services.library.clip_rows import add_clip
from app.workflows.clip_sweep import LeftClips
from app.workflows.clips.places import clips_folder
from app.workflows.jobs.attend import open_desk
from app.workflows.jobs.submit import Desk

DAY = 86_400


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return open_desk(settings)


def film(folder: Path, *, days: float = 2) -> Path:
    folder.mkdir(parents=True)
    path = folder / "clip-01.mp4"
    path.write_bytes(b"film")
    for each in (path, folder):
        os.utime(each, (time.time() - days * DAY,) * 2)
    return path


def swept(desk: Desk, settings: Settings) -> list[str]:
    sweep = LeftClips(desk.storage, settings)
    return [find.name for find in sweep.take(sweep.find(), Control())]


def test_what_somebody_has_stays_and_what_nobody_has_goes(desk: Desk, settings: Settings) -> None:
    kept = [film(clips_folder(settings.data_dir, "a")), film(export_folder(settings, "e"))]
    fresh, lost = film(clips_folder(settings.data_dir, "b"), days=0.5), film(clips_folder(settings.data_dir, "c"))
    working, gone = film(clips_folder(settings.data_dir, "d")), film(export_folder(settings, "f"))
    add_clip(desk.storage.database, settings, files={"mp4": kept[0]})
    with desk.storage.database.write() as connection:
        values = {"id": "e", "kind": "mp4", "name": "e.mp4", "job_id": "", "details": {}, "media_type": "video/mp4"}
        connection.execute(insert(exports).values(**values, created_at=now()))
    desk.submit("render", {"edit": "x", "out": quoted(working.parent), "stem": None})
    assert sorted(swept(desk, settings)) == ["clips/c", "exports/f"]
    assert all(path.exists() for path in (*kept, fresh, working))
    assert not lost.exists() and not gone.parent.exists()


def test_what_is_written_to_by_then_is_left(desk: Desk, settings: Settings) -> None:
    lost = film(clips_folder(settings.data_dir, "c"))
    sweep = LeftClips(desk.storage, settings)
    found = sweep.find()
    lost.write_bytes(b"more")
    assert list(sweep.take(found, Control())) == [] and lost.exists()
