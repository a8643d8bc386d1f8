"""How long a killed worker's job stands still until another worker on the same machine goes on with it."""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.config import load_settings
from app.db import close_databases
from app.tests.chaos.trials import Trials
from app.tests.chaos.workers import workers_in
from app.tests.ground.children import until
from app.workflows.jobs.attend import open_desk
from app.workflows.jobs.engine import close_clients
from benchmarks.tools.databases import postgres_url
from benchmarks.tools.figure import Figure

LEASE_SECONDS = 30.0
"""The default: what a take-over would take if only silence told that a worker is dead."""

BAR, GOAL = 5.0, 2.0


def run(quick: bool) -> list[Figure]:
    """Measure on both databases, with two workers each."""
    times = 3 if quick else 9
    figures = []
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        folder = Path(name)
        figures.append(_figure("SQLite", folder / "sqlite", None, times))
        with postgres_url(folder) as url:
            figures.append(_figure("Postgres", folder / "postgres", url, times))
    return figures


def _figure(database: str, folder: Path, url: str | None, times: int) -> Figure:
    with _environment(folder / "data", url):
        seconds = _taken_over(folder, times)
    return Figure(
        name=f"take_over, {database}, median of {times}",
        value=round(statistics.median(seconds), 2),
        unit="s",
        against=f"a lease of {LEASE_SECONDS:.0f} s; slowest {max(seconds):.2f} s",
        bar=BAR,
        goal=GOAL,
    )


def _taken_over(folder: Path, times: int) -> list[float]:
    trials = Trials(open_desk(load_settings()), folder / "trials")
    seconds = []
    with workers_in(folder / "workers") as workers:
        standing = {worker.pid: worker for worker in (workers.start(), workers.start())}
        for _ in range(times):
            job = trials.ask(gates=["two"])
            trials.at(job, "two")
            victim = standing.pop(trials.processes(job)[-1])
            began = time.monotonic()
            victim.kill()
            trials.at(job, "two", times=2)
            seconds.append(time.monotonic() - began)
            trials.desk.cancel(job)
            until(lambda job=job: trials.leftovers(job, folder / "data") == [])  # type: ignore[misc]
            victim.join()
            spare = workers.start()
            standing[spare.pid] = spare
            quick = trials.ask()
            trials.ended(quick)
    return seconds


@contextmanager
def _environment(data_dir: Path, url: str | None) -> Iterator[None]:
    """Have this process and its workers use a data folder and a database."""
    wanted = {"EDIT_FACTORY_DATA_DIR": str(data_dir), "DATABASE_URL": url or ""}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        close_clients()
        close_databases()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
