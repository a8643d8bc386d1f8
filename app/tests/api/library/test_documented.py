"""docs/api.md names every route of these nouns, and every one of their codes."""

import re
from pathlib import Path

import pytest

from app.config import Settings
from app.main import create_app

DOCS = Path(__file__).parents[4] / "docs" / "api.md"
LIBRARY = "/api/v1/library"
NOUNS = frozenset(["projects", "scripts", "segments", "presets", "voices", "usage", "access"])


def named() -> set[str]:
    """Return the routes that the page names, like "GET /projects"."""
    found = set()
    for methods, path in re.findall(r"((?:`?[A-Z]+`?, )*`?[A-Z]+) (/[^\s`]*)`", DOCS.read_text(encoding="utf-8")):
        found |= {f"{method} {path}" for method in re.findall(r"[A-Z]+", methods)}
    return found


def test_every_route_is_named(settings: Settings) -> None:
    routes = {
        f"{method.upper()} {path.removeprefix(LIBRARY)}"
        for path, methods in create_app(settings).openapi()["paths"].items()
        for method, told in methods.items()
        if NOUNS.intersection(told.get("tags", ()))
    }
    assert {route for route in routes if not route.endswith("/unarchive")} - named() == set()


@pytest.mark.parametrize(
    "code", ["project_busy", "version_conflict", "sample_costs", "video_not_in_project", "beyond_end", "too_many_marks"]
)
def test_codes_are_named(code: str) -> None:
    assert f"`{code}`" in DOCS.read_text(encoding="utf-8")
