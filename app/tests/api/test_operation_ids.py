"""What the API's description calls its routes: short in the library, and no name twice."""

from collections import Counter

from app.config import Settings
from app.main import create_app


def operations(settings: Settings) -> list[tuple[str, str]]:
    """Return each route's path and what the description calls it."""
    paths = create_app(settings).openapi()["paths"]
    return [(path, told["operationId"]) for path, methods in paths.items() for told in methods.values()]


def test_no_two_routes_have_one_name(settings: Settings) -> None:
    named = Counter(name for _, name in operations(settings))
    assert [name for name, times in named.items() if times > 1] == []


def test_routes_of_the_library_have_the_names_of_their_functions(settings: Settings) -> None:
    named = {name for path, name in operations(settings) if path.startswith("/api/v1/library/jobs")}
    assert {"list_jobs", "get_job", "follow_job", "cancel_job", "retry_job", "delete_job"} <= named
