"""`JobStorage` with 10,000 jobs: the 95th percentile of each call, on both databases."""

import itertools
from collections.abc import Callable

from app.services.job_storage import JobStorage
from benchmarks.tools.databases import add_jobs, both, job
from benchmarks.tools.figure import Figure
from benchmarks.tools.floor import bare_commit, bare_read
from benchmarks.tools.timing import p95

JOBS = 10_000
BARS = {"SQLite": (10.0, 3.0), "Postgres": (15.0, 5.0)}
"""Bar and goal in milliseconds."""


def run(quick: bool) -> list[Figure]:
    """Measure create, get, update and list (the newest, those of one status, a page far behind)."""
    figures = []
    times, rounds = (100, 1) if quick else (400, 3)
    with both() as storages:
        for database, storage in storages.items():
            add_jobs(storage, JOBS)
            floors = _floors(storage, times)
            for name, call in _calls(storage).items():
                figures.append(
                    Figure(
                        name=f"job_storage {name}, {database}, {JOBS} jobs, p95",
                        value=p95(call, times, rounds),
                        unit="ms",
                        against=floors[name.split()[0]],
                        bar=BARS[database][0],
                        goal=BARS[database][1],
                    )
                )
    return figures


def _floors(storage: JobStorage, times: int) -> dict[str, str]:
    write = f"one bare row committed by the driver, p95: {bare_commit(storage.database, times):.2f} ms"
    one, many = (
        f"{count} read by the driver and json.loads, p95: {bare_read(storage.database, count, times):.2f} ms"
        for count in (1, 100)
    )
    return {"create": write, "update": write, "get": one, "count": one, "list": many, "page": many}


def _calls(storage: JobStorage) -> dict[str, Callable[[], object]]:
    new, some = itertools.count(), itertools.cycle(f"job-{number:05}" for number in range(0, JOBS, 37))
    cursor = storage.page_jobs(limit=JOBS // 2).next_cursor
    return {
        "create": lambda: storage.create_job(job(f"new-{next(new)}")),
        "get": lambda: storage.get_job(next(some)),
        "update": lambda: storage.update_job(next(some), {"percentage": 50.0, "progress": "Half of it"}),
        "list newest 100": storage.list_jobs,
        "list 100 of one status": lambda: storage.list_jobs(status="processing"),
        "page 100 behind 5,000": lambda: storage.page_jobs(limit=100, cursor=cursor),
        "count": storage.count_jobs,
    }
