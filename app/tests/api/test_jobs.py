"""The routes of jobs, without a network: what they answer, and what they keep to themselves."""

import json
from typing import Any

import pytest

from app.api.context import Context
from app.tests.api.conftest import Ask
from app.tests.api.serving import JOBS

ODD_IDS = ["a/b", "a/events", "a/cancel", "50%", "a%2Fb", "ș ț?#&=+", "..hidden", "/", "a//b", "x\ny", "{job_id}"]


def submitted(context: Context, kind: str = "analyze", **more: Any) -> str:
    return str(context.desk.submit(kind, {"path": "/home/anastasia/secret%20plans/beach.mp4"}, **more)["job_id"])


def ended(context: Context, job_id: str, **changes: Any) -> None:
    """Let the job end as a worker would."""
    with context.storage.database.write() as connection:
        context.storage.rows.change(connection, job_id, changes, kind=changes["status"])


def test_jobs_are_listed_newest_first_and_page_by_page(ask: Ask, context: Context) -> None:
    for number in range(5):
        context.storage.create_job({"job_id": f"job {number}", "title": f"clip {number}"})
    first = ask("GET", JOBS, params={"limit": 3}).json()
    assert [job["title"] for job in first["jobs"]] == ["clip 4", "clip 3", "clip 2"]
    assert first["total"] == 5
    rest = ask("GET", JOBS, params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [job["title"] for job in rest["jobs"]] == ["clip 1", "clip 0"]
    assert rest["next_cursor"] is None


def test_jobs_of_a_project_are_listed_alone(ask: Ask, context: Context) -> None:
    its, _ = submitted(context, project_id="p1"), submitted(context, project_id="p2")
    submitted(context, parent_id=its, project_id="p1")
    found = ask("GET", JOBS, params={"project_id": "p1"}).json()
    assert [job["job_id"] for job in found["jobs"]] == [its]
    assert ask("GET", JOBS, params={"project_id": "p3"}).json()["total"] == 0


def test_jobs_are_filtered_by_status_kind_and_parent(ask: Ask, context: Context) -> None:
    context.storage.create_job({"job_id": "a", "job_type": "speak", "status": "failed"})
    context.storage.create_job({"job_id": "b"})
    part = submitted(context, parent_id="b")
    for query, expected in [
        ({}, ["b", "a"]),
        ({"status": "failed"}, ["a"]),
        ({"job_type": "speak"}, ["a"]),
        ({"status": "pending", "job_type": "speak"}, []),
        ({"parent": "b"}, [part]),
        ({"job_type": "no\0such"}, []),
    ]:
        found = ask("GET", JOBS, params=query).json()["jobs"]
        assert [job["job_id"] for job in found] == expected, query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"status": "lost"}, "status"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "ș"}, "cursor"),
    ],
)
def test_a_wrong_question_is_told_by_its_field(ask: Ask, query: dict[str, str], field: str) -> None:
    answer = ask("GET", JOBS, params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["subject"]) == ("invalid_input", field)


@pytest.mark.parametrize("job_id", ODD_IDS)
def test_any_text_names_a_job(ask: Ask, context: Context, job_id: str) -> None:
    context.storage.create_job({"job_id": "a"})
    context.storage.create_job({"job_id": job_id, "status": "failed"})
    place = f"{JOBS}/{quoted(job_id)}"
    assert ask("GET", place).json()["job_id"] == job_id
    assert json.loads(ask("GET", f"{place}/events").text.partition("data: ")[2])["job_id"] == job_id
    assert ask("POST", f"{place}/cancel").json()["status"] == "failed"
    assert ask("DELETE", place).status_code == 204
    assert context.storage.get_job(job_id) is None
    assert context.storage.get_job("a") is not None


def quoted(job_id: str) -> str:
    return "".join(f"%{byte:02X}" for byte in job_id.encode())


def test_a_slash_may_be_sent_as_it_is(ask: Ask, context: Context) -> None:
    context.storage.create_job({"job_id": "shop/ana/7", "status": "completed"})
    assert ask("GET", f"{JOBS}/shop/ana/7").json()["job_id"] == "shop/ana/7"
    assert ask("GET", f"{JOBS}/shop/ana/7/events").headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize(
    ("method", "place"),
    [("GET", ""), ("GET", "/events"), ("POST", "/cancel"), ("POST", "/retry"), ("DELETE", "")],
)
@pytest.mark.parametrize("job_id", ["no-such", "%00", "%FF", "x" * 600])
def test_an_unknown_job_is_a_404(ask: Ask, method: str, place: str, job_id: str) -> None:
    answer = ask(method, f"{JOBS}/{job_id}{place}")
    assert (answer.status_code, answer.json()["code"]) == (404, "job_unknown")
    assert answer.json()["hint"] == f"GET {JOBS} lists those there are."
    assert answer.json()["subject"] == "job_id"


def test_a_job_tells_neither_its_request_nor_a_path(ask: Ask, context: Context) -> None:
    job_id = submitted(context, title="analyze /home/anastasia/secret plans/beach.mp4")
    said = "/home/anastasia/secret plans/beach.mp4 is cut off, see /var/log/x.txt."
    error = {"code": "bad_media", "message": said, "kind": "MediaError"}
    files = {"mp4": "/home/anastasia/out put/clip-01.mp4", "share": "1/2", "page": "https://example.com/a/b"}
    ended(context, job_id, status="failed", error=error, result={"clips": [{"files": files}], "n": 3})
    told = ask("GET", f"{JOBS}/{job_id}")
    assert told.json()["error"]["message"] == "beach.mp4 is cut off, see x.txt."
    assert told.json()["result"] == {
        "clips": [{"files": {"mp4": "clip-01.mp4", "share": "1/2", "page": "https://example.com/a/b"}}],
        "n": 3,
    }
    events = ask("GET", f"{JOBS}/{job_id}/events")
    listed = ask("GET", JOBS)
    for answer in (told, events, listed):
        assert "request" not in answer.text
        assert "anastasia" not in answer.text
        assert "plans" not in answer.text


def test_a_job_that_others_made_may_hold_anything(ask: Ask, context: Context) -> None:
    context.storage.create_job(
        {
            "job_id": "odd",
            "percentage": "half",
            "estimated_remaining": 10**400,
            "title": ["no text"],
            "error": "it broke",
            "result": [1, {"a": None}],
            "password": "hunter2",
        }
    )
    context.storage.update_job("odd", {"status": "failed", "password": "hunter2"})
    assert "hunter2" not in ask("GET", f"{JOBS}/odd/events").text
    answer = ask("GET", f"{JOBS}/odd")
    job = answer.json()
    assert (job["percentage"], job["estimated_remaining"], job["title"]) == (None, None, "")
    assert job["error"]["message"] == "it broke"
    assert job["result"] == [1, {"a": None}]
    assert "hunter2" not in answer.text
    assert ask("GET", JOBS).json()["total"] == 1


def test_a_waiting_job_has_a_place_in_the_queue(ask: Ask, context: Context) -> None:
    ids = [submitted(context) for _ in range(3)]
    assert [ask("GET", f"{JOBS}/{job_id}").json()["queue_position"] for job_id in ids] == [0, 1, 2]
    assert ask("POST", f"{JOBS}/{ids[0]}/cancel").json()["queue_position"] is None
    assert ask("GET", f"{JOBS}/{ids[2]}").json()["queue_position"] == 1


def test_cancel_retry_and_delete_keep_to_a_job_s_state(ask: Ask, context: Context) -> None:
    job_id = submitted(context)
    place = f"{JOBS}/{job_id}"
    assert ask("POST", f"{place}/retry").status_code == 409
    running = ask("DELETE", place)
    assert (running.status_code, running.json()["code"]) == (409, "job_running")
    assert ask("POST", f"{place}/cancel").json()["status"] == "cancelled"
    assert ask("POST", f"{place}/cancel").json()["status"] == "cancelled"
    assert ask("POST", f"{place}/retry").json()["status"] == "pending"
    ask("POST", f"{place}/cancel")
    assert ask("DELETE", place).status_code == 204
    assert ask("GET", place).status_code == 404


def test_a_database_that_is_away_is_told_without_its_place(ask: Ask, context: Context) -> None:
    context.storage.create_job({"job_id": "a"})
    with context.storage.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE jobs RENAME TO gone")
    answer = ask("GET", f"{JOBS}/a")
    assert (answer.status_code, answer.json()["code"]) == (503, "database")
    assert str(context.settings.data_dir) not in answer.text
    assert "sqlite" not in answer.text
    assert ask("GET", "/health").status_code == 200


def test_the_description_names_every_route_and_its_problems(ask: Ask) -> None:
    paths = ask("GET", "/openapi.json").json()["paths"]
    routes = {(method, path): what for path, methods in paths.items() for method, what in methods.items()}
    assert len([path for _, path in routes if path.startswith(JOBS)]) >= 6
    for (method, path), what in routes.items():
        assert what["summary"] and what["description"] and what["tags"], path
        if "{job_id}" in path:
            assert "application/problem+json" in what["responses"]["404"]["content"], (method, path)
    assert "HTTPValidationError" not in json.dumps(paths)
