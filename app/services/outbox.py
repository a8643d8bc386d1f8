"""What is still to be told to Supabase: rows written in the same transaction as the change they tell of."""

from typing import Any

from sqlalchemy import Connection, insert

from app.config import Settings
from app.db.tables import outbox
from app.db.types import now


def is_replicated(settings: Settings) -> bool:
    """Whether changes are to be told to a Supabase project."""
    return bool(settings.supabase_url and settings.supabase_key)


def add(connection: Connection, stream: str, operation: str, payload: dict[str, Any]) -> None:
    """Note one change; rows of one `stream` ("job:ID", "cost:ID") are sent in the order in which they are added.

    The caller holds the stream's row, so that this order is that of its changes.
    """
    row = {"stream": stream, "operation": operation, "payload": payload, "created_at": now()}
    connection.execute(insert(outbox).values(**row))
