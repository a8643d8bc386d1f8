"""The database restarts, or is held by others, while jobs run: they go on, and nobody is taken for dead."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.config import load_settings
from app.models.job import TERMINAL
from app.tests.chaos.provider import Charging, charging_provider
from app.tests.chaos.trials import Trials
from app.tests.chaos.workers import Workers, workers_in
from app.tests.ground.children import until
from app.tests.ground.postgres import PostgresServer
from app.workflows.jobs.attend import open_desk

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.store]


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with workers_in(tmp_path / "workers") as some:
        yield some


@pytest.fixture
def provider() -> Iterator[Charging]:
    with charging_provider() as running:
        yield running


@pytest.fixture
def on_postgres(postgres_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trials:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    return Trials(open_desk(load_settings()), tmp_path / "trials")


@pytest.mark.parametrize("crash", [False, True])
def test_postgres_restarts_while_jobs_run(
    on_postgres: Trials,
    workers: Workers,
    postgres_server: PostgresServer,
    provider: Charging,
    tmp_path: Path,
    crash: bool,
) -> None:
    jobs = [on_postgres.ask(gates=["two"], pay=provider.address) for _ in range(2)]
    first, second = workers.start(), workers.start()
    for job in jobs:
        on_postgres.at(job, "two")
    postgres_server.stop(crash=crash)
    on_postgres.open("two")
    time.sleep(3.0)  # longer than a lease: every worker looks dead to everyone
    postgres_server.start()
    waiting = [on_postgres.ask() for _ in range(4)]
    for job in [*jobs, *waiting]:
        assert on_postgres.ended(job)["status"] == "completed"
        assert on_postgres.results(job) == 1
        assert provider.charged[job] == (job in jobs)
    assert first.is_alive() and second.is_alive()
    log = (tmp_path / "workers" / "worker.log").read_text()
    assert "Traceback" not in log and len(log.splitlines()) < 40, log  # the outage is told, and told once


def test_somebody_holds_sqlite_for_longer_than_a_lease(trials: Trials, workers: Workers, provider: Charging) -> None:
    job = trials.ask(gates=["two"], pay=provider.address)
    worker = workers.start()
    trials.at(job, "two")
    with trials.desk.storage.database.writes.begin() as connection:
        connection.execute(text("SELECT 1"))
        trials.open("two")
        time.sleep(3.0)
    assert trials.ended(job)["status"] == "completed"
    assert trials.results(job) == 1
    assert provider.charged[job] == 1
    assert worker.is_alive()
    until(lambda: trials.get(job)["status"] in TERMINAL)
