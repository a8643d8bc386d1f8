"""The whole way by HTTP alone, against a real server and worker: project, footage, marks, scripts, clips, export."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.media.probe import probe
from app.tests.api.serving import Server, serving
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.tests.services.answering import answering, reply
from app.tests.services.receiving import receiving

pytestmark = pytest.mark.slow

LIBRARY = "/api/v1/library"
SCRIPT = "Cafeaua bună începe cu boabe proaspete. Noi le prăjim astăzi, pentru tine."


class Library:
    """The library of a server, asked as a program would."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def ask(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """Return the JSON of an answer that must have this status."""
        answer = self.server.http.request(method, f"{LIBRARY}{path}", **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def done(self, job: dict[str, Any]) -> Any:
        """Wait until a job has ended well, and return what came of it."""
        return self.ended(job)["result"]

    def ended(self, job: dict[str, Any]) -> dict[str, Any]:
        """Wait, as long as it goes on, until a job has ended; it must have ended well."""
        now = self.server.job(job["job_id"])
        while now["status"] in {"pending", "processing"}:
            known = now["version"]
            until(lambda known=known: self.server.job(job["job_id"])["version"] != known)  # type: ignore[misc]
            now = self.server.job(job["job_id"])
        assert now["status"] == "completed", now
        return now

    def fetch(self, path: str) -> bytes:
        """Return the bytes of a file."""
        answer = self.server.http.get(f"{LIBRARY}{path}")
        assert answer.status_code == 200, answer.text
        return answer.content


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with serving(tmp_path / "server") as server:
        yield Library(server)


def upload(library: Library, film: Path, name: str, project_id: str) -> dict[str, Any]:
    with film.open("rb") as stream:
        video: dict[str, Any] = library.ask(
            "PUT", f"/uploads/{name}", 201, content=stream, params={"project_id": project_id, "wait": 60}
        )
    return video


def seconds_of(film: bytes, folder: Path) -> tuple[float, int, int]:
    place = folder / "got.mp4"
    place.write_bytes(film)
    info = probe(place)
    return info.duration, info.width, info.height


def test_the_whole_way_from_a_project_to_its_exports(library: Library, make: ClipMaker, tmp_path: Path) -> None:
    options = {"voice": "espeak:ro", "language": "ro", "quality": "draft", "duration": 6}
    project = library.ask("POST", "/projects", 201, json={"name": "Cafea, toamna", "options": options})
    path = f"/projects/{project['id']}"
    films = [make(seconds=14, cuts=(3, 6, 9, 12), size=(640, 360), seed=seed) for seed in (71, 72)]
    videos = [upload(library, film, f"plajă {n}.mp4", project["id"]) for n, film in enumerate(films)]
    marked = videos[0]["id"]
    library.ask("POST", f"/videos/{marked}/segments", 201, json={"start": 3, "end": 6, "favourite": True})
    library.ask("POST", f"/videos/{marked}/segments", 201, json={"start": 9, "end": 12, "never_use": True})
    script = library.ask("POST", f"{path}/scripts", 201, json={"text": SCRIPT})

    wish = {"script_ids": [script["id"]], "count": 2, "options": {"captions": "clean"}}
    job = library.ask("POST", f"{path}/generate", 202, json=wish)
    result = library.done(job)
    assert (result["asked"], result["possible"]) == (2, 2)
    clips = library.ask("GET", f"{path}/clips?sort=name")["clips"]
    assert [clip["name"] for clip in clips] == ["clip-01", "clip-02"]
    assert {clip["id"] for clip in clips} == {clip["clip_id"] for clip in result["clips"]}
    assert all(clip["rendered"] and not clip["stale"] and clip["script_id"] == script["id"] for clip in clips)
    assert library.ask("GET", f"{path}/progress")["percentage"] == 100

    kept, dropped = clips
    ids = [kept["id"], dropped["id"]]
    assert library.ask("POST", f"/clips/{kept['id']}/select", json={"selected": True})["state"] == "kept"
    library.ask("POST", "/clips/bulk-select", json={"clip_ids": [dropped["id"]], "selected": False})
    assert library.ask("GET", f"{path}/clips?state=kept")["total"] == 1
    first = library.fetch(f"/clips/{kept['id']}/file")
    edit = library.ask("GET", f"/clips/{kept['id']}/edit")
    assert seconds_of(first, tmp_path)[0] == pytest.approx(edit["frames"] / 30, abs=0.05)
    assert "plajă" in edit["sources"][0]["name"]

    found = library.ask("GET", f"/clips/{kept['id']}/shots/1/alternatives?wait=60")["alternatives"]
    swapped = library.ask("POST", f"/clips/{kept['id']}/shots/1/swap", json={"take": 1})
    assert swapped["edit"] == found[0]["edit"] and swapped["stale"]
    srt = library.fetch(f"/clips/{kept['id']}/srt").decode().replace("Cafeaua", "Cafeluța")
    content = library.ask("PUT", f"/clips/{kept['id']}/content", json={"srt_content": srt, "style": "karaoke"})
    assert content["clip"]["version"] == swapped["version"] + 1
    waiting = library.ask("GET", f"/clips/{kept['id']}/render/progress")
    assert waiting == {"percentage": 100, "current_step": "done", "estimated_remaining": 0}

    render = library.ask("POST", f"/clips/{kept['id']}/render", 202)
    assert all(check["ok"] for check in library.done(render)["checks"]["items"])
    after = library.ask("GET", f"/clips/{kept['id']}")
    assert (after["id"], after["stale"], after["version"]) == (kept["id"], False, content["clip"]["version"])
    assert library.fetch(f"/clips/{kept['id']}/file") != first
    assert "Cafeluța" in library.fetch(f"/clips/{kept['id']}/files/srt").decode()

    packed = library.ask("POST", "/exports", 202, json={"clip_ids": ids, "kind": "zip", "preset": "square"})
    library.done({"job_id": packed["job_id"]})
    archive = zipfile.ZipFile(io.BytesIO(library.fetch(f"/exports/{packed['id']}/file")))
    assert archive.testzip() is None
    names = [f"clip-0{n}.{ending}" for n in (1, 2) for ending in ("mp4", "srt", "jpg")]
    assert sorted(archive.namelist()) == sorted(names)
    assert seconds_of(archive.read("clip-01.mp4"), tmp_path)[1:] == (540, 540)
    film = library.ask("POST", "/exports", 201, json={"clip_ids": [kept["id"]], "kind": "mp4"})
    assert library.fetch(f"/exports/{film['id']}/file") == library.fetch(f"/clips/{kept['id']}/file")


def test_another_text_makes_the_clip_as_long_as_it_and_keeps_its_shots(
    library: Library, make: ClipMaker, tmp_path: Path
) -> None:
    project = library.ask("POST", "/projects", 201, json={"name": "Ceai"})
    upload(library, make(seconds=14, cuts=(3, 6, 9, 12), size=(640, 360), seed=71), "ceai.mp4", project["id"])
    options = {"voice": "espeak:ro", "language": "ro", "quality": "draft", "duration": 6}
    wish = {"scripts": ["Un ceai cald 🍵 pentru o seară lungă de iarnă."], "options": options, "render": False}
    made = library.done(library.ask("POST", f"/projects/{project['id']}/generate", 202, json=wish))
    clip_id = made["clips"][0]["clip_id"]
    before = library.ask("GET", f"/clips/{clip_id}/edit")
    draft = library.ask("GET", f"/clips/{clip_id}")
    assert not draft["rendered"] and "🍵" in draft["notes"][0], "what to know of it is told before it is rendered"

    text = "Un ceai cald pentru o seară foarte lungă și foarte rece de iarnă."
    job = library.ask("PUT", f"/clips/{clip_id}/content", 202, json={"tts_text": text, "style": "off"})
    result = library.done(job)
    clip, after = library.ask("GET", f"/clips/{clip_id}"), library.ask("GET", f"/clips/{clip_id}/edit")
    assert clip["edit"] == result["edit"] and clip["version"] == 2
    assert after["frames"] > before["frames"]
    assert after["frames"] == pytest.approx((after["voice"]["duration"] + 0.4) * 30, abs=1)
    assert [shot["source"] for shot in after["shots"]] == [shot["source"] for shot in before["shots"]]
    assert "rece" in library.fetch(f"/clips/{clip_id}/srt").decode()
    library.done(library.ask("POST", f"/clips/{clip_id}/render", 202, json={"preset_name": "square"}))
    shown = library.ask("GET", f"/clips/{clip_id}")
    assert (shown["rendered"], shown["stale"]) == (True, False)
    seconds, width, height = seconds_of(library.fetch(f"/clips/{clip_id}/file"), tmp_path)
    assert (width, height) == (540, 540) and seconds == pytest.approx(after["frames"] / 30, abs=0.05)


def test_one_call_brings_footage_in_and_tells_where_the_clips_are(
    library: Library, make: ClipMaker, tmp_path: Path
) -> None:
    film = make(seconds=14, cuts=(3, 6, 9, 12), size=(640, 360), seed=72).read_bytes()
    with answering(reply(film)) as shelf, receiving() as hook:
        options = {"voice": "espeak:ro", "language": "ro", "quality": "draft", "duration": 6}
        files = [{"url": shelf.address("/mare%20albastr%C4%83.mp4")}]
        wish = {"files": files, "script": SCRIPT, "options": options, "callback_url": hook.url}
        job = library.ask("POST", "/make", 202, json=wish)
        result = library.done(job)
        until(lambda: len(hook.got) > 0)
    told = json.loads(hook.got[0].body)
    assert (told["type"], told["data"]["job_id"]) == ("job.completed", job["job_id"])
    (clip,) = told["data"]["clips"]
    assert clip["clip_id"] == result["clips"][0]["clip_id"]
    sent = library.server.http.get(clip["files"]["mp4"])
    assert sent.status_code == 200 and seconds_of(sent.content, tmp_path)[0] > 3
    path = f"/projects/{result['project_id']}"
    assert [video["video_id"] for video in library.ask("GET", f"{path}/videos")["videos"]] == result["video_ids"]
    assert library.ask("GET", f"{path}/clips")["total"] == 1
