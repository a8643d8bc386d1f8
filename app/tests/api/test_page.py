"""The page is served wherever nothing else answers, and never instead of the API."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.page import LASTING, POLICY, add_page
from app.api.problems import add_handlers
from app.tests.api.conftest import Ask

INDEX = "<!doctype html><title>Edit Factory</title>"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A built page: its index, a picture and a program."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "assets" / "index-4f1c.js").write_text("export {};")
    (tmp_path.parent / "beside.txt").write_text("not for anybody")
    return tmp_path


@pytest.fixture
def http(place: Path) -> Ask:
    """An app with two routes and the page."""
    app = FastAPI()

    @app.get("/health")
    def health() -> str:
        return "ok"

    @app.post("/api/v1/library/projects")
    def make() -> str:
        return "made"

    add_page(app, place)
    add_handlers(app)

    async def asked(method: str, path: str, **more: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.request(method, path, **more)

    return lambda method, path, **more: asyncio.run(asked(method, path, **more))


@pytest.mark.parametrize("path", ["/", "/projects", "/projects/0b4c9f0e", "/jobs", "/index.html", "/apiary", "//jobs"])
def test_addresses_of_the_page_give_its_index(http: Ask, path: str) -> None:
    answer = http("GET", f"http://localhost{path}")
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-cache"


def test_programs_are_kept_by_browsers(http: Ask) -> None:
    answer = http("GET", "/assets/index-4f1c.js")
    assert answer.text == "export {};"
    assert answer.headers["cache-control"] == LASTING
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = http("GET", "/assets/index-4f1c.js", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["content-security-policy"]) == (304, POLICY)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/library/unknown", 404),
        ("GET", "/api", 404),
        ("GET", "/api/v1/library/projects", 405),
        ("POST", "/health", 405),
        ("GET", "/ready", 404),
        ("GET", "/assets/index-old.js", 404),
        ("GET", "/favicon.ico", 404),
        ("POST", "/projects", 405),
        ("GET", "/../beside.txt", 404),
        ("GET", "/%2e%2e/beside.txt", 404),
        ("GET", "/assets/..%2f..%2fbeside.txt", 404),
        ("GET", "/%00.txt", 404),
    ],
)
def test_what_is_not_there_is_a_problem(http: Ask, method: str, path: str, status: int) -> None:
    answer = http(method, f"http://localhost{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_routes_answer_as_without_a_page(http: Ask) -> None:
    assert http("GET", "/health").json() == "ok"
    assert http("POST", "/api/v1/library/projects").json() == "made"
    assert http("HEAD", "/projects").status_code == 200


def test_a_page_that_is_not_built_says_how_to_build_it(http: Ask, place: Path) -> None:
    (place / "index.html").unlink()
    answer = http("GET", "/jobs")
    assert answer.status_code == 503
    assert "./run" in answer.text
