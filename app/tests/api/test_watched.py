"""Every request has a name, is counted by its route, and is told of in the log."""

import logging
import re

import pytest
from fastapi import FastAPI

from app.tests.api.conftest import Ask
from app.tests.api.serving import JOBS


def metrics(ask: Ask) -> str:
    answer = ask("GET", "/metrics")
    assert answer.status_code == 200
    return answer.text


def count(text: str, method: str, route: str, status: int) -> float:
    """Return how many such requests the metrics tell of."""
    labels = re.escape(f'{{method="{method}",route="{route}",status="{status}"}}')
    found = re.search(rf"^edit_factory_http_requests_total{labels} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize("name", ["abc", "a-B_c.1", "x" * 64])
def test_a_request_keeps_the_name_that_it_came_with(ask: Ask, name: str) -> None:
    assert ask("GET", "/health", headers={"X-Request-ID": name}).headers["x-request-id"] == name


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "ș", "a/b", '"', "a\tb"])
def test_any_other_gets_one(ask: Ask, name: str) -> None:
    first, second = (ask("GET", "/health", headers={"X-Request-ID": name.encode()}) for _ in range(2))
    assert re.fullmatch("[0-9a-f]{32}", first.headers["x-request-id"])
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_what_is_refused_is_named_as_well(ask: Ask) -> None:
    for answer in (
        ask("GET", "/health", headers={"Host": "evil.example"}),
        ask("GET", f"{JOBS}/none"),
        ask("PUT", JOBS),
    ):
        assert answer.status_code in {421, 404, 405}
        assert answer.headers["x-request-id"]


def test_requests_are_counted_by_route_and_never_by_what_they_name(ask: Ask) -> None:
    for job_id in ("a", "b", "a%2Fc"):
        ask("GET", f"{JOBS}/{job_id}")
    ask("GET", JOBS, params={"status": "wrong"})
    ask("DELETE", f"{JOBS}/secret-name")
    ask("GET", "/api/v1/library/projects/none")
    ask("BREW", "/api/v1/pot")
    text = metrics(ask)
    assert count(text, "GET", "/api/v1/library/jobs/{job_id}", 404) == 3
    assert count(text, "GET", "/api/v1/library/jobs", 422) == 1
    assert count(text, "DELETE", "/api/v1/library/jobs/{job_id}", 404) == 1
    assert count(text, "GET", "/api/v1/library/projects/{project_id}", 404) == 1
    assert count(text, "other", "none", 405) + count(text, "other", "none", 404) == 1
    assert "secret-name" not in text
    assert 'edit_factory_http_request_seconds_bucket{le="0.2",method="GET",route="/api/v1/library/jobs"}' in text


def test_a_request_is_told_of_with_its_route(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "edit_factory.http")
    ask("GET", f"{JOBS}/private-name?token=private", headers={"X-Request-ID": "r1", "Authorization": "Bearer private"})
    (record,) = [one for one in caplog.records if one.name == "edit_factory.http"]
    assert record.getMessage() == "GET /api/v1/library/jobs/{job_id}: 404"
    assert (record.__dict__["status"], record.__dict__["method"]) == (404, "GET")
    assert "private" not in str(record.__dict__)


def test_what_breaks_is_counted_and_named(app: FastAPI, ask: Ask) -> None:
    @app.get("/api/v1/broken")
    async def broken() -> None:
        raise RuntimeError("it broke")

    answer = ask("GET", "/api/v1/broken", headers={"X-Request-ID": "r2"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["x-request-id"] == "r2"
    assert count(metrics(ask), "GET", "/api/v1/broken", 500) == 1
