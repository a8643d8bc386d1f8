"""Who asks, found out before anything of the app is reached: what nobody may ask is refused here, for all routes."""

from collections.abc import Callable
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.context import Context
from app.api.guard import HARMLESS, is_loopback
from app.api.limits import Limits, network_of
from app.api.principal import scope_missing
from app.api.problems import problem_of
from app.db.engine import Database
from app.errors import EditFactoryError, NotAllowed, NotSignedIn
from app.models.principal import Principal
from app.models.principal import Scope as NeededScope
from app.services.library.api_keys import ApiKeys
from app.services.library.secrets import hash_of
from app.services.library.sessions import Sessions

SESSION, CSRF, CSRF_HEADER = "edit_factory_session", "edit_factory_csrf", "x-csrf-token"
"""The cookie that only the browser reads, the one that the page reads, and the header in which it sends it back."""

LOGIN = "/api/v1/library/auth/login"
_OPEN = "/api/v1/health"
_OF_THE_MACHINE = frozenset({"/ready", "/metrics"})
"""Looked at by programs of this machine as well, which watch over the server."""

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class Door(Protocol):
    """A way to know who asks: one for each value of the setting `auth`."""

    async def principal_of(self, headers: Headers, method: str) -> Principal | None:
        """Return who asks; None: somebody who says nothing of himself. Raises `AccessError` for what is not true."""


class MachineDoor:
    """`none`: whoever reaches the server is the person whose machine this is."""

    async def principal_of(self, headers: Headers, method: str) -> Principal | None:
        """Return that person."""
        return Principal()


class LocalDoor:
    """`local`: an API key, or the cookie of a browser that signed in."""

    def __init__(self, database: Database) -> None:
        self._keys = ApiKeys(database)
        self._sessions = Sessions(database)

    async def principal_of(self, headers: Headers, method: str) -> Principal | None:
        """Return whose key or session it is."""
        if (said := headers.get("authorization")) is not None:
            return await self._of_key(said)
        token = cookie_parser(headers.get("cookie", "")).get(SESSION)
        return await self._of_session(token, headers, method) if token else None

    async def _of_key(self, said: str) -> Principal:
        kind, _, secret = said.partition(" ")
        who = await run_in_threadpool(self._keys.principal_of, secret.strip()) if kind.lower() == "bearer" else None
        if who is None:
            raise NotSignedIn(
                "The key is unknown, was revoked, or has ended.",
                hint="Send `Authorization: Bearer ef_...`; edit-factory keys create makes one.",
                subject="Authorization",
                code="key_refused",
            )
        return who

    async def _of_session(self, token: str, headers: Headers, method: str) -> Principal | None:
        session = await run_in_threadpool(self._sessions.find, token)
        if session is None:
            return None
        by_page = "origin" in headers  # the guard let it pass: it is our own
        if method not in HARMLESS and not by_page and hash_of(headers.get(CSRF_HEADER, "")) != session.csrf_hash:
            raise NotAllowed(
                "A browser that signed in must show that our page asks.",
                hint=f"Send the cookie {CSRF} as the header X-CSRF-Token as well.",
                subject="X-CSRF-Token",
                code="csrf",
            )
        return Principal(kind="session", id=session.id, name=session.name)


DOORS: dict[str, Callable[[Database], Door]] = {"none": lambda database: MachineDoor(), "local": LocalDoor}
"""By the setting `auth`."""


class Authentication:
    """Finds out who asks, counts it, and refuses what they may not; `request.state.principal` is who it is."""

    def __init__(self, app: ASGIApp, context: Context, limits: Limits) -> None:
        self._app = app
        self._door = DOORS[context.settings.auth](context.storage.database)
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or not is_guarded(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            who = await self._known(scope)
        except EditFactoryError as error:
            await problem_of(error, scope["method"], scope["path"])(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = who
        await self._app(scope, receive, send)

    async def _known(self, scope: Scope) -> Principal | None:
        headers, address = Headers(scope=scope), address_of(scope)
        if scope["path"] == LOGIN:  # whoever signs in may have an old cookie: who they were does not matter
            await self._limits.request(network_of(address))
            return None
        try:
            who = await self._door.principal_of(headers, scope["method"])
        except EditFactoryError:
            await self._limits.request(network_of(address))
            raise
        await self._limits.request(f"{who.kind}/{who.id}" if who and who.id else network_of(address))
        if who is None and scope["path"] != _OPEN and not _is_watching(scope, headers, address):
            raise NotSignedIn(
                "Nobody has signed in.", hint="Sign in, or send an API key: `Authorization: Bearer ef_...`."
            )
        needed: NeededScope = "read" if scope["method"] in HARMLESS else "write"
        if who is not None and needed not in who.scopes:
            raise scope_missing(needed)
        return who


def is_guarded(path: str) -> bool:
    """Whether a path tells or changes anything of anybody's; the page itself, its texts and descriptions do not."""
    return path.startswith("/api/") or path in _OF_THE_MACHINE


def address_of(scope: Scope) -> str:
    """Return the address that a request came from; of a proxy, unless that is trusted."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _is_watching(scope: Scope, headers: Headers, address: str) -> bool:
    """Whether a program of this machine looks at how the server is; behind a proxy everybody has its address."""
    is_here = is_loopback(address) and not any(name in headers for name in _FORWARDED)
    return is_here and scope["method"] in HARMLESS and scope["path"] in _OF_THE_MACHINE
