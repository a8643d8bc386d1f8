"""The page: files that its build has put into `app/data/page`, and its index for every address that is the page's own.

The page's addresses (`/projects/…`) are no files: its own program reads them. What begins with one of `OURS` is never
the page's, whether there is a route or not: there, 404 and 405 are told as problems.
"""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import app.data as facts

PLACE = Path(facts.__file__).parent / "page"
"""Where the build puts the page; not in the repository."""

OURS = frozenset({"api", "docs", "redoc", "openapi.json", "health", "ready", "metrics"})

_ASSETS = "assets/"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""The page loads nothing from elsewhere, runs nothing that stands in its text, and nobody frames it."""

SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

LASTING = "public, max-age=31536000, immutable"
"""For what has the hash of its content in its name; everything else is asked for again each time."""

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Edit Factory</title>
<p>The page has not been built yet: <code>./run</code> builds it. The API is described at <a href="/docs">/docs</a>.</p>
"""


def add_page(app: FastAPI, place: Path = PLACE) -> None:
    """Serve the page wherever no route answers; to be called when all of them are there."""
    app.router.routes.append(PageMount(place))


class PageMount(Mount):
    """Everything but what is under `OURS`."""

    def __init__(self, place: Path = PLACE) -> None:
        super().__init__("/", app=Page(place), name="page")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether the page answers."""
        if scope["type"] != "http" or scope["path"].split("/")[1] in OURS:
            return Match.NONE, {}
        return super().matches(scope)


class Page(StaticFiles):
    """The files of a built page; addresses without one give its index."""

    def __init__(self, place: Path) -> None:
        super().__init__(directory=place, check_dir=False)
        self._built = place

    async def check_config(self) -> None:
        """Let a page be built after the server was started."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the page, or its index; raise HTTPException 404 for a file that is not there."""
        try:
            answer = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or not _is_address(path):
                raise
            answer = self._shown(scope)
        answer.headers.update(SECURITY)
        answer.headers["Cache-Control"] = LASTING if path.startswith(_ASSETS) else "no-cache"
        return answer

    def _shown(self, scope: Scope) -> Response:
        index = self._built / "index.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503)
        return self.file_response(index, index.stat(), scope)


def _is_address(path: str) -> bool:
    """Whether the page's own program may read this: what looks like a file would have been one."""
    return not path.startswith(_ASSETS) and "." not in path.rpartition("/")[2].lstrip(".")
