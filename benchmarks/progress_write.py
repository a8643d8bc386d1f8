"""What one progress write costs: the row, its event and the commit, twice a second for every running job."""

import itertools

from app.services.job_storage import JobStorage
from benchmarks.tools.databases import add_jobs, both
from benchmarks.tools.figure import Figure
from benchmarks.tools.floor import bare_commit
from benchmarks.tools.timing import p95

BARS = {"SQLite": (10.0, 3.0), "Postgres": (15.0, 5.0)}
"""Bar and goal in milliseconds: those of any other change of a job."""


def run(quick: bool) -> list[Figure]:
    """Measure one write of a job that already has thousands of events."""
    times, rounds = (200, 1) if quick else (1000, 3)
    with both() as storages:
        return [_figure(database, storage, times, rounds) for database, storage in storages.items()]


def _figure(database: str, storage: JobStorage, times: int, rounds: int) -> Figure:
    add_jobs(storage, 1000)
    frames = itertools.count(1)

    def write() -> None:
        changes = {"percentage": next(frames) / 100, "estimated_remaining": 12.5}
        with storage.database.write() as connection:
            storage.rows.change(connection, "job-00020", changes, kind="progress", only_open=True)

    floor = bare_commit(storage.database, times)
    return Figure(
        name=f"progress_write, {database}, p95",
        value=p95(write, times, rounds),
        unit="ms",
        against=f"one bare row committed by the driver, p95: {floor:.2f} ms",
        bar=BARS[database][0],
        goal=BARS[database][1],
    )
