"""No secret that reaches a server or its worker ever stands in what they write: keys are planted, and looked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.services.job_storage import JobStorage
from app.services.library.webhooks import Webhooks
from app.tests.api.serving import JOBS, Server, ask_for_analysis, serving
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.workflows.jobs.submit import Desk

pytestmark = pytest.mark.slow

LIBRARY = "/api/v1/library"
ENVIRONMENT = {
    "ELEVENLABS_API_KEY": "planted-in-environment-1",
    "GEMINI_API_KEY": "planted-in-environment-2",
    "MY_PASSWORD": "planted-in-environment-3",
    "SUPABASE_URL": "http://127.0.0.1:9",
    "SUPABASE_KEY": "planted-in-environment-4",
}
HEADERS = {
    "Authorization": "Bearer planted-in-header",
    "Cookie": "session=planted-in-cookie",
    "X-API-Key": "planted-in-header",
    "X-Request-ID": "planted in header",
    "Idempotency-Key": "planted-in-header",
    "If-Match": '"planted-in-header"',
    "User-Agent": "planted-in-header",
    "Referer": "http://planted-in-header/",
}
DEAD = "http://127.0.0.1:9/hook?token=planted-in-url&x=planted-in-url"


def ask_for_everything(server: Server) -> None:
    """Send secrets to all kinds of routes, in all places: answers of all kinds, and things that break."""
    body = {"planted-in-body": "planted-in-body", "url": "planted-in-body", "name": "planted-in-body"}
    for method, path in [
        ("GET", "/health"),
        ("GET", JOBS),
        ("GET", f"{JOBS}/none"),
        ("DELETE", f"{JOBS}/none"),
        ("POST", f"{JOBS}/none/retry"),
        ("POST", f"{LIBRARY}/projects"),
        ("POST", f"{LIBRARY}/webhooks"),
        ("POST", f"{LIBRARY}/api-keys"),
        ("POST", f"{LIBRARY}/auth/login"),
        ("PATCH", f"{LIBRARY}/clips/none"),
        ("PUT", f"{LIBRARY}/uploads/none"),
        ("BREW", "/pot"),
    ]:
        asked = f"{path}?key=planted-in-url&q=planted-in-url"
        server.http.request(method, asked, headers=HEADERS, json=body)
        server.http.request(method, asked, headers=HEADERS, content=b'{"a": "planted-in-body"')
        server.http.request(method, asked, headers=HEADERS, data={"password": "planted-in-body"})
    server.http.get("/health", headers={"Host": "planted-in-header"})


def texts(server: Server, data_dir: Path) -> str:
    """Return all that was written: the server's and its worker's lines, and the files of the log folder."""
    files = [path.read_text(encoding="utf-8", errors="replace") for path in (data_dir / "logs").glob("*")]
    return "\n".join([server.log, *files])


def broken_job(settings: Settings, **more: Any) -> str:
    """Submit a job whose request is none, with a secret where its reader stumbles over it."""
    desk = Desk(JobStorage(settings), settings)
    request = {"path": "/planted-in-body", "info": {"duration": "planted-in-body", "password": "planted-in-body"}}
    return str(desk.submit("analyze", request, **more)["job_id"])


def test_what_is_planted_is_not_found(
    settings: Settings, make: ClipMaker, tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path, EDIT_FACTORY_LOG_FORMAT="json", **ENVIRONMENT) as server:
        webhooks = Webhooks(JobStorage(settings).database)
        ask_for_everything(server)
        made = server.http.post(f"{LIBRARY}/webhooks", json={"url": DEAD}).json()
        key = server.http.post(f"{LIBRARY}/api-keys", json={"name": "n8n"}).json()["key"]
        server.http.get(JOBS, headers={"Authorization": f"Bearer {key}", "X-Request-ID": "r-7"})
        asked = {"X-Request-ID": "r-8"}
        fetched = server.http.post(f"{LIBRARY}/videos/import", json={"url": DEAD}, headers=asked).json()["job_id"]
        good = ask_for_analysis(settings, make(), callback_url=DEAD)["job_id"]
        bad = broken_job(settings, callback_url=DEAD)
        until(lambda: server.job(good)["status"] == "completed" and server.job(bad)["status"] == "failed")
        until(lambda: server.job(fetched)["status"] == "failed")
        until(lambda: all(one.tries for one in webhooks.deliveries(None).items))
        assert webhooks.deliveries(None).total == 5
        assert server.stop() == 0
        written = texts(server, data_dir)
    assert "planted" not in written, [line for line in written.splitlines() if "planted" in line]
    assert made["secret"] not in written
    assert key not in written
    told = [json.loads(line) for line in server.log.splitlines()]  # every line of both processes is a document
    assert {"serve", "worker"} <= {one["service"] for one in told}
    assert {one["job_id"] for one in told if "job_id" in one} >= {good, bad}
    (named,) = [one for one in told if one.get("request_id") == "r-7"]
    assert (named["route"], named["status"], named["method"]) == (JOBS, 200, "GET")
    assert {one["job_id"] for one in told if one.get("request_id") == "r-8" and "job_id" in one} == {fetched}
    assert any("arrive" in one["message"] for one in told)  # what was looked through tells of webhooks as well
    assert list((data_dir / "logs").glob("error-*.txt"))  # and of what broke
