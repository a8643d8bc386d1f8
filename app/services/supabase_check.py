"""How it stands with the Supabase project: whether one is set, takes what is sent, and has all of it."""

from datetime import timedelta

from app.config import Settings
from app.db import open_database, supabase
from app.db.types import now
from app.models.finding import Finding
from app.services import outbox
from app.services.outbox import Backlog
from app.services.supabase_client import client_for
from app.services.supabase_key import is_too_weak, role_of
from app.services.supabase_parcels import Refusal, judge

_NEEDED = {
    "jobs": "id,job_type,status,progress,data,created_at,updated_at,owner,version",
    "api_costs": "id,job_id,service,operation,units,estimated_cost,details,created_at,project_id,clip_id,owner",
}
_SECRET = "Set SUPABASE_KEY to the secret (service_role) key: in the dashboard, Project Settings, API Keys."  # noqa: S105


def look(settings: Settings) -> Finding:
    """Ask the project whether it would take jobs and costs, and see what still waits to be sent.

    The key is never part of what is found. Raises `StorageError` when the database of the settings cannot be read.
    """
    if not settings.supabase_url and settings.supabase_key is None:
        return _found("not set up, and not needed: jobs and costs are kept here", ok=True)
    if not settings.supabase_url or settings.supabase_key is None:
        lacking = "SUPABASE_KEY" if settings.supabase_url else "SUPABASE_URL"
        return _found(f"half set up: {lacking} is missing", f"Set {lacking} too, or neither of the two.")
    with open_database(settings).read() as connection:
        backlog = outbox.backlog(connection)
    key = settings.supabase_key.get_secret_value()
    if is_too_weak(key):
        return _found(f"the key is the {role_of(key)} key, which may write nothing; {_said(backlog)}", _SECRET)
    refusal = _ask(settings)
    if refusal is not None:
        return _refused(refusal, backlog)
    if backlog.parked:
        return _found(
            f"it answers; {_said(backlog)}; the first that it refused: {backlog.reason}",
            "Mend that in the project, then start edit-factory again: what was refused is tried again at each start.",
        )
    return _found(f"it answers and has the tables; {_said(backlog)}", ok=True)


def _ask(settings: Settings) -> Refusal | None:
    """Read a row of each table, with every column that is written."""
    try:
        client = client_for(settings)
        for table, columns in _NEEDED.items():
            if client is not None:
                client.table(table).select(columns).limit(1).execute()
    except Exception as error:  # whatever the client's several libraries raise
        return judge(error)
    return None


def _refused(refusal: Refusal, backlog: Backlog) -> Finding:
    if refusal.kind == "key":
        return _found(f"it refuses the key ({refusal.reason}); {_said(backlog)}", _SECRET)
    if refusal.kind == "tables":
        names = ", ".join(supabase.files())
        return _found(
            f"tables or columns are missing ({refusal.reason}); {_said(backlog)}",
            f"Paste the files of app/db/supabase into its SQL editor, in this order: {names}.",
        )
    return _found(
        f"it does not answer as it should ({refusal.reason}); {_said(backlog)}",
        "See whether SUPABASE_URL is right and the project is not paused. Nothing is lost: it is sent when it is back.",
    )


def _said(backlog: Backlog) -> str:
    if not backlog.rows:
        return "nothing waits to be sent"
    age = timedelta(seconds=round((now() - (backlog.oldest or now())).total_seconds()))
    waiting = f"{backlog.rows} changes wait to be sent, the oldest for {age}"
    return f"{waiting}; {backlog.parked} of them were refused" if backlog.parked else waiting


def _found(detail: str, mend: str = "", *, ok: bool = False) -> Finding:
    return Finding(name="supabase", ok=ok, detail=detail, mend=mend)
