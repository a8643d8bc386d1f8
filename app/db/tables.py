"""The tables. On Postgres they are in the schema `edit_factory`, where no public interface looks.

Every change of a job raises its `version` and writes one row of `job_events` with that number, in the same
transaction; the same transaction adds to `outbox` what is to be replayed elsewhere.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from app.db.types import Json, Number, Utc

SCHEMA = "edit_factory"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("progress", Text),
    Column("data", Json, nullable=False),  # the full job, as callers know it
    Column("version", BigInteger, nullable=False),
    Column("owner", Text),
    Column("workflow_id", Text),  # the engine's run of it; null: a job that somebody else works on
    Column("attempt", Integer, nullable=False, default=1),
    Column("parent_id", Text),
    Column("project_id", Text),
    Column("clip_id", Text),
    Column("priority", Integer, nullable=False, default=100),
    Column("request_key", Text),  # hash of what was asked: the same command after a crash goes on with the same job
    Column("memory_deaths", Integer, nullable=False, default=0),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("started_at", Utc),
    Column("finished_at", Utc),
    CheckConstraint("status IN ('pending','processing','completed','failed','cancelled')", name="status"),
    CheckConstraint("id <> ''", name="id"),
)
# Lists are newest first, of one parent's jobs or of those without one: no list sorts what it does not show. (A partial
# index, because Postgres does not see that rows whose parent_id is null are in the order of the columns after it.)
_TOP = jobs.c.parent_id.is_(None)
_NEWEST = (jobs.c.created_at.desc(), jobs.c.id.desc())
Index("ix_jobs_created_at", *_NEWEST, sqlite_where=_TOP, postgresql_where=_TOP)
Index("ix_jobs_parent_id", jobs.c.parent_id, *_NEWEST)
Index("ix_jobs_status", jobs.c.status, *_NEWEST)
Index("ix_jobs_job_type_status", jobs.c.job_type, jobs.c.status)
Index("ix_jobs_workflow_id", jobs.c.workflow_id)
Index("ix_jobs_request_key", jobs.c.request_key)

job_events = Table(
    "job_events",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("job_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),  # the job's version after the change
    Column("kind", Text, nullable=False),
    Column("data", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("job_id", "number"),
)

costs = Table(
    "costs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # names the call that was paid: told twice, it counts once
    Column("created_at", Utc, nullable=False),
    Column("owner", Text),
    Column("job_id", Text, nullable=False),
    Column("project_id", Text),
    Column("clip_id", Text),
    Column("service", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("cost_microdollars", BigInteger, nullable=False),
    Column("details", Json, nullable=False),
    CheckConstraint("units >= 0", name="units"),
    CheckConstraint("cost_microdollars >= 0", name="cost"),
)
Index("ix_costs_created_at", costs.c.created_at.desc(), costs.c.id.desc())
Index("ix_costs_job_id", costs.c.job_id)
Index("ix_costs_service", costs.c.service)

paid_calls = Table(
    "paid_calls",
    metadata,
    Column("key", Text, primary_key=True),  # hash of everything that decides the answer
    Column("service", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("job_id", Text),  # the job that asked last
    Column("state", Text, nullable=False),  # open: may be called; intended: is or was called; done: the result is here
    Column("attempt", Integer, nullable=False, default=1),
    Column("holder", Text, nullable=False, default=""),  # who is in the call, alive until `expires` on the clock here
    Column("expires", Float, nullable=False, default=0.0),
    Column("result", Json),
    Column("created_at", Utc, nullable=False),
    Column("finished_at", Utc),
    CheckConstraint("state IN ('open','intended','done')", name="state"),
)

executors = Table(
    "executors",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # standing (serve, worker) or private (of one command)
    Column("host", Text, nullable=False),
    Column("boot_id", Text, nullable=False),
    Column("pid_namespace", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("pid_start", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("started", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("note", Text, nullable=False, default=""),
    CheckConstraint("state IN ('alive','stopped','dead')", name="state"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires", Float, nullable=False),
)

cache_entries = Table(
    "cache_entries",
    metadata,
    Column("path", Text, primary_key=True),  # under the data folder
    Column("kind", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("used_at", Utc, nullable=False),
)
Index("ix_cache_entries_used_at", cache_entries.c.used_at)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("stream", Text, nullable=False),  # rows of one stream are sent in order: "job:ID" or "cost:ID"
    Column("operation", Text, nullable=False),  # upsert_job, delete_job, insert_cost
    Column("payload", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("last_error", Text, nullable=False, default=""),
    Column("parked", Text),  # why it was refused for good; its stream waits
    sqlite_autoincrement=True,
)
Index("ix_outbox_stream", outbox.c.stream, outbox.c.id)

projects = Table(
    "projects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner", Text),
    Column("version", BigInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

clips = Table(
    "clips",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_id", Text, nullable=False),  # the job whose render it is
    Column("project_id", Text),
    Column("owner", Text),
    Column("name", Text, nullable=False),
    Column("edit_identity", Text, nullable=False),
    Column("files", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("job_id", "edit_identity"),
)
Index("ix_clips_project_id", clips.c.project_id)
