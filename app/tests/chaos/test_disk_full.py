"""The disk that holds everything is full in mid-job: a clear end, nothing damaged, and a retry when there is room."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import load_settings
from app.models.job import TERMINAL
from app.models.make import MakeRequest
from app.tests.chaos.workers import workers_in
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.workflows.jobs.attend import open_desk
from app.workflows.jobs.records import request_json

pytestmark = [pytest.mark.slow, pytest.mark.chaos]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB. Mounting one needs rights that not every machine gives."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("this user may not mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(folder: Path) -> Path:
    """Take all the space that is left."""
    place = folder / "filler"
    with place.open("wb") as stream:
        block = os.urandom(1 << 16)
        try:
            while True:
                stream.write(block)
                stream.flush()
        except OSError:
            return place


def test_a_full_disk_ends_jobs_and_loses_none(
    small_disk: Path, make: ClipMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDIT_FACTORY_DATA_DIR", str(small_disk / "data"))
    desk = open_desk(load_settings())
    clip = make(seconds=4, cuts=(2,), size=(320, 240), seed=41, audio=None)
    request = MakeRequest(files=(clip,), duration=2.0, preset="square", quality="draft", out=small_disk / "out", seed=1)
    job_id = desk.submit("generate", request_json(request))["job_id"]
    filler = _fill(small_disk)
    with workers_in(tmp_path / "workers") as workers:

        def failed_or_waiting() -> bool:
            job = desk.storage.get_job(job_id)
            return job is not None and (job["status"] in TERMINAL or not any(w.is_alive() for w in workers.all))

        workers.start()
        until(failed_or_waiting)
        filler.unlink()
        before = desk.storage.get_job(job_id)
        assert before is not None and before["status"] in {"failed", "pending", "processing"}
        if before["status"] == "failed":
            assert before["error"]["code"] in {"disk_full", "storage", "database"}, before["error"]
            desk.retry(job_id)
        workers.keep_running((), lambda: (desk.storage.get_job(job_id) or {})["status"] in TERMINAL)
    job = desk.storage.get_job(job_id)
    assert job is not None and job["status"] == "completed", job and job["error"]
    assert len(list((small_disk / "out").iterdir())) == 4
