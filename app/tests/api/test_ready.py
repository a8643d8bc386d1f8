"""Whether work can be done: ready only with a database of this version, a worker, and a folder that takes files."""

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.api.context import Context
from app.api.glance import Glance
from app.config import Settings, load_settings
from app.db.migrate import is_current
from app.main import create_app
from app.tests.api.conftest import Ask
from app.tests.api.serving import JOBS, serving
from app.tests.ground.children import until
from app.tests.ground.postgres import PostgresServer
from app.workflows.jobs.lease import Lease


def reasons(ask: Ask) -> set[str]:
    """Return what stands in the way."""
    answer = ask("GET", "/ready")
    if answer.status_code == 200:
        assert answer.json() == {"status": "ready"}
        return set()
    told = answer.json()
    assert (answer.status_code, told["code"]) == (503, "not_ready")
    assert answer.headers["content-type"] == "application/problem+json"
    assert all(reason["detail"] in told["detail"] for reason in told["reasons"])
    return {reason["code"] for reason in told["reasons"]}


@pytest.fixture
def worker(context: Context) -> Any:
    """A worker that gives signs of life."""
    lease = Lease(context.storage.database, kind="standing", lease_seconds=60, beat_seconds=20, lost=lambda: None)
    lease.begin()
    yield lease
    lease.end()


def test_it_is_ready_with_a_worker(ask: Ask, worker: Lease) -> None:
    assert reasons(ask) == set()


def test_without_a_worker_jobs_would_wait(ask: Ask) -> None:
    assert reasons(ask) == {"no_worker"}


def test_a_server_that_stops_is_not_ready(ask: Ask, context: Context, worker: Lease) -> None:
    context.leaving = True
    assert reasons(ask) == {"leaving"}


def test_another_version_s_schema_is_told(ask: Ask, context: Context, worker: Lease) -> None:
    with context.storage.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert reasons(ask) == {"schema"}


def test_a_folder_that_takes_no_files_is_told(
    ask: Ask, worker: Lease, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(**options: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.api.ready.tempfile.TemporaryFile", full)
    assert reasons(ask) == {"data_folder"}


def test_nobody_waits_for_a_database_that_hangs(ask: Ask, worker: Lease, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr("app.api.glance.PATIENCE", 0.05)
    monkeypatch.setattr("app.api.ready.someone_standing", lambda database: released.wait(30))
    threading.Timer(0.5, released.set).start()
    assert reasons(ask) == {"database"}


@pytest.mark.slow
def test_a_database_that_goes_away_is_told_and_comes_back(
    postgres_server: PostgresServer, made_postgres: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    name = postgres_server.fresh_database(made_postgres)
    monkeypatch.setenv("DATABASE_URL", postgres_server.url(name))
    app = create_app(load_settings())
    context = app.state.context

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/ready")

    def ask(method: str, path: str) -> httpx.Response:
        return asyncio.run(asked())

    lease = Lease(context.storage.database, kind="standing", lease_seconds=60, beat_seconds=20, lost=lambda: None)
    lease.begin()
    assert reasons(ask) == set()
    with context.storage.database.read() as connection:
        assert is_current(connection)
    postgres_server.stop()
    try:
        until(lambda: reasons(ask) == {"database"})
    finally:
        postgres_server.start()
    until(lambda: reasons(ask) == set())
    lease.end()


@pytest.mark.slow
def test_the_real_server_becomes_ready(settings: Settings, tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        until(lambda: server.http.get("/ready").status_code == 200)
        assert server.http.get(JOBS).headers["x-request-id"]
        told = server.http.get("/metrics").text
        assert 'edit_factory_workers{kind="standing"} 1.0' in told
        assert server.stop() == 0


def test_one_look_serves_all() -> None:
    looks = []

    def look() -> int:
        time.sleep(0.05)
        looks.append(1)
        return len(looks)

    async def asked() -> list[int | None]:
        glance = Glance(look, 60)
        found = await asyncio.gather(*(glance.seen() for _ in range(10)))
        return [*found, await glance.seen()]

    assert asyncio.run(asked()) == [1] * 11


def test_what_a_look_raises_is_raised_for_all_and_looked_at_anew() -> None:
    async def asked() -> None:
        glance = Glance(lambda: 1 // 0, 60)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await glance.seen()

    asyncio.run(asked())
