"""What a Supabase project is to be told apart from changes: what was there before it, and what it may have wrong."""

from hashlib import sha256

from sqlalchemy import Connection, exists, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from app.db.tables import costs, jobs, leases
from app.db.tables import outbox as table
from app.db.types import now
from app.services import cost_rows, job_rows, outbox


def tell_again(connection: Connection, job_id: str) -> None:
    """Note a job as it is now, or that it is gone."""
    row = connection.execute(select(jobs).where(jobs.c.id == job_id).with_for_update()).one_or_none()
    if row is not None:
        outbox.add(connection, f"job:{job_id}", "upsert_job", job_rows.replica_of(row))
    else:
        outbox.add(connection, f"job:{job_id}", "delete_job", {"id": job_id, "created_at": now().isoformat()})


def backfill(connection: Connection, project_url: str) -> int:
    """Note every job and cost that is not noted already, unless this was done for the project before.

    Returns how many. All of it is one transaction, so that it is done once, and wholly.
    """
    if not _is_first(connection, project_url):
        return 0
    return _jobs(connection) + _costs(connection)


def _is_first(connection: Connection, project_url: str) -> bool:
    """Remember the project as a lease that never ends; False when it was remembered before."""
    name = f"supabase:{sha256(project_url.rstrip('/').encode()).hexdigest()[:16]}"
    new = sqlite.insert(leases) if connection.dialect.name == "sqlite" else postgresql.insert(leases)
    known = new.values(name=name, holder="known", expires=0.0).on_conflict_do_nothing(index_elements=[leases.c.name])
    return connection.execute(known.returning(leases.c.name)).first() is not None


def _jobs(connection: Connection) -> int:
    """Note the jobs, each held until the transaction ends, so that a later change is noted after it."""
    noted = exists().where(table.c.stream == literal("job:") + jobs.c.id)
    query = select(jobs).where(~noted).order_by(jobs.c.created_at, jobs.c.id).with_for_update()
    found = {f"job:{row.id}": job_rows.replica_of(row) for row in connection.execute(query)}
    outbox.add_all(connection, "upsert_job", found)
    return len(found)


def _costs(connection: Connection) -> int:
    noted = exists().where(table.c.stream == literal("cost:") + costs.c.id)
    query = select(costs).where(~noted).order_by(costs.c.created_at, costs.c.id)
    entries = [cost_rows.entry_of(row) for row in connection.execute(query)]
    outbox.add_all(connection, "insert_cost", {cost_rows.stream_of(one): cost_rows.replica_of(one) for one in entries})
    return len(entries)
