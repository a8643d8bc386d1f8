"""What the API's description says of every route: who may ask, what refuses them, and the key of a request."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from app.api.authentication import LOGIN, SESSION, is_guarded
from app.api.guard import HARMLESS
from app.api.idempotency import LONGEST
from app.api.problems import PROBLEM, Problem, documented

_KEY, _COOKIE = "key", "session"
_SCHEMES = {
    _KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, `ef_...`; with `EDIT_FACTORY_AUTH=none` nobody needs one.",
    },
    _COOKIE: {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION,
        "description": "A browser that signed in; its changes need the header X-CSRF-Token, or our own `Origin`.",
    },
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A name for this request: sent again with it, it is not done again and gets the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    "example": "5b0e9a41-5c2f-4d8c-8c11-0b4c9f0e8a53",
}
_OWN, _SHARED = "#/$defs/", "#/components/schemas/"
_REPLAYED = {
    "description": "`true` where this is the answer that the same request was given before.",
    "schema": {"type": "string", "const": "true"},
}


def describe(app: FastAPI) -> None:
    """Let the description of the app's routes tell what holds for all of them."""
    described: Callable[[], dict[str, Any]] = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(described())
        assert app.openapi_schema is not None  # noqa: S101 - made by the line above
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way of changing it


def _complete(document: dict[str, Any]) -> None:
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {})[PROBLEM] = Problem.model_json_schema()
    parts["securitySchemes"] = _SCHEMES
    document["paths"] = _without_own_parts(document["paths"], parts["schemas"])
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _complete_one(path, method.upper(), operation)


def _without_own_parts(part: Any, schemas: dict[str, Any]) -> Any:
    """Return some of the document in which no schema brings parts of its own: all of them are in `schemas`."""
    if isinstance(part, list):
        return [_without_own_parts(one, schemas) for one in part]
    if isinstance(part, str):
        return part.replace(_OWN, _SHARED, 1) if part.startswith(_OWN) else part
    if not isinstance(part, dict):
        return part
    for name, schema in part.get("$defs", {}).items():
        schemas[name] = _without_own_parts(schema, schemas)
    return {key: _without_own_parts(value, schemas) for key, value in part.items() if key != "$defs"}


def _complete_one(path: str, method: str, operation: dict[str, Any]) -> None:
    statuses = [421]
    if is_guarded(path):
        statuses += [429] if path == LOGIN else [401, 403, 429]
        operation["security"] = [] if path == LOGIN else [{_KEY: []}, {_COOKIE: []}]
    if method not in HARMLESS:
        statuses += [400, 403, 413]
    if method in {"POST", "PUT", "PATCH"} and path != LOGIN:
        statuses += [409, 422]
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                answer.setdefault("headers", {})["Idempotency-Replayed"] = _REPLAYED
    if "HTTPValidationError" in str(operation["responses"].get("422")):  # FastAPI's own, which nobody ever gets
        statuses.append(422)
        del operation["responses"]["422"]
    for status, answer in documented(*statuses).items():
        operation["responses"].setdefault(str(status), answer)
