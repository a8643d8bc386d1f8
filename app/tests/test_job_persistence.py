"""A job outlives the server that took it: killed or stopped in mid-work, it is there after a restart, and finishes."""

from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.models.make import MakeRequest
from app.services.job_storage import JobStorage
from app.tests.api.serving import JOBS, Server, ask_for_analysis, longer, serving
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.workflows.jobs.records import request_json
from app.workflows.jobs.submit import Desk

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDIT_FACTORY_LEASE_SECONDS", "2")
    monkeypatch.setenv("EDIT_FACTORY_BEAT_SECONDS", "0.5")


@pytest.fixture
def footage(make: ClipMaker, tmp_path: Path) -> Path:
    """A minute with many shots: long enough to be in the middle of."""
    return longer(make(seconds=5, size=(960, 540), cuts=(1, 2, 3, 4)), tmp_path / "holiday in Brașov.mp4", 12)


def in_the_middle(server: Server, job_id: str) -> None:
    """Wait until the job's work goes on, and has not ended."""
    until(lambda: server.job(job_id)["percentage"] > 0)
    assert server.job(job_id)["status"] == "processing"


def finished(server: Server, job_id: str) -> Any:
    """Wait, as long as it goes on, until the job has ended well, and return what came of it."""
    job = server.job(job_id)
    while job["status"] in {"pending", "processing"}:
        known = job["version"]
        until(lambda known=known: server.job(job_id)["version"] != known)  # type: ignore[misc]
        job = server.job(job_id)
    assert (job["status"], job["percentage"]) == ("completed", 100), job
    return job["result"]


def test_a_job_finishes_although_the_server_is_killed_in_mid_work(
    settings: Settings, footage: Path, tmp_path: Path
) -> None:
    bare = JobStorage(settings).create_job({"job_id": "somebody else's", "status": "processing", "percentage": 40})
    job_id = ask_for_analysis(settings, footage)["job_id"]
    with serving(tmp_path) as server:
        in_the_middle(server, job_id)
        server.kill()
    with serving(tmp_path) as server:
        assert {job["job_id"] for job in server.http.get(JOBS).json()["jobs"]} >= {job_id, "somebody else's"}
        assert finished(server, job_id)["shots"] > 40
        kinds = [event.kind for event in JobStorage(settings).events(job_id)]
        assert kinds.count("completed") == 1
        assert server.stop() == 0
    assert JobStorage(settings).get_job("somebody else's") == bare


def test_a_job_is_handed_over_when_the_server_is_asked_to_stop(
    settings: Settings, footage: Path, tmp_path: Path
) -> None:
    with serving(tmp_path) as server:
        job_id = ask_for_analysis(settings, footage)["job_id"]
        in_the_middle(server, job_id)
        family = server.family()
        assert server.stop() == 0
        assert not any(one.is_running() for one in family)
    job = JobStorage(settings).get_job(job_id)
    assert job is not None and job["status"] in {"pending", "processing"}
    with serving(tmp_path) as server:
        assert finished(server, job_id)["shots"] > 40


def test_clips_are_made_once_although_the_server_is_killed_in_mid_work(
    settings: Settings, make: ClipMaker, tmp_path: Path
) -> None:
    request = MakeRequest(
        files=tuple(make(seconds=6, size=(640, 360), cuts=(2, 4), seed=seed) for seed in (41, 42)),
        scripts=("Short words, well said.",),
        voice="espeak:en-us",
        preset="square",
        quality="draft",
        count=2,
        out=tmp_path / "out",
    )
    with serving(tmp_path) as server:
        job_id = Desk(JobStorage(settings), settings).submit("generate", request_json(request))["job_id"]
        in_the_middle(server, job_id)
        server.kill()
    with serving(tmp_path) as server:
        clips = finished(server, job_id)["clips"]
    assert [clip["ok"] for clip in clips] == [True, True]
    named = sorted(name for clip in clips for name in clip["files"].values())
    assert named == sorted(place.name for place in request.out.iterdir())
    assert len(named) == 8
