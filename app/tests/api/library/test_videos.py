"""Videos, photographs, music and logos as the API tells of them, asked of the app in this process."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.context import Context
from app.config import Settings
from app.media.probe import probe
from app.models.control import Control
from app.services.analysis import analyze_once
from app.services.library.media import add_media
from app.services.previews import Previews
from app.services.sources import quoted
from app.tests.api.conftest import Ask
from app.tests.conftest import ClipMaker
from app.tests.services.library.things import ANA, a_medium

LIBRARY = "/api/v1/library"
VIDEOS = f"{LIBRARY}/videos"


@pytest.fixture
def video(context: Context, clip: Path) -> dict[str, Any]:
    """A video of the library whose file stays where it is."""
    info = probe(clip)
    with context.storage.database.write() as connection:
        add_media(
            connection, id="video-1", owner=None, kind="video", name="plajă.mp4", content_hash=info.content_hash,
            bytes=info.size_bytes, media_type="video/mp4", info=info.model_dump(mode="json"), place=quoted(clip),
        )  # fmt: skip
    return {"id": "video-1", "info": info, "path": clip}


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def test_a_video_is_told_of_without_where_it_is(ask: Ask, video: dict[str, Any]) -> None:
    answer = ask("GET", f"{VIDEOS}/video-1")
    told = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert (told["width"], told["height"], told["fps"], told["in_place"]) == (640, 360, 30.0, True)
    assert (told["codec"], told["has_audio"], told["rotation"]) == ("h264", True, 0)
    assert told["previews"] == [] and set(told["previews_to_come"]) == {"thumbnail", "peaks", "proxy", "strip"}
    assert str(video["path"].parent) not in answer.text and "place" not in told


def test_lists_have_pages_kinds_and_owners(ask: Ask, context: Context) -> None:
    database = context.storage.database
    for name in ("b.mp4", "a.mp4", "ș.mp4"):
        a_medium(database, name=name)
    a_medium(database, kind="photo", name="p.jpg")
    a_medium(database, kind="logo", name="sigla.png")
    a_medium(database, owner=ANA, name="hers.mp4")
    first = ask("GET", f"{VIDEOS}?sort=name&limit=3").json()
    assert [one["name"] for one in first["videos"]] == ["a.mp4", "b.mp4", "p.jpg"] and first["total"] == 4
    rest = ask("GET", f"{VIDEOS}?sort=name&limit=3&cursor={first['next_cursor']}").json()
    assert [one["name"] for one in rest["videos"]] == ["ș.mp4"] and rest["next_cursor"] is None
    assert ask("GET", f"{VIDEOS}?kind=photo").json()["total"] == 1
    assert ask("GET", f"{VIDEOS}?search=S.MP").json()["videos"][0]["name"] == "ș.mp4"
    assert [one["name"] for one in ask("GET", f"{LIBRARY}/assets").json()["assets"]] == ["sigla.png"]
    assert code(ask("GET", f"{VIDEOS}?project_id=none")) == (404, "project_unknown")
    assert code(ask("GET", f"{VIDEOS}?cursor=nonsense")) == (422, "invalid_input")
    assert code(ask("GET", f"{LIBRARY}/assets?kind=video")) == (422, "invalid_input")


def test_a_name_is_changed_in_the_version_that_was_seen(ask: Ask, video: dict[str, Any]) -> None:
    changed = ask("PATCH", f"{VIDEOS}/video-1", json={"name": "vară.mp4"}, headers={"If-Match": '"1"'})
    assert (changed.json()["name"], changed.headers["etag"]) == ("vară.mp4", '"2"')
    again = ask("PATCH", f"{VIDEOS}/video-1", json={"name": "iarnă.mp4"}, headers={"If-Match": '"1"'})
    assert code(again) == (412, "version_conflict")
    assert code(ask("PATCH", f"{VIDEOS}/video-1", json={"place": "/etc/passwd"})) == (422, "invalid_input")
    assert code(ask("PATCH", f"{VIDEOS}/video-1", json={"name": "a\nb"})) == (422, "invalid_input")
    assert code(ask("DELETE", f"{VIDEOS}/video-1", headers={"If-Match": '"1"'})) == (412, "version_conflict")
    assert ask("DELETE", f"{VIDEOS}/video-1", headers={"If-Match": '"2"'}).status_code == 204
    assert code(ask("GET", f"{VIDEOS}/video-1")) == (404, "video_unknown")
    assert video["path"].is_file()  # it is its person's


def test_what_is_removed_goes_from_the_disk_in_the_background_once(ask: Ask, context: Context) -> None:
    for _ in range(3):
        assert ask("DELETE", f"{VIDEOS}/{a_medium(context.storage.database)}").status_code == 204
    asset = a_medium(context.storage.database, kind="music")
    assert ask("DELETE", f"{LIBRARY}/assets/{asset}").status_code == 204
    jobs = context.storage.list_jobs(job_type="cleanup")
    assert ["media" in job["request"]["only"] for job in jobs] == [True]


ROUTES = ["", "/file", "/thumbnail", "/strip", "/strip/layout", "/peaks", "/proxy", "/picture", "/shots", "/speech"]


@pytest.mark.parametrize("route", ROUTES)
def test_ids_that_are_not_there_lead_nowhere(ask: Ask, context: Context, route: str) -> None:
    hers = a_medium(context.storage.database, owner=ANA)
    for media_id in (hers, "none", "..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", "a%00b", "." * 3, "x" * 3_000):
        answer = ask("GET", f"{VIDEOS}/{media_id}{route}")
        assert answer.status_code in {404, 400}, (media_id, answer.text)
        assert "root:" not in answer.text


def test_the_file_is_sent_from_where_it_stays(ask: Ask, video: dict[str, Any]) -> None:
    content = video["path"].read_bytes()
    whole = ask("GET", f"{VIDEOS}/video-1/file")
    assert whole.content == content and whole.headers["content-type"] == "video/mp4"
    assert "plaj%C4%83.mp4" in whole.headers["content-disposition"]
    assert ask("GET", f"{VIDEOS}/video-1/file?download=false").headers["content-disposition"].startswith("inline")
    assert ask("GET", f"{VIDEOS}/video-1/file", headers={"Range": "bytes=-8"}).content == content[-8:]
    head = ask("HEAD", f"{VIDEOS}/video-1/file")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(content)))


def test_a_file_that_is_gone_is_told(ask: Ask, context: Context) -> None:
    gone = a_medium(context.storage.database, place=quoted(Path("/nowhere/at all/a.mp4")))
    for route in ("file", "proxy"):
        answer = ask("GET", f"{VIDEOS}/{gone}/{route}")
        assert code(answer) == (410, "media_gone")
        assert "nowhere" not in answer.text
    assert code(ask("POST", f"{VIDEOS}/{gone}/analyze")) == (410, "media_gone")


def test_a_preview_that_is_not_there_is_made_and_then_sent(
    ask: Ask, context: Context, video: dict[str, Any], settings: Settings
) -> None:
    asked = [ask("GET", f"{VIDEOS}/video-1/{kind}") for kind in ("thumbnail", "proxy", "strip/layout")]
    assert {answer.status_code for answer in asked} == {202}
    assert len({answer.headers["location"] for answer in asked}) == 1 and asked[0].headers["retry-after"]
    job_id = asked[0].json()["job_id"]
    assert ask("GET", f"{VIDEOS}/video-1").json()["prepare_job_id"] == job_id
    assert [job["job_id"] for job in context.storage.list_jobs(job_type="prepare")] == [job_id]
    place = Previews(settings).place(video["info"].content_hash, "thumbnail")
    place.parent.mkdir(parents=True)
    place.write_bytes(b"\xff\xd8\xff a picture")
    made = ask("GET", f"{VIDEOS}/video-1/thumbnail")
    assert (made.content, made.headers["content-type"]) == (b"\xff\xd8\xff a picture", "image/jpeg")
    assert ask("GET", f"{VIDEOS}/video-1/thumbnail", headers={"If-None-Match": made.headers["etag"]}).status_code == 304
    assert ask("GET", f"{VIDEOS}/video-1").json()["previews"] == ["thumbnail"]
    assert code(ask("GET", f"{VIDEOS}/video-1/picture")) == (404, "preview_unknown")


def test_an_analysis_is_asked_for_once_and_told_when_it_is_there(
    ask: Ask, video: dict[str, Any], settings: Settings
) -> None:
    assert code(ask("GET", f"{VIDEOS}/video-1/shots")) == (404, "analysis_unknown")
    first, second = (ask("POST", f"{VIDEOS}/video-1/analyze") for _ in range(2))
    assert (first.status_code, first.headers["location"]) == (202, second.headers["location"])
    thorough = ask("POST", f"{VIDEOS}/video-1/analyze", json={"thorough": True})
    assert thorough.headers["location"] != first.headers["location"]
    assert code(ask("POST", f"{VIDEOS}/video-1/analyze", json={"fast": True})) == (422, "invalid_input")
    analyze_once(video["path"], video["info"], settings, Control())
    told = ask("GET", f"{VIDEOS}/video-1/shots").json()
    assert [round(shot["start"], 1) for shot in told["shots"]] == [0.0, 1.5, 2.8]
    assert all(0 <= shot["score"] <= 1 and shot["reasons"] for shot in told["shots"] if shot["reject"] is None)
    assert told["usable_seconds"] > 0 and told["thorough"] is False
    assert ask("GET", f"{VIDEOS}/video-1/speech").json() == {
        "video_id": "video-1", "total_voice_duration": 0.0, "voice_segments": []
    }  # fmt: skip


def test_why_a_shot_is_not_used_is_told(ask: Ask, context: Context, settings: Settings, make: ClipMaker) -> None:
    path = make(seconds=3, cuts=(1.5,), kinds=("moving", "black"))
    info = probe(path)
    analyze_once(path, info, settings, Control())
    with context.storage.database.write() as connection:
        add_media(
            connection, id="dark", owner=None, kind="video", name="dark.mp4", content_hash=info.content_hash, bytes=1,
            media_type="video/mp4", info=info.model_dump(mode="json"), place=quoted(path),
        )  # fmt: skip
    shots = ask("GET", f"{VIDEOS}/dark/shots").json()["shots"]
    assert [shot["reject"] for shot in shots] == [None, "black"] and shots[1]["reject_detail"]


def test_addresses_that_may_not_be_asked_are_refused_and_nothing_is_begun(ask: Ask, context: Context) -> None:
    for url in ("ftp://example.com/a.mp4", "http://169.254.169.254/", "http://user:secret@example.com/a.mp4", ""):
        answer = ask("POST", f"{VIDEOS}/import", json={"url": url})
        assert code(answer)[0] == 422, url
        assert "secret" not in answer.text
    assert context.storage.list_jobs() == []
