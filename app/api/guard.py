"""Which names this server answers to, and which pages may change something.

A page of another site can make its own name point at this machine (DNS rebinding), or let a form be sent here. Both
carry the name of that site: in `Host` the one, in `Origin` the other.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import problem
from app.config import Settings
from app.models.hosts import hosts_and_networks

HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Refuses requests that were meant for another name, and changes that pages of other sites ask for."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._own = Own(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and (refusal := self._refusal(scope)):
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers, bound = Headers(scope=scope), (scope.get("server") or ("",))[0]
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._own.is_host(host_of(f"//{hosts[0]}"), bound):
            return problem(421, "wrong_host", self._own.refusal, self._own.hint, "Host")
        origin = headers.get("origin")
        if scope["method"] in HARMLESS or origin is None or self._own.is_origin(origin, hosts[0], bound):
            return None
        if self._own.has_keys and "authorization" in headers:  # no page of another site can set that
            return None
        return problem(
            403, "wrong_origin", "Pages of other sites may not change anything here.", "Use a program.", "Origin"
        )


class Own:
    """Which names are this server's own, by the settings."""

    def __init__(self, settings: Settings) -> None:
        self.has_keys = settings.auth != "none"
        names, _ = hosts_and_networks(settings.host_names)
        self._names = names | {host_of(settings.public_url)}
        self._public = urlsplit(settings.public_url).netloc.lower()

    @property
    def refusal(self) -> str:
        """What is said to whoever asks under another name."""
        if self.has_keys:
            return "This server does not answer to that name."
        return "This server answers to names of its own machine only."

    @property
    def hint(self) -> str:
        """What would work."""
        return "EDIT_FACTORY_HOST_NAMES names those it answers to." if self.has_keys else "Ask for localhost."

    def is_host(self, host: str, bound: str) -> bool:
        """Whether a name or address in `Host` is ours: where others may ask, any address is, as it is no name."""
        if host == "":
            return False
        if host == bound or is_loopback(host):
            return True
        return self.has_keys and (host.rstrip(".") in self._names or _is_address(host))

    def is_origin(self, origin: str, host: str, bound: str) -> bool:
        """Whether a page at `origin` is ours: with accounts one of the very address that was asked, else any here."""
        if not self.has_keys:
            return self.is_host(host_of(origin), bound)
        place = urlsplit(origin).netloc.lower() if host_of(origin) else ""
        return place != "" and place in {host.lower(), self._public}


def host_of(address: str) -> str:
    """Return the host in an address, in small letters; nothing for what is no address."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a name or address always means this machine."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
