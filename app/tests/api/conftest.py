"""The app in this process, asked over HTTP without a network."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.context import Context
from app.config import Settings
from app.main import create_app


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """The app of this test's data folder."""
    return create_app(settings)


@pytest.fixture
def context(app: FastAPI) -> Context:
    """What the app's routes work with."""
    found = app.state.context
    assert isinstance(found, Context)
    return found


Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(app: FastAPI) -> Ask:
    """`ask("GET", "/health", headers=...)`: the app's whole answer."""

    async def asked(method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, **more)

    return lambda method, path, **more: asyncio.run(asked(method, path, **more))
