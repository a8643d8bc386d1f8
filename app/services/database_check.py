"""How it stands with the database: whether it can be opened, and what waits there."""

from sqlalchemy import func, select

from app.config import Settings
from app.db import Database, open_database
from app.db.migrate import head
from app.db.tables import executors, jobs
from app.db.types import clock
from app.models.finding import Finding

_NO_WORKER = "edit-factory worker, or serve, starts a worker; make brings its own."


def look(settings: Settings) -> Finding:
    """Open the database, bringing its schema up to date, and count the jobs that have not ended, without their parts.

    Raises `StorageError` or `InputError` when it cannot be opened.
    """
    database = open_database(settings)
    waiting, running, workers = _counts(database)
    kind = "SQLite" if database.is_sqlite else "Postgres"
    alive = "a worker is alive" if workers == 1 else f"{workers or 'no'} workers are alive"
    open_jobs = f"{_jobs(waiting, 'wait')}, {_jobs(running, 'run')}"
    return Finding(
        name="database",
        ok=True,
        detail=f"{kind}, {database.shown_url}, schema {head()}; {open_jobs}; {alive}",
        mend=_NO_WORKER if waiting + running and not workers else "",
    )


def _counts(database: Database) -> tuple[int, int, int]:
    """Return how many jobs wait, how many run, and how many workers have a lease that has not run out."""
    states = select(jobs.c.status, func.count()).where(jobs.c.parent_id.is_(None)).group_by(jobs.c.status)
    alive = select(func.count()).where(executors.c.state == "alive", executors.c.expires >= clock())
    with database.read() as connection:
        found = {str(status): int(count) for status, count in connection.execute(states)}
        workers = int(connection.execute(alive.select_from(executors)).scalar_one())
    return found.get("pending", 0), found.get("processing", 0), workers


def _jobs(count: int, verb: str) -> str:
    return f"1 job {verb}s" if count == 1 else f"{count or 'no'} jobs {verb}"
