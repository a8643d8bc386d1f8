"""What the API's description calls each route: generators of clients make their functions' names of it."""

from fastapi.routing import APIRoute
from fastapi.utils import generate_unique_id

_LIBRARY = "/api/v1/library/"


def operation_id(route: APIRoute) -> str:
    """Return the name of the function that answers, unique in the library; others get their path too."""
    return route.name if route.path_format.startswith(_LIBRARY) else generate_unique_id(route)
