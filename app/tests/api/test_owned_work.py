"""What work makes belongs to whoever asked for it: footage, jobs and their parts, clips, what was spoken and paid."""

from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.db import open_database
from app.db.tables import jobs
from app.services.library.api_keys import ApiKeys
from app.tests.api.household import rows_of
from app.tests.api.serving import Server, serving
from app.tests.api.signing import LIBRARY
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.tests.services.library.things import ANA

pytestmark = pytest.mark.slow

OF_THE_MACHINE = {"cleanup"}
"""Work that nobody asks for."""


def posted(server: Server, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = server.http.post(f"{LIBRARY}{path}", json=body)
    assert answer.is_success, answer.text
    found = answer.json()
    assert isinstance(found, dict)
    return found


def test_all_of_it_is_hers(settings: Settings, make: ClipMaker, tmp_path: Path) -> None:
    database = open_database(settings)
    hers, others = (ApiKeys(database).create(owner, "key", ["write"]).key for owner in (ANA, None))
    with serving(tmp_path, EDIT_FACTORY_AUTH="local") as server:
        server.http.headers["Authorization"] = f"Bearer {hers}"
        project = posted(server, "/projects", {"name": "Cafea"})["id"]
        film = make(seconds=6, size=(360, 640)).read_bytes()
        sent = server.http.put(f"{LIBRARY}/uploads/a.mp4?project_id={project}&wait=60", content=film)
        assert sent.status_code in {201, 202}, sent.text
        if sent.status_code == 202:
            until(lambda: server.job(sent.json()["job_id"])["status"] == "completed")
        wish = {"scripts": ["Bună ziua."], "options": {"quality": "draft", "over_length": "keep", "allow_alike": True}}
        job_id = posted(server, f"/projects/{project}/generate", wish)["job_id"]
        until(lambda: server.job(job_id)["status"] not in {"pending", "processing"})
        assert server.job(job_id)["status"] == "completed", server.job(job_id)
        clips = server.http.get(f"{LIBRARY}/clips").json()["clips"]
        assert len(clips) == 1
        assert server.http.get(f"{LIBRARY}/clips/{clips[0]['id']}/file").status_code == 200
        server.http.headers["Authorization"] = f"Bearer {others}"
        for path in (f"/clips/{clips[0]['id']}/file", f"/jobs/{job_id}", f"/projects/{project}/progress"):
            assert server.http.get(f"{LIBRARY}{path}").status_code == 404
        seen = server.http.get(f"{LIBRARY}/jobs").json()["jobs"]
        assert {job["job_type"] for job in seen} <= OF_THE_MACHINE
    with database.read() as connection:
        rest = rows_of(connection, None)
        mine = rows_of(connection, ANA)
    kind = list(jobs.c).index(jobs.c.job_type)
    rest["jobs"] = [row for row in rest["jobs"] if row[kind] not in OF_THE_MACHINE]
    assert {table: rows for table, rows in rest.items() if rows and table != "api_keys"} == {}
    assert {"generate", "render", "speak"} <= {row[kind] for row in mine["jobs"]}
    assert len(mine["costs"]) >= 1
