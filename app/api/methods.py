"""The methods of an address, for whoever asked with another one: routes know only of their own."""

from fastapi import FastAPI
from starlette.routing import compile_path


def methods_of(app: FastAPI, path: str) -> list[str]:
    """Return all methods that the API's description has for a path, sorted; none for one that it does not name."""
    found: set[str] = set()
    for template, told in app.openapi()["paths"].items():
        if compile_path(template)[0].match(path):
            found |= {method.upper() for method in told}
    return sorted(found)
