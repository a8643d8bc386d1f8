"""Renders over HTTP, as far as they are asked for and told of."""

import asyncio

import httpx
import pytest

from app.api.context import Context
from app.db import close_databases
from app.main import create_app
from app.models.library.clip import Clip
from app.tests.api.conftest import Ask
from app.tests.services.library.clip_rows import add_clip, edit_of

CLIPS = "/api/v1/library/clips"


@pytest.fixture
def clip(context: Context) -> Clip:
    return add_clip(context.storage.database, context.settings)


def test_a_clip_never_rendered_is_at_nothing(ask: Ask, clip: Clip) -> None:
    answer = ask("GET", f"{CLIPS}/{clip.id}/render/progress")
    assert answer.json() == {"percentage": 0.0, "current_step": None, "estimated_remaining": None}


def test_a_render_is_taken_in_once_and_its_progress_is_told(ask: Ask, clip: Clip, context: Context) -> None:
    answer = ask("POST", f"{CLIPS}/{clip.id}/render")
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/library/jobs/{job['job_id']}"
    assert (job["job_type"], job["status"]) == ("render", "pending")
    assert ask("POST", f"{CLIPS}/{clip.id}/render", json={}).json()["job_id"] == job["job_id"]
    other = ask("POST", f"{CLIPS}/{clip.id}/render", json={"preset_name": "square", "quality": "draft"}).json()
    assert other["job_id"] != job["job_id"]
    progress = ask("GET", f"{CLIPS}/{clip.id}/render/progress").json()
    assert progress == {"percentage": 0.0, "current_step": "waiting", "estimated_remaining": None}
    context.storage.update_job(other["job_id"], {"progress": "picture", "percentage": 41.5, "estimated_remaining": 7})
    progress = ask("GET", f"{CLIPS}/{clip.id}/render/progress").json()
    assert progress == {"percentage": 41.5, "current_step": "picture", "estimated_remaining": 7.0}
    assert ask("GET", f"{CLIPS}/{clip.id}").json()["render_job_id"] == other["job_id"]


def test_what_cannot_be_rendered_is_refused(ask: Ask, clip: Clip) -> None:
    assert ask("POST", f"{CLIPS}/none/render").json()["code"] == "clip_unknown"
    for wish in ({"preset_name": "cinema"}, {"quality": "best"}, {"colour": "red"}, {"callback_url": "file:///etc"}):
        assert ask("POST", f"{CLIPS}/{clip.id}/render", json=wish).status_code == 422, wish


def test_some_are_rendered_or_none(ask: Ask, clip: Clip, context: Context) -> None:
    other = add_clip(context.storage.database, context.settings, edit_of(2, 20))
    wrong = ask("POST", f"{CLIPS}/bulk-render", json={"clip_ids": [clip.id, "none"]})
    assert wrong.status_code == 404 and context.storage.count_jobs() == 0
    answer = ask("POST", f"{CLIPS}/bulk-render", json={"clip_ids": [clip.id, other.id, clip.id]})
    assert answer.status_code == 202 and len(answer.json()["jobs"]) == 2


def test_a_removed_clips_render_is_cancelled(ask: Ask, clip: Clip, context: Context) -> None:
    job_id = ask("POST", f"{CLIPS}/{clip.id}/render").json()["job_id"]
    assert ask("DELETE", f"{CLIPS}/{clip.id}").status_code == 204
    job = context.storage.get_job(job_id)
    assert job is not None and job["status"] == "cancelled"


def test_progress_is_known_to_a_server_that_was_started_anew(ask: Ask, clip: Clip, context: Context) -> None:
    job_id = ask("POST", f"{CLIPS}/{clip.id}/render").json()["job_id"]
    context.storage.update_job(job_id, {"progress": "picture", "percentage": 63.0, "estimated_remaining": 4.5})
    close_databases()

    async def look() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app(context.settings))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(f"{CLIPS}/{clip.id}/render/progress")

    told = asyncio.run(look()).json()
    assert told == {"percentage": 63.0, "current_step": "picture", "estimated_remaining": 4.5}
