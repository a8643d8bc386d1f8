"""Other footage for a shot over HTTP: a job looks for it once, and taking it is quick."""

from typing import Any

import pytest

from app.api.context import Context
from app.models.library.clip import Clip
from app.services.edits import EditLibrary
from app.tests.api.conftest import Ask
from app.tests.services.library.clip_rows import add_clip, edit_of
from app.workflows.alternatives import Alternative

CLIPS = "/api/v1/library/clips"


@pytest.fixture
def clip(context: Context) -> Clip:
    return add_clip(context.storage.database, context.settings)


def answered(context: Context, job_id: str, *starts: float) -> list[str]:
    """Let the job have found these stretches; return the documents with them."""
    edits = [edit_of(start, 15) for start in starts]
    for edit in edits:
        EditLibrary(context.settings).keep(edit)
    found = [
        Alternative(take=n, source="a.mp4", start=start, seconds=3, score=0.5, reason="r", edit=edit.identity)
        for n, (start, edit) in enumerate(zip(starts, edits, strict=True), 1)
    ]
    result = {"alternatives": [one.model_dump() for one in found], "missing": []}
    end(context, job_id, {"status": "completed", "result": result})
    return [edit.identity for edit in edits]


def end(context: Context, job_id: str, changes: dict[str, Any]) -> None:
    with context.storage.database.write() as connection:
        context.storage.rows.change(connection, job_id, changes)


def test_a_search_goes_on_as_a_job_and_is_the_same_one_while_nothing_changes(
    ask: Ask, clip: Clip, context: Context
) -> None:
    first = ask("GET", f"{CLIPS}/{clip.id}/shots/1/alternatives?wait=0")
    job = first.json()
    assert (first.status_code, job["job_type"]) == (202, "alternatives") and "location" in first.headers
    assert ask("POST", f"{CLIPS}/{clip.id}/shots/1/swap?wait=0").json()["job_id"] == job["job_id"]
    assert ask("GET", f"{CLIPS}/{clip.id}/shots/2/alternatives?wait=0").json()["job_id"] != job["job_id"]
    answered(context, job["job_id"], 30, 44)
    found = ask("GET", f"{CLIPS}/{clip.id}/shots/1/alternatives").json()
    assert [(one["take"], one["start"]) for one in found["alternatives"]] == [(1, 30.0), (2, 44.0)]


def test_the_one_that_is_taken_is_in_the_clip_from_then_on(ask: Ask, clip: Clip, context: Context) -> None:
    path = f"{CLIPS}/{clip.id}/shots/1"
    job_id = ask("GET", f"{path}/alternatives?wait=0").json()["job_id"]
    edits = answered(context, job_id, 30, 44)
    assert ask("POST", f"{path}/swap", json={"take": 3}).status_code == 404
    assert ask("POST", f"{path}/swap", json={"take": 1}, headers={"If-Match": '"4"'}).status_code == 412
    changed = ask("POST", f"{path}/swap", json={"take": 2})
    assert changed.status_code == 200 and changed.headers["etag"] == '"2"'
    assert changed.json()["edit"] == edits[1]
    again = ask("GET", f"{path}/alternatives?wait=0")
    assert again.status_code == 202 and again.json()["job_id"] != job_id, "of another document other footage is best"


def test_shots_that_there_are_not_and_searches_that_failed_are_problems(ask: Ask, clip: Clip, context: Context) -> None:
    for number in (3, 0, "x"):
        assert ask("GET", f"{CLIPS}/{clip.id}/shots/{number}/alternatives").status_code in {404, 422}
    assert ask("GET", f"{CLIPS}/none/shots/1/alternatives").json()["code"] == "clip_unknown"
    path = f"{CLIPS}/{clip.id}/shots/1/alternatives"
    job_id = ask("GET", f"{path}?wait=0").json()["job_id"]
    error = {"kind": "NotEnoughFootage", "code": "not_enough_footage", "message": "m", "hint": "h", "subject": "s"}
    end(context, job_id, {"status": "failed", "error": error})
    assert (ask("GET", path).status_code, ask("GET", path).json()["code"]) == (422, "not_enough_footage")
    other = ask("GET", f"{CLIPS}/{clip.id}/shots/2/alternatives?wait=0").json()["job_id"]
    context.desk.cancel(other)
    assert ask("GET", f"{CLIPS}/{clip.id}/shots/2/alternatives").status_code == 409
