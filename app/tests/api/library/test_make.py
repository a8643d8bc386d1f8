"""The one call over HTTP: what it takes in, as JSON and as a form, and that nothing stays of what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.api.context import Context
from app.services.sources import quoted
from app.tests.api.conftest import Ask
from app.tests.services.library.things import ANA, a_medium

LIBRARY = "/api/v1/library"
MAKE = f"{LIBRARY}/make"


@pytest.fixture
def video(context: Context, tmp_path: Path) -> str:
    film = tmp_path / "a.mp4"
    film.write_bytes(b"film")
    return a_medium(context.storage.database, name="plajă.mp4", place=quoted(film))


def test_footage_by_id_and_address_becomes_a_project_and_one_job(ask: Ask, video: str, context: Context) -> None:
    address = "http://127.0.0.1:9/dir/mare%20.mp4?x=1"
    files = [{"video_id": video, "keywords": ["cafea"]}, {"url": address}]
    wish = {"files": files, "script": "Cafea bună.", "count": 2, "preset": "square", "options": {"speed": 1.1}}
    answer = ask("POST", MAKE, json={**wish, "callback_url": "http://127.0.0.1:9/done"})
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"{LIBRARY}/jobs/{job['job_id']}" and job["job_type"] == "make"
    stored = context.storage.get_job(job["job_id"])
    assert stored is not None and stored["callback_url"] == "http://127.0.0.1:9/done"
    asked = stored["request"]
    assert asked["wish"]["scripts"] == ["Cafea bună."] and asked["wish"]["options"]["preset"] == "square"
    assert [arrival["url"] for arrival in asked["arrivals"]] == [address]
    project = ask("GET", f"{LIBRARY}/projects/{asked['project_id']}").json()
    assert (project["name"], project["options"]["speed"]) == ("Cafea bună.", 1.1)
    videos = ask("GET", f"{LIBRARY}/projects/{asked['project_id']}/videos").json()["videos"]
    assert [(one["video_id"], one["keywords"]) for one in videos] == [(video, ["cafea"])]


def test_a_form_brings_its_files_along(ask: Ask, context: Context) -> None:
    films = [("files", ("mare.mp4", b"film 1")), ("files", ("cer.mp4", b"film 2"))]
    texts = {"script": "Marea.", "count": "3", "options": json.dumps({"quality": "draft"}), "name": "Vara"}
    answer = ask("POST", MAKE, files=films, data=texts)
    assert answer.status_code == 202, answer.text
    stored = context.storage.get_job(answer.json()["job_id"])
    assert stored is not None
    asked = stored["request"]
    assert [arrival["name"] for arrival in asked["arrivals"]] == ["mare.mp4", "cer.mp4"]
    assert {arrival["project_id"] for arrival in asked["arrivals"]} == {asked["project_id"]}
    assert (asked["wish"]["count"], asked["wish"]["options"]["quality"]) == (3, "draft")
    whole = {"request": json.dumps({"script": "Marea.", "name": "Iarna"})}
    assert ask("POST", MAKE, files=films, data=whole).status_code == 202
    names = [one["name"] for one in ask("GET", f"{LIBRARY}/projects").json()["projects"]]
    assert sorted(names) == ["Iarna", "Vara"]


def test_what_is_sent_again_with_its_key_is_made_once(ask: Ask, video: str, context: Context) -> None:
    wish = {"files": [{"video_id": video}], "script": "Cafea."}
    first, second = (ask("POST", MAKE, json=wish, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json()["job_id"] == second.json()["job_id"]
    assert ask("GET", f"{LIBRARY}/projects").json()["total"] == 1


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({}, 422, "no_footage"),
        ({"files": [{}]}, 422, "invalid_input"),
        ({"files": [{"url": "http://127.0.0.1:9/a.mp4", "video_id": "b"}]}, 422, "invalid_input"),
        ({"files": [{"video_id": "none"}]}, 404, "video_unknown"),
        ({"files": [{"url": "http://169.254.169.254/latest"}]}, 422, "address_refused"),
        ({"files": [{"url": "file:///etc/passwd"}]}, 422, None),
        ({"project_id": "none"}, 404, "project_unknown"),
        ({"script": "a", "scripts": ["b"]}, 422, "invalid_input"),
        ({"files": [{"url": "http://127.0.0.1:9/a.mp4"}], "scripts": ["a", "b"], "count": 3}, 422, "script_count"),
        ({"files": [{"url": "http://127.0.0.1:9/a.mp4"}], "preset": "cinema"}, 422, None),
        ({"files": [{"url": "http://127.0.0.1:9/a.mp4"}], "callback_url": "http://169.254.169.254/"}, 422, None),
        ({"files": [{"url": "http://127.0.0.1:9/a.mp4"}], "more": 1}, 422, "invalid_input"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_stays(
    ask: Ask, context: Context, wish: dict[str, Any], status: int, code: str | None
) -> None:
    as_form = {"files": [("files", ("a.mp4", b"film"))], "data": {"request": json.dumps(wish)}}
    answers = [ask("POST", MAKE, json=wish)]
    if code != "no_footage":
        answers.append(ask("POST", MAKE, **as_form))
    for answer in answers:
        assert answer.status_code == status, answer.text
        assert code is None or answer.json()["code"] == code
    assert context.storage.count_jobs() == 0
    assert ask("GET", f"{LIBRARY}/projects").json()["total"] == 0
    assert not list((context.settings.data_dir / "media" / "incoming").glob("*"))


def test_a_form_that_is_none_and_somebody_elses_footage_are_problems(ask: Ask, context: Context) -> None:
    theirs = a_medium(context.storage.database, owner=ANA)
    assert ask("POST", MAKE, json={"files": [{"video_id": theirs}]}).status_code == 404
    files = [("files", ("a.mp4", b"film"))]
    for data in ({"request": "{"}, {"request": "[1]"}, {"options": "x"}, {"colour": "red"}, {"count": "many"}):
        assert ask("POST", MAKE, files=files, data=data).status_code == 422, data
    assert ask("POST", MAKE, content=b"{", headers={"Content-Type": "application/json"}).status_code == 422
    broken = ask("POST", MAKE, content=b"no parts", headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert broken.status_code in {400, 422}
