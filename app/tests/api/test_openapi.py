"""The API's description: complete enough for a program that writes clients."""

from typing import Any

import pytest

from app.api.problems import Problem
from app.tests.api.conftest import Ask
from app.tests.api.signing import LIBRARY


@pytest.fixture
def document(ask: Ask) -> dict[str, Any]:
    found = ask("GET", "/openapi.json").json()
    assert isinstance(found, dict)
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, what) for path, methods in document["paths"].items() for method, what in methods.items()]


def test_every_route_says_who_may_ask_and_what_refuses_them(document: dict[str, Any]) -> None:
    for path, _, what in operations(document):
        if path.startswith("/api/") and path != f"{LIBRARY}/auth/login":
            assert what["security"] == [{"key": []}, {"session": []}], path
            assert {"401", "403", "429", "421"} <= set(what["responses"]), path
    assert document["paths"][f"{LIBRARY}/auth/login"]["post"]["security"] == []
    assert set(document["components"]["securitySchemes"]) == {"key", "session"}


def test_every_route_that_makes_something_takes_a_key(document: dict[str, Any]) -> None:
    for path, method, what in operations(document):
        takes = [one for one in what.get("parameters", ()) if one["name"].lower() == "idempotency-key"]
        assert len(takes) == (method in {"post", "put", "patch"} and path != f"{LIBRARY}/auth/login"), (method, path)


def test_every_error_is_the_same_record(document: dict[str, Any]) -> None:
    assert set(document["components"]["schemas"]["Problem"]["properties"]) == set(Problem.model_fields)
    for path, method, what in operations(document):
        for status, answer in what["responses"].items():
            if int(status) >= 400:
                assert "application/problem+json" in answer.get("content", {}), (method, path, status)
                schema = answer["content"]["application/problem+json"]["schema"]
                fields = schema.get("properties") or document["components"]["schemas"][schema["$ref"].split("/")[-1]]
                assert set(Problem.model_fields) <= set(fields.get("properties", fields)), (method, path, status)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [one for inner in part.values() for one in references(inner)]
        return [one for inner in part for one in references(inner)] if isinstance(part, list) else []

    for reference in set(references(document)):
        place: Any = document
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
