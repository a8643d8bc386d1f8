"""Clips of a project over HTTP, as far as they are asked for: what goes into the job, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from app.api.context import Context
from app.models.library.project import ProjectVideoFields
from app.models.make import MakeRequest
from app.services.library.project_videos import ProjectVideos
from app.services.sources import quoted
from app.tests.api.conftest import Ask
from app.tests.services.library.things import a_medium
from app.workflows.jobs.records import read_request

LIBRARY = "/api/v1/library"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "somewhere.mp4"
    path.write_bytes(b"film")
    return path


@pytest.fixture
def project(ask: Ask, context: Context, film: Path) -> str:
    """A project with one video."""
    options = {"duration": 9, "preset": "square", "seed": 5}
    made = ask("POST", f"{LIBRARY}/projects", json={"name": "Cafea", "options": options})
    project_id: str = made.json()["id"]
    video = a_medium(context.storage.database, name="plajă.mp4", place=quoted(film))
    ProjectVideos(context.storage.database).put(None, project_id, video, ProjectVideoFields(keywords=("cafea",)))
    return project_id


def asked(context: Context, job: Any) -> MakeRequest:
    """Return what the worker will read."""
    stored = context.storage.get_job(job["job_id"])
    assert stored is not None
    return read_request(stored["request"])


def test_the_job_gets_what_request_project_and_settings_say(
    ask: Ask, project: str, context: Context, film: Path
) -> None:
    wish = {"scripts": ["Unu.", "Doi."], "options": {"preset": "tiktok", "voice": "espeak:ro"}}
    answer = ask("POST", f"{LIBRARY}/projects/{project}/generate", json=wish)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"{LIBRARY}/jobs/{job['job_id']}" and job["title"] == "make 2 clips"
    request = asked(context, job)
    assert (request.preset, request.duration, request.seed) == ("tiktok", 9.0, 5)
    assert (request.quality, request.voice, request.count) == ("standard", "espeak:ro", 2)
    assert request.files == (film,) and request.names == {"a" * 64: "plajă.mp4"}
    assert request.marks.files[0].keywords == ("cafea",)
    assert request.out == context.settings.data_dir / "clips" / job["job_id"]
    listed = ask("GET", f"{LIBRARY}/projects/{project}/progress").json()
    assert listed == {"percentage": 0.0, "current_step": "waiting", "estimated_remaining": None}


def test_scripts_of_the_project_bring_their_voice_along(ask: Ask, project: str, context: Context) -> None:
    path = f"{LIBRARY}/projects/{project}"
    one, two = (
        ask("POST", f"{path}/scripts", json={"text": text, "voice": voice, "speed": 1.1}).json()["id"]
        for text, voice in (("Unu.", "espeak:ro"), ("Doi.", "espeak:de"))
    )
    request = asked(context, ask("POST", f"{path}/generate", json={"script_ids": [one], "variant_count": 3}).json())
    assert (request.voice, request.speed, request.scripts, request.count) == ("espeak:ro", 1.1, ("Unu.",), 3)
    assert request.script_ids == (one,)
    differ = ask("POST", f"{path}/generate", json={"script_ids": [one, two]})
    assert (differ.status_code, differ.json()["code"]) == (422, "scripts_differ")
    unknown = ask("POST", f"{path}/generate", json={"script_ids": [one, "none"]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "script_unknown")


@pytest.mark.parametrize(
    "wish",
    [
        {"count": 0},
        {"count": 21},
        {"count": 2, "variant_count": 3},
        {"scripts": ["a"], "script_ids": ["b"]},
        {"scripts": [" "]},
        {"scripts": ["a", "b", "c"], "count": 2},
        {"options": {"voice": "nobody"}},
        {"options": {"preset": "cinema"}},
        {"options": {"colour": 1}},
        {"callback_url": "http://169.254.169.254/"},
        {"more": 1},
    ],
)
def test_what_cannot_be_made_is_refused_and_no_job_taken_in(
    ask: Ask, project: str, context: Context, wish: dict[str, Any]
) -> None:
    answer = ask("POST", f"{LIBRARY}/projects/{project}/generate", json=wish)
    assert answer.status_code == 422, answer.text
    assert context.storage.count_jobs() == 0


def test_a_project_without_footage_or_with_a_lost_file_says_so(ask: Ask, project: str, film: Path) -> None:
    empty = ask("POST", f"{LIBRARY}/projects", json={"name": "Gol"}).json()["id"]
    answer = ask("POST", f"{LIBRARY}/projects/{empty}/generate", json={})
    assert (answer.status_code, answer.json()["code"]) == (422, "project_empty")
    none = ask("GET", f"{LIBRARY}/projects/{empty}/progress").json()
    assert none == {"percentage": 0.0, "current_step": None, "estimated_remaining": None}
    film.unlink()
    gone = ask("POST", f"{LIBRARY}/projects/{project}/generate", json={})
    assert (gone.status_code, gone.json()["code"]) == (410, "media_gone") and str(film.parent) not in gone.text
    assert ask("POST", f"{LIBRARY}/projects/none/generate", json={}).status_code == 404
    assert ask("GET", f"{LIBRARY}/projects/none/progress").status_code == 404


def test_the_progress_of_several_jobs_is_that_of_those_that_go_on(ask: Ask, project: str, context: Context) -> None:
    path = f"{LIBRARY}/projects/{project}"
    first, second = (ask("POST", f"{path}/generate", json={"count": n}).json()["job_id"] for n in (1, 2))
    context.storage.update_job(first, {"percentage": 30, "progress": "analyze", "estimated_remaining": 20})
    context.storage.update_job(second, {"percentage": 50, "progress": "render", "estimated_remaining": 10})
    told = ask("GET", f"{path}/progress").json()
    assert told == {"percentage": 40.0, "current_step": "render", "estimated_remaining": 20.0}
    context.desk.cancel(second)
    assert ask("GET", f"{path}/progress").json()["percentage"] == 30.0
    context.desk.cancel(first)
    assert ask("GET", f"{path}/progress").json()["current_step"] == "cancelled"


def test_clips_of_marked_segments_show_nothing_else(ask: Ask, project: str, context: Context) -> None:
    path = f"{LIBRARY}/projects/{project}"
    none = ask("POST", f"{path}/generate-from-segments", json={})
    assert (none.status_code, none.json()["code"]) == (422, "no_segments")
    video = ask("GET", f"{path}/videos").json()["videos"][0]["video_id"]
    ask("POST", f"{LIBRARY}/videos/{video}/segments", json={"start": 2, "end": 6})
    wish = {"selection_mode": "sequential", "variant_count": 2, "options": {"seed": 8}}
    request = asked(context, ask("POST", f"{path}/generate-from-segments", json=wish).json())
    assert (request.in_order, request.count, request.seed) == (True, 2, 8)
    segments = request.marks.files[0].segments
    assert [(one.start, one.end) for one in segments if one.never_use] == [(0, 2), (6, 12)]
    seeds = {asked(context, ask("POST", f"{path}/generate-from-segments", json={}).json()).seed for _ in range(2)}
    assert len(seeds) == 2, "random is another choice each time"
    again = ask("POST", f"{path}/generate-from-segments", json={"selection_mode": "weighted"}).json()
    assert asked(context, again).seed == 5
    assert ask("POST", f"{path}/generate-from-segments", json={"selection_mode": "best"}).status_code == 422
