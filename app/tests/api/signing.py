"""The app with accounts, asked by somebody in particular, for tests."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import FastAPI

from app.config import Settings, load_settings
from app.main import create_app
from app.models.principal import Scope
from app.services.library.accounts import Accounts
from app.services.library.api_keys import ApiKeys

LIBRARY = "/api/v1/library"
PASSWORD = "four words nobody joins"  # noqa: S105 - of tests
OWN_PAGE = {"Origin": "http://localhost"}


def with_accounts(settings: Settings, **more: Any) -> FastAPI:
    """Return the app with `auth` local and a password set."""
    app = create_app(load_settings(data_dir=settings.data_dir, auth="local", **more))
    Accounts(app.state.context.storage.database).set_password(PASSWORD)
    return app


def bearer(app: FastAPI, scope: Scope = "admin", owner: str | None = None) -> dict[str, str]:
    """Return the header of a new key that belongs to `owner`."""
    key = ApiKeys(app.state.context.storage.database).create(owner, f"key that may {scope}", [scope])
    return {"Authorization": f"Bearer {key.key}"}


class Browser:
    """Asks the app, keeping cookies, from an address of its own."""

    def __init__(self, app: FastAPI, *, address: str = "203.0.113.5", base: str = "http://localhost") -> None:
        self._app, self._address, self._base = app, address, base
        self.cookies = httpx.Cookies()

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Return the whole answer."""
        return asyncio.run(self.asked(method, path, **more))

    async def asked(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Return the whole answer, where a loop runs already."""
        transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False, client=(self._address, 40000))
        async with httpx.AsyncClient(transport=transport, base_url=self._base, cookies=self.cookies) as client:
            answer = await client.request(method, path, **more)
            self.cookies = client.cookies
        return answer

    def sign_in(self, password: str = PASSWORD, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Sign in, and return the answer."""
        return self("POST", f"{LIBRARY}/auth/login", json={"password": password}, headers=headers)
