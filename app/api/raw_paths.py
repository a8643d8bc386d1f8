"""Names in addresses that may hold a slash: `a%2Fb` is one name, and stays one until its route has been found.

Servers decode a path before routes are looked for, and then nobody can tell a job `a/events` from the events of `a`.
"""

from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import Depends, Path
from starlette.types import ASGIApp, Receive, Scope, Send

_PLAIN = "%/:@!$&'()*+,;=~-._"


class RawPaths:
    """Gives routes under `prefix` the path as it was sent, still encoded."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["path"].startswith(self._prefix) and scope.get("raw_path"):
            scope["path"] = quote(scope["raw_path"], safe=_PLAIN)  # in place: the route is noted in it, for all to see
        await self._app(scope, receive, send)


def _decoded(job_id: Annotated[str, Path(description="The job; a slash in it may be sent as %2F.")]) -> str:
    return unquote(job_id)


JobId = Annotated[str, Depends(_decoded)]
"""The parameter of a route that names a job in its path."""
