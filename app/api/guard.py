"""Who may ask at all while there are no accounts: programs of this machine, and pages that it served itself.

A page of another site can make its own name point at 127.0.0.1 (DNS rebinding), or let a form be sent here. Both
carry the name of that site: in `Host` the one, in `Origin` the other.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import problem

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class LocalOnly:
    """Refuses requests that were meant for another name than this machine's own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and (refusal := _refusal(scope)):
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _refusal(scope: Scope) -> ASGIApp | None:
    headers, bound = Headers(scope=scope), (scope.get("server") or ("",))[0]
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _is_own(_host_of(f"//{hosts[0]}"), bound):
        return problem(
            421, "wrong_host", "This server answers to names of its own machine only.", "Ask for localhost.", "Host"
        )
    origin = headers.get("origin")
    if scope["method"] not in _HARMLESS and origin is not None and not _is_own(_host_of(origin), bound):
        return problem(
            403, "wrong_origin", "Pages of other sites may not change anything here.", "Use a program.", "Origin"
        )
    return None


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_own(host: str, bound: str) -> bool:
    return host != "" and (host == bound or is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether a name or address always means this machine."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
