"""Requests that name themselves with an Idempotency-Key: who works on each, and what was answered."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.db.engine import Database
from app.db.tables import idempotency_keys as keys
from app.db.types import now
from app.models.base import Record

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=20)
"""After how long without a sign of life the server that worked on a request counts as dead."""


class Answer(Record):
    """What was answered; `text` is None when it is not kept."""

    status: int
    headers: tuple[tuple[str, str], ...]
    text: str | None


class Claim(Record):
    """A key as it was found: `answer` when its request was done, else whether it is now ours to do."""

    id: str
    made_at: datetime
    body_hash: str
    is_mine: bool
    is_new: bool
    answer: Answer | None = None


class IdempotencyKeys:
    """Keys in the database; `holder` names whoever asks here."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder

    def claim(self, key_id: str, owner: str | None) -> Claim:
        """Return what is known of a key; it is ours when nobody has it, or whoever had it gives no sign of life."""
        with self._database.write() as connection:
            row = self._find(connection, key_id)
            new = self._new(connection, key_id, owner) if row is None else None
            if new is not None:
                return new
            row = row or self._find(connection, key_id)
            assert row is not None  # noqa: S101 - who made it meanwhile has committed, or the insert would have waited
            return self._taken_over(connection, row) if _is_free(row) else _claim(row)

    def keep(self, key_id: str) -> None:
        """Give a sign of life."""
        self._change(key_id, expires_at=now() + LEASE)

    def note_body(self, key_id: str, body_hash: str) -> None:
        """Note what was sent, once all of it has come."""
        self._change(key_id, body_hash=body_hash)

    def finish(self, key_id: str, body_hash: str, answer: Answer) -> None:
        """Keep the answer."""
        values = {"status": answer.status, "headers": [list(pair) for pair in answer.headers], "answer": answer.text}
        self._change(key_id, state="done", body_hash=body_hash, expires_at=now() + KEPT, **values)

    def let_go(self, key_id: str) -> None:
        """Let somebody else do it: what was made before is found again by the key's own names."""
        self._change(key_id, expires_at=now())

    def forget(self, key_id: str) -> None:
        """Forget a key whose request has made nothing."""
        with self._database.write() as connection:
            connection.execute(delete(keys).where(self._mine(key_id)))

    def _find(self, connection: Connection, key_id: str) -> Row[Any] | None:
        """Return the row, locked; one that is older than keys are kept is removed."""
        connection.execute(delete(keys).where(keys.c.id == key_id, old(keys.c.created_at)))
        return connection.execute(select(keys).where(keys.c.id == key_id).with_for_update()).one_or_none()

    def _new(self, connection: Connection, key_id: str, owner: str | None) -> Claim | None:
        """Return the claim of a key that nobody had; None when somebody has made it since the look."""
        moment = now()
        values = {"body_hash": "", "state": "open", "holder": self._holder, "created_at": moment}
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        fresh = dialect.insert(keys).values(id=key_id, owner=owner, expires_at=moment + LEASE, **values)
        told = fresh.on_conflict_do_nothing(index_elements=[keys.c.id]).returning(keys.c.id)
        if connection.execute(told).one_or_none() is None:
            return None
        return Claim(id=key_id, made_at=moment, body_hash="", is_mine=True, is_new=True)

    def _taken_over(self, connection: Connection, row: Row[Any]) -> Claim:
        values = {"holder": self._holder, "expires_at": now() + LEASE}
        connection.execute(update(keys).where(keys.c.id == row.id).values(**values))
        return _claim(row).evolve(is_mine=True)

    def _change(self, key_id: str, **values: Any) -> None:
        with self._database.write() as connection:
            connection.execute(update(keys).where(self._mine(key_id)).values(**values))

    def _mine(self, key_id: str) -> ColumnElement[bool]:
        return (keys.c.id == key_id) & (keys.c.holder == self._holder) & (keys.c.state == "open")


def old(made_at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a key is not kept any more."""
    return made_at < now() - KEPT


def _is_free(row: Row[Any]) -> bool:
    return bool(row.state == "open" and row.expires_at <= now())


def _claim(row: Row[Any]) -> Claim:
    answer = None
    if row.state == "done":
        answer = Answer(status=row.status, headers=tuple(map(tuple, row.headers)), text=row.answer)
    return Claim(id=row.id, made_at=row.created_at, body_hash=row.body_hash, is_mine=False, is_new=False, answer=answer)
