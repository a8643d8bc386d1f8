"""What a job hears of its parts: what they found done is no sign of how fast this machine is."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from app.config import load_settings
from app.models.control import Control
from app.services.job_storage import JobStorage
from app.workflows.jobs.parts_of_job import PartOfJob, do_parts
from app.workflows.jobs.run import JobRun
from app.workflows.jobs.submit import part_id


def test_parts_that_were_done_before_are_told_as_found(tmp_path: Path) -> None:
    storage = JobStorage(load_settings(data_dir=tmp_path, database_url=None, supabase_url=None, supabase_key=None))
    for key, result in (("new", {"found": 0.0}), ("shared", {"found": 0.8}), ("older", {})):
        job_id = part_id("whole", "render", key)
        storage.create_job({"job_id": job_id, "status": "completed", "result": result})
    worker = SimpleNamespace(storage=storage, desk=SimpleNamespace(storage=storage))
    job = cast(JobRun, SimpleNamespace(job_id="whole", attempt=1, worker=worker))
    done: list[float] = []
    found: list[float] = []
    weights = {"new": 1.0, "shared": 2.0, "older": 1.0}
    parts = [PartOfJob("render", key, key, {}, weight) for key, weight in weights.items()]
    do_parts(job, parts, Control(done.append, found=found.append))
    assert done[-1] == 1.0
    assert found == [0.0, 0.4, 0.0]
