"""Every error is a problem document, and none says more than it should."""

import pytest
from fastapi import FastAPI

from app.api.problems import Problem, documented
from app.errors import EnvironmentProblem, InputError, MediaError, StorageError, VoiceError
from app.tests.api.conftest import Ask

PRIVATE = "password=hunter2 in /srv/secret folder/x.py"


def failing(app: FastAPI, error: Exception) -> str:
    async def fail() -> None:
        raise error

    app.add_api_route("/api/fail", fail)
    return "/api/fail"


def test_an_unexpected_error_says_nothing_of_itself(app: FastAPI, ask: Ask) -> None:
    answer = ask("GET", failing(app, RuntimeError(PRIVATE)))
    problem = Problem.model_validate(answer.json())
    assert (answer.status_code, problem.status, problem.code) == (500, 500, "internal_error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("wrong", subject="x"), 422),
        (InputError("no such job", code="job_unknown", subject="job_id"), 404),
        (InputError("not now", code="job_state", subject="job_id"), 409),
        (InputError("still runs", code="job_running", subject="job_id"), 409),
        (InputError("its status is the engine's", code="status_of_engine"), 409),
        (MediaError("broken"), 422),
    ],
)
def test_a_person_s_error_is_told_as_it_is(app: FastAPI, ask: Ask, error: InputError, status: int) -> None:
    answer = ask("GET", failing(app, error))
    problem = Problem.model_validate(answer.json())
    assert (answer.status_code, problem.status) == (status, status)
    assert (problem.code, problem.detail, problem.subject) == (error.instance_code, error.message, error.subject)
    assert problem.type.endswith(problem.code)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StorageError(f"{PRIVATE} is full"), 507),
        (StorageError(f"{PRIVATE} is away", code="database"), 503),
        (EnvironmentProblem(PRIVATE), 500),
        (VoiceError(PRIVATE), 502),
    ],
)
def test_the_server_s_own_trouble_is_told_without_its_text(
    app: FastAPI, ask: Ask, error: StorageError, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask("GET", failing(app, error))
    assert (answer.status_code, answer.json()["code"]) == (status, error.instance_code)
    assert "secret" not in answer.text
    assert error.message in caplog.text


def test_paths_in_a_person_s_error_are_names(app: FastAPI, ask: Ask) -> None:
    answer = ask("GET", failing(app, MediaError("The file /srv/data/x.mp4 is broken.", subject="/srv/data/x.mp4")))
    assert answer.json()["detail"] == "The file x.mp4 is broken."
    assert answer.json()["subject"] == "x.mp4"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/api/nowhere", 404, "not_found"), ("POST", "/health", 405, "method_not_allowed")],
)
def test_what_there_is_not_is_a_problem_as_well(ask: Ask, method: str, path: str, status: int, code: str) -> None:
    answer = ask(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert status != 405 or answer.headers["allow"] == "GET"
    assert "GET /openapi.json" in answer.json()["hint"]


@pytest.mark.parametrize("code", ["job_unknown", "job_state", "job_running"])
def test_what_is_about_a_job_names_the_field_and_not_the_job(app: FastAPI, ask: Ask, code: str) -> None:
    error = InputError("The job is done.", hint="Only /srv/its/maker can.", subject="7", code=code)
    assert ask("GET", failing(app, error)).json()["subject"] == "job_id"


def test_problems_are_described_under_their_own_media_type() -> None:
    described = documented(404)[404]
    assert described["description"] == "Not Found"
    assert described["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/projects", "GET, POST"),
        ("TRACE", "/projects/x", "DELETE, GET, PATCH"),
        ("BREW", "/jobs/x/cancel", "POST"),
        ("PATCH", "/jobs/x", "DELETE, GET"),
    ],
)
def test_all_methods_of_an_address_are_named(ask: Ask, method: str, path: str, allowed: str) -> None:
    answer = ask(method, f"/api/v1/library{path}")
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (405, "method_not_allowed", allowed)
