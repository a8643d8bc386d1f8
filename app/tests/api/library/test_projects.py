"""Projects over HTTP, with their videos, scripts, marks and presets: made, found, changed by one at a time, removed."""

import json
from typing import Any

import pytest

from app.api.context import Context
from app.tests.api.conftest import Ask
from app.tests.services.library.things import a_medium

LIBRARY = "/api/v1/library"
PROJECTS = f"{LIBRARY}/projects"


@pytest.fixture
def project(ask: Ask) -> dict[str, Any]:
    made = ask("POST", PROJECTS, json={"name": "Cafea de toamnă", "options": {"captions": "karaoke"}})
    assert made.status_code == 201
    return dict(made.json())


@pytest.fixture
def video(context: Context) -> str:
    return a_medium(context.storage.database)


def code_of(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_made_looked_at_and_listed(ask: Ask, project: dict[str, Any]) -> None:
    answer = ask("GET", f"{PROJECTS}/{project['id']}")
    assert answer.json() == project
    assert answer.headers["etag"] == '"1"'
    assert (project["target_duration"], project["archived_at"], project["brand"]) == (20.0, None, None)
    assert project["options"]["captions"] == "karaoke"
    assert project["options"]["voice"] is None
    again = ask("POST", PROJECTS, json={"name": "Ceai"})
    assert again.headers["location"] == f"{PROJECTS}/{again.json()['id']}"
    first = ask("GET", PROJECTS, params={"sort": "name", "limit": 1}).json()
    assert ([one["name"] for one in first["projects"]], first["total"]) == (["Cafea de toamnă"], 2)
    rest = ask("GET", PROJECTS, params={"sort": "name", "cursor": first["next_cursor"]}).json()
    assert [one["name"] for one in rest["projects"]] == ["Ceai"]
    assert ask("GET", PROJECTS, params={"search": "TOAMNA"}).json()["total"] == 1


def test_a_change_needs_the_version_that_was_seen_when_one_is_named(ask: Ask, project: dict[str, Any]) -> None:
    place = f"{PROJECTS}/{project['id']}"
    changed = ask("PATCH", place, json={"name": "Mine"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"], changed.json()["name"]) == (200, '"2"', "Mine")
    for stale in ('"1"', "1", '"x"', "nonsense", '"1", "2"'):
        for method, body in (("PATCH", {"name": "Yours"}), ("DELETE", None)):
            answer = ask(method, place, json=body, headers={"If-Match": stale})
            assert code_of(answer) == (412, "version_conflict")
    assert ask("POST", f"{place}/archive", headers={"If-Match": '"1"'}).status_code == 412
    for fresh in ('"2"', 'W/"3"', "*"):
        assert ask("PATCH", place, json={"name": fresh}, headers={"If-Match": fresh}).status_code == 200
    assert ask("PATCH", place, json={}).status_code == 200
    assert ask("DELETE", place, headers={"If-Match": '"6"'}).status_code == 204
    assert code_of(ask("GET", place)) == (404, "project_unknown")


def test_put_away_and_taken_out(ask: Ask, project: dict[str, Any]) -> None:
    place = f"{PROJECTS}/{project['id']}"
    assert ask("POST", f"{place}/archive").json()["archived_at"] is not None
    assert ask("GET", PROJECTS, params={"archived": False}).json()["total"] == 0
    assert ask("GET", PROJECTS, params={"archived": True}).json()["total"] == 1
    assert ask("POST", f"{place}/unarchive").json()["archived_at"] is None


NO_PROJECTS: list[tuple[Any, str]] = [
    ({}, "name"),
    ({"name": ""}, "name"),
    ({"name": "  "}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"name": "a\0"}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": 7}, "name"),
    ({"name": "a", "owner": "me"}, "owner"),
    ({"name": "a", "description": "\0"}, "description"),
    ({"name": "a", "target_duration": 0.5}, "target_duration"),
    ({"name": "a", "options": {"preset": "vhs"}}, "options.preset"),
    ({"name": "a", "options": {"captions": "comic"}}, "options.captions"),
    ({"name": "a", "options": {"count": 21}}, "options.count"),
    ({"name": "a", "options": {"seeds": 1}}, "options.seeds"),
    ({"name": "a", "options": {"transition": {"kind": "cut", "frames": 4}}}, "options.transition"),
    ({"name": "a", "options": {"voice": "nobody"}}, "voice"),
    ({"name": "a", "brand": {"logo": {"file": "/etc/passwd"}}}, "brand.logo.asset_id"),
    ([], "body"),
]


def test_what_a_project_cannot_be(ask: Ask) -> None:
    for body, field in NO_PROJECTS:
        answer = ask("POST", PROJECTS, json=body)
        assert (answer.status_code, answer.json()["subject"]) == (422, field)
    assert ask("GET", PROJECTS).json()["total"] == 0


def test_what_was_sent_is_not_sent_back_at_length(ask: Ask) -> None:
    long = "x" * 900_000
    for body in ({"name": "a", long: 1}, {"name": "a", "options": {"preset": long}}, {"name": long}):
        answer = ask("POST", PROJECTS, json=body)
        assert answer.status_code == 422
        assert len(answer.text) < 3_000


def test_a_problem_says_why_and_nothing_of_the_program(ask: Ask) -> None:
    detail = ask("POST", PROJECTS, json={"name": "a", "options": {"preset": "vhs"}}).json()["detail"]
    assert detail.startswith("options.preset: There is no preset named 'vhs'. Choose one of: tiktok, ")


def test_a_logo_that_is_not_there(ask: Ask) -> None:
    body = {"name": "a", "brand": {"logo": {"asset_id": "none"}}}
    assert code_of(ask("POST", PROJECTS, json=body)) == (404, "asset_unknown")


def test_lists_that_cannot_be(ask: Ask) -> None:
    for query in ("sort=size", "limit=0", "limit=501", "cursor=x", "archived=perhaps"):
        assert code_of(ask("GET", f"{PROJECTS}?{query}"))[0] == 422


def test_names_of_nothing(ask: Ask) -> None:
    for odd in ("none", "%00", "..%2F..", "a%2Fb", "%F0%9F%92%A9", "x" * 5000):
        for noun in ("projects", "scripts", "segments", "presets"):
            answer = ask("GET", f"{LIBRARY}/{noun}/{odd}")
            assert answer.status_code == 404
            assert len(answer.text) < 1000


def test_a_project_that_is_worked_on(ask: Ask, context: Context, project: dict[str, Any]) -> None:
    place = f"{PROJECTS}/{project['id']}"
    job = context.desk.submit("analyze", {"path": "/none", "info": {}}, project_id=project["id"])
    assert code_of(ask("DELETE", place)) == (409, "project_busy")
    assert code_of(ask("DELETE", f"{place}?cancel=true", headers={"If-Match": '"7"'})) == (412, "version_conflict")
    assert context.storage.get_job(job["job_id"])["status"] == "pending"  # type: ignore[index]
    assert ask("DELETE", f"{place}?cancel=true").status_code == 204
    assert context.storage.get_job(job["job_id"])["status"] == "cancelled"  # type: ignore[index]


def test_videos_of_a_project(ask: Ask, project: dict[str, Any], video: str) -> None:
    videos = f"{PROJECTS}/{project['id']}/videos"
    added = ask("PUT", f"{videos}/{video}")
    assert (added.status_code, added.json()["role"], added.json()["duration"]) == (200, "main", 12.0)
    use = {"role": "secondary", "keywords": ["cafea"], "description": "o ceașcă"}
    assert ask("PUT", f"{videos}/{video}", json=use).json().items() >= use.items()
    listed = ask("GET", videos).json()
    assert ([one["video_id"] for one in listed["videos"]], listed["total"]) == ([video], 1)
    assert ask("GET", f"{PROJECTS}/{project['id']}").json()["counts"]["videos"] == 1
    assert ask("PUT", f"{videos}/{video}", json={"role": "hero"}).status_code == 422
    assert code_of(ask("PUT", f"{videos}/none")) == (404, "video_unknown")
    assert ask("DELETE", f"{videos}/{video}").status_code == 204
    assert code_of(ask("DELETE", f"{videos}/{video}")) == (404, "video_unknown")


def test_scripts_of_a_project(ask: Ask, project: dict[str, Any]) -> None:
    scripts = f"{PROJECTS}/{project['id']}/scripts"
    made = ask("POST", scripts, json={"text": "Bună ziua, România!", "language": "ro", "voice": "espeak:ro"})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    place = made.headers["location"]
    assert place == f"{LIBRARY}/scripts/{made.json()['id']}"
    assert ask("GET", place).json() == made.json()
    assert made.json()["words"] == 3
    changed = ask("PATCH", place, json={"voice": None, "text": "Altceva"}, headers={"If-Match": '"1"'})
    assert (changed.json()["voice"], changed.json()["text"], changed.headers["etag"]) == (None, "Altceva", '"2"')
    assert code_of(ask("PATCH", place, json={"text": "x"}, headers={"If-Match": '"1"'})) == (412, "version_conflict")
    for wrong in ({"text": "  "}, {"text": None}, {"voice": "nobody"}, {"speed": 9}, {"text": "x" * 20_001}):
        assert ask("PATCH", place, json=wrong).status_code == 422
    assert ask("GET", scripts).json()["total"] == 1
    assert ask("DELETE", place).status_code == 204
    assert code_of(ask("GET", place)) == (404, "script_unknown")
    assert code_of(ask("POST", f"{PROJECTS}/none/scripts", json={"text": "a"})) == (404, "project_unknown")


def test_marks_of_a_video(ask: Ask, project: dict[str, Any], video: str) -> None:
    marks = f"{LIBRARY}/videos/{video}/segments"
    made = ask("POST", marks, json={"start": 2, "end": 4, "keywords": ["cafea"], "pin": {"clip": 1}})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    place = made.headers["location"]
    assert place == f"{LIBRARY}/segments/{made.json()['id']}"
    assert ask("GET", place).json() == made.json()
    other = ask("POST", marks, json={"start": 0.5, "end": 1, "favourite": True}).json()
    assert [one["start"] for one in ask("GET", marks).json()["segments"]] == [0.5, 2]
    assert ask("GET", f"{LIBRARY}/segments", params={"keyword": "CAFEA"}).json()["total"] == 1
    assert ask("GET", f"{LIBRARY}/segments", params={"favourite": True}).json()["segments"] == [other]
    assert ask("GET", f"{LIBRARY}/segments", params={"project_id": project["id"]}).json()["total"] == 0
    assert code_of(ask("GET", f"{LIBRARY}/segments?project_id=none")) == (404, "project_unknown")
    refused = ask("POST", marks, json={"end": 2, "project_id": project["id"]})
    assert code_of(refused) == (422, "video_not_in_project")
    assert refused.json()["hint"].startswith("Add it to the project first")
    for wrong in ({"end": 1}, {"never_use": True}, {"end": 13}, {"start": None}):
        assert ask("PATCH", place, json=wrong).status_code == 422
    assert ask("PATCH", place, json={"pin": None, "never_use": True}).json()["version"] == 2
    assert ask("DELETE", place, headers={"If-Match": '"1"'}).status_code == 412
    assert ask("DELETE", place).status_code == 204


def test_many_marks_at_once(ask: Ask, video: str) -> None:
    marks, bulk = f"{LIBRARY}/videos/{video}/segments", f"{LIBRARY}/segments/bulk"
    ids = [ask("POST", marks, json={"start": n, "end": n + 1}).json()["id"] for n in range(3)]
    changed = ask("POST", bulk, json={"ids": ids[:2], "change": {"never_use": True}})
    assert [(one["id"], one["never_use"]) for one in changed.json()["segments"]] == [(ids[0], True), (ids[1], True)]
    assert code_of(ask("POST", bulk, json={"ids": [ids[2], "none"], "delete": True})) == (404, "segment_unknown")
    bad: list[dict[str, Any]] = [
        {"ids": []},
        {"ids": ids},
        {"ids": ids, "delete": True, "change": {"note": "x"}},
        {"ids": ["x"] * 501, "delete": True},
        {"ids": ids, "change": {"nothing": 1}},
    ]
    for wrong in bad:
        assert ask("POST", bulk, json=wrong).status_code == 422
    assert ask("POST", bulk, json={"ids": ids, "delete": True}).json() == {"segments": [], "deleted": ids}
    assert ask("GET", marks).json()["total"] == 0


def test_presets_of_ones_own_and_those_that_are_built_in(ask: Ask) -> None:
    built_in = ask("GET", f"{LIBRARY}/export-presets").json()
    assert "tiktok" in [one["name"] for one in built_in["presets"]]
    assert built_in["qualities"] == ["draft", "standard", "high"]
    assert "bold" in [one["name"] for one in built_in["caption_styles"]]
    made = ask("POST", f"{LIBRARY}/presets", json={"name": "Reels", "options": {"preset": "instagram_reels"}})
    place = made.headers["location"]
    assert ask("GET", place).json() == made.json()
    changed = ask("PATCH", place, json={"options": {"count": 2}}, headers={"If-Match": made.headers["etag"]})
    assert (changed.json()["options"]["count"], changed.json()["options"]["preset"]) == (2, None)
    assert [one["name"] for one in ask("GET", f"{LIBRARY}/presets").json()["presets"]] == ["Reels"]
    assert ask("DELETE", place, headers={"If-Match": '"2"'}).status_code == 204
    assert code_of(ask("GET", place)) == (404, "preset_unknown")


def test_what_is_described_is_what_can_be_named(ask: Ask) -> None:
    """No field of a change has a default, and only those that can be null say so."""
    schemas = ask("GET", "/openapi.json").json()["components"]["schemas"]
    change = schemas["ScriptChange"]["properties"]
    assert "default" not in json.dumps(change)
    assert change["text"]["type"] == "string"
    assert {"type": "null"} in change["voice"]["anyOf"]
    assert not schemas["ScriptChange"].get("required")
