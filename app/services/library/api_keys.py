"""Keys for programs: shown once, kept as a hash, each with what it may do and until when."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import get_args

from sqlalchemy import delete, insert, or_, select, update

from app.db.engine import Database
from app.db.tables import api_keys
from app.db.types import now
from app.errors import InputError
from app.models.library.access import ApiKey, NewApiKey
from app.models.principal import Principal, Scope
from app.services.library.ownership import owned
from app.services.library.rows import record, require
from app.services.library.secrets import hash_of, new_secret

PREFIX = "ef_"
_SHOWN_LETTERS = 9
_SCOPES: tuple[Scope, ...] = get_args(Scope)
_USE_IS_NOTED_AFTER = timedelta(minutes=1)
MOST = 200
"""Keys of one owner that are not revoked: a program that makes one for each run is told so."""


class ApiKeys:
    """Keys in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, owner: str | None, name: str, scopes: Iterable[Scope], *, days: float | None = None, key_id: str = ""
    ) -> NewApiKey:
        """Return a new key; it ends after `days`. Raises `InputError` when there are too many."""
        secret = new_secret(PREFIX)
        key = NewApiKey(
            id=key_id or str(uuid.uuid4()),
            name=name,
            prefix=secret[:_SHOWN_LETTERS],
            scopes=with_implied(scopes),
            created_at=now(),
            expires_at=None if days is None else now() + timedelta(days=days),
            last_used_at=None,
            revoked_at=None,
            key=secret,
        )
        values = key.model_dump(exclude={"key"}) | {"owner": owner, "key_hash": hash_of(secret)}
        if sum(one.revoked_at is None for one in self.all(owner)) >= MOST:
            raise InputError(f"There are {MOST} keys already.", hint="Revoke those that nobody uses.", code="key_limit")
        with self._database.write() as connection:  # one of this id was made by a server that died before it told
            connection.execute(delete(api_keys).where(owned(api_keys, owner), api_keys.c.id == key.id))
            connection.execute(insert(api_keys).values(**values))
        return key

    def all(self, owner: str | None) -> list[ApiKey]:
        """Return the owner's keys, newest first, with those that are revoked or have ended."""
        query = select(api_keys).where(owned(api_keys, owner))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(api_keys.c.created_at.desc(), api_keys.c.id)).all()
        return [record(ApiKey, row) for row in rows]

    def revoke(self, owner: str | None, key_id: str) -> None:
        """Let a key be refused from now on. Raises `InputError` (key_unknown)."""
        with self._database.write() as connection:
            known = require(connection, api_keys, "key", owner, key_id, lock=True)
            if known.revoked_at is None:
                mine = owned(api_keys, owner) & (api_keys.c.id == key_id)
                connection.execute(update(api_keys).where(mine).values(revoked_at=now()))

    def principal_of(self, secret: str) -> Principal | None:
        """Return who asks with this secret; None for one that is unknown, revoked or has ended. Notes its use."""
        if not secret.startswith(PREFIX):
            return None
        with self._database.read() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.key_hash == hash_of(secret))).one_or_none()
        if row is None or row.revoked_at is not None or _is_past(row.expires_at):
            return None
        if row.last_used_at is None or now() - row.last_used_at > _USE_IS_NOTED_AFTER:
            self._note_use(row.id)
        return Principal(owner=row.owner, kind="key", id=row.id, name=row.name, scopes=frozenset(row.scopes))

    def _note_use(self, key_id: str) -> None:
        used = api_keys.c.last_used_at
        long_ago = or_(used.is_(None), used < now() - _USE_IS_NOTED_AFTER)
        with self._database.write() as connection:
            connection.execute(update(api_keys).where(api_keys.c.id == key_id, long_ago).values(last_used_at=now()))


def with_implied(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Return the scopes with those they include: who may write may read, who may do all may do both."""
    highest = max((_SCOPES.index(one) for one in scopes), default=0)
    return _SCOPES[: highest + 1]


def _is_past(moment: datetime | None) -> bool:
    return moment is not None and moment <= now()
