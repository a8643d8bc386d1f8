"""The tables. On Postgres they are in the schema `edit_factory`, where no public interface looks.

Every change of a job raises its `version` and writes one row of `job_events` with that number, in the same
transaction; the same transaction adds to `outbox` what is to be replayed elsewhere.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
Index("ix_jobs_owner", jobs.c.owner, *_NEWEST, sqlite_where=_TOP, postgresql_where=_TOP)
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
    Column("description", Text, nullable=False, server_default=""),
    Column("target_duration", Float, nullable=False, server_default="20"),  # seconds of one clip
    Column("context", Text, nullable=False, server_default=""),
    Column("options", Json, nullable=False, server_default="{}"),  # how its clips are made, where nobody says otherwise
    Column("brand", Json),
    Column("archived_at", Utc),
)
Index("ix_projects_created_at", projects.c.created_at.desc(), projects.c.id.desc())

clips = Table(
    "clips",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_id", Text, nullable=False),  # the job that it came of: its render, or the choice of all variants
    Column("project_id", Text),
    Column("owner", Text),
    Column("name", Text, nullable=False),
    Column("edit_identity", Text, nullable=False),  # the newest edit document
    Column("files", Json, nullable=False),  # of the last render, by kind; empty before the first
    Column("created_at", Utc, nullable=False),
    Column("state", Text, nullable=False, server_default="new"),
    Column("rendered_identity", Text),  # the edit document that `files` show; null: none yet
    Column("render_job_id", Text),  # the render that was asked for last
    Column("script_id", Text),
    Column("notes", Json, nullable=False, server_default="[]"),
    Column("version", BigInteger, nullable=False, server_default="1"),
    Column("updated_at", Utc),
    UniqueConstraint("job_id", "edit_identity"),
)
Index("ix_clips_project_id", clips.c.project_id)
Index("ix_clips_created_at", clips.c.created_at.desc(), clips.c.id.desc())

media_files = Table(
    "media_files",
    metadata,
    Column("content_hash", Text, primary_key=True),
    Column("path", Text, nullable=False),  # under the data folder
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
)

media = Table(
    "media",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),  # as its person calls it
    Column("content_hash", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("info", Json, nullable=False),  # what the probe found
    Column("place", Text),  # a file that stays where its person keeps it, in URL quoting; null: in the data folder
    Column("analysis_job_id", Text),
    Column("prepare_job_id", Text),
    Column("details", Json, nullable=False),  # of speech: voice, words, text
    Column("version", BigInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint("kind IN ('video','photo','music','logo','speech')", name="kind"),
)
Index("ix_media_created_at", media.c.created_at.desc(), media.c.id.desc())
Index("ix_media_content_hash", media.c.content_hash)

project_videos = Table(
    "project_videos",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("video_id", Text, primary_key=True),
    Column("owner", Text),
    Column("role", Text, nullable=False),
    Column("keywords", Json, nullable=False),
    Column("description", Text, nullable=False),
    Column("added_at", Utc, nullable=False),
    CheckConstraint("role IN ('main','secondary')", name="role"),
)
Index("ix_project_videos_video_id", project_videos.c.video_id)

segments = Table(
    "segments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text),
    Column("video_id", Text, nullable=False),
    Column("project_id", Text),  # null: in every project that has the video
    Column("start_seconds", Float, nullable=False),
    Column("end_seconds", Float, nullable=False),
    Column("keywords", Json, nullable=False),
    Column("description", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("favourite", Boolean, nullable=False),
    Column("never_use", Boolean, nullable=False),
    Column("single_use", Boolean, nullable=False),
    Column("pin", Json),  # {"clip", "shot"}: must be shown; null: it need not
    Column("version", BigInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)
Index("ix_segments_video_id", segments.c.video_id)
Index("ix_segments_created_at", segments.c.created_at.desc(), segments.c.id.desc())

scripts = Table(
    "scripts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text),
    Column("project_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text),
    Column("voice", Text),
    Column("speed", Float),  # null: as the project says
    Column("version", BigInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)
Index("ix_scripts_project_id", scripts.c.project_id, scripts.c.created_at.desc(), scripts.c.id.desc())

presets = Table(
    "presets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text),
    Column("name", Text, nullable=False),
    Column("options", Json, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

exports = Table(
    "exports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text),
    Column("project_id", Text),
    Column("clip_id", Text),  # null: of several clips (a ZIP)
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("job_id", Text, nullable=False),
    Column("details", Json, nullable=False),  # what was asked for
    Column("path", Text),  # under the data folder; null until it is finished
    Column("bytes", BigInteger),
    Column("media_type", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
)
Index("ix_exports_created_at", exports.c.created_at.desc(), exports.c.id.desc())
Index("ix_exports_clip_id", exports.c.clip_id)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("length", BigInteger),  # null: not said yet
    Column("received", BigInteger, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("media_id", Text),  # what it became
    Column("error", Json),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    CheckConstraint("state IN ('receiving','checking','done','failed')", name="state"),
)
Index("ix_uploads_expires_at", uploads.c.expires_at)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("csrf_hash", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)
Index("ix_sessions_account_id", sessions.c.account_id)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),  # its first letters, for people
    Column("key_hash", Text, nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("last_used_at", Utc),
    Column("revoked_at", Utc),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("id", Text, primary_key=True),  # hash of owner, key and route
    Column("owner", Text),
    Column("body_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("status", Integer),
    Column("headers", Json),
    Column("answer", Text),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    CheckConstraint("state IN ('open','done')", name="state"),
)
Index("ix_idempotency_keys_expires_at", idempotency_keys.c.expires_at)

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("events", Json, nullable=False),  # the kinds it wants; empty: all
    Column("enabled", Boolean, nullable=False),
    Column("note", Text, nullable=False, server_default=""),  # why it was turned off, when nobody asked for that
    Column("version", BigInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

callback_secrets = Table(
    "callback_secrets",
    metadata,
    Column("id", Text, primary_key=True),  # the owner's name; empty for the person whose machine this is
    Column("owner", Text),
    Column("secret", Text, nullable=False),  # signs what goes to addresses that are given with jobs
    Column("created_at", Utc, nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Text, primary_key=True),  # the message's id: the same in every try
    Column("owner", Text),
    Column("endpoint_id", Text),  # null: the address was given with the job
    Column("job_id", Text),
    Column("url", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Json, nullable=False),  # each: when, status or error, milliseconds
    Column("next_at", Utc),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint("state IN ('waiting','delivered','failed')", name="state"),
)
Index("ix_webhook_deliveries_next_at", webhook_deliveries.c.state, webhook_deliveries.c.next_at)
Index("ix_webhook_deliveries_created_at", webhook_deliveries.c.created_at.desc(), webhook_deliveries.c.id.desc())
