"""The whole way by HTTP alone, against a real server and worker: project, footage, marks, scripts, clips, export."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.media.probe import probe
from app.tests.api.serving import Server, serving
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until

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
