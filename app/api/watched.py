"""Every request is named, counted, and told of in the log: by the route it found, never by what it carried."""

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.metrics import Counted
from app.services import logs

log = logging.getLogger("edit_factory.http")

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What a caller may call a request: it stands in logs and headers."""

_BROKE = 500


class Watched:
    """Gives each request a name, the caller's own where it has one, and says what became of it."""

    def __init__(self, app: ASGIApp, counted: Counted) -> None:
        self._app = app
        self._counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = Headers(scope=scope).get(logs.REQUEST_HEADER, "")
        name = name if _NAME.fullmatch(name) else uuid4().hex
        logs.request_id.set(name)  # for good: each request is a task of its own, whose last words are told after this
        began, status, seconds = time.monotonic(), _BROKE, None

        async def named(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.monotonic() - began
                MutableHeaders(scope=message)[logs.REQUEST_HEADER] = name
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            taken = time.monotonic() - began if seconds is None else seconds
            route = route_of(scope)
            self._counted.request(scope["method"], route, status, taken)
            told = {"method": scope["method"], "route": route, "status": status, "seconds": round(taken, 4)}
            log.info("%s %s: %d", scope["method"], route, status, extra=told)


def route_of(scope: Scope) -> str:
    """Return the path of the route that was found, with the names of its parts; "none" where none was.

    FastAPI knows the whole path of a route in a router within another one only by what it notes under its own name.
    """
    noted = scope.get("fastapi")
    found = noted.get("effective_route_context") if isinstance(noted, dict) else None
    return str(getattr(found or scope.get("route"), "path_format", "none"))
