"""Sessions: browsers that signed in with the password, until they sign out, or for some days."""

from datetime import timedelta

from sqlalchemy import delete, insert, select

from app.db.engine import Database
from app.db.tables import accounts, sessions
from app.db.types import now
from app.models.library.access import NewSession, Session
from app.services.library.secrets import hash_of, new_secret


class Sessions:
    """Sessions in the database; only hashes of their secrets are in it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, account_id: str, days: float) -> NewSession:
        """Return a new session that ends after `days`."""
        new = NewSession(token=new_secret(), csrf=new_secret(), expires_at=now() + timedelta(days=days))
        with self._database.write() as connection:
            connection.execute(
                insert(sessions).values(
                    token_hash=hash_of(new.token),
                    account_id=account_id,
                    csrf_hash=hash_of(new.csrf),
                    created_at=now(),
                    expires_at=new.expires_at,
                )
            )
        return new

    def find(self, token: str) -> Session | None:
        """Return the session that this is the secret of, unless it has ended."""
        columns = (sessions.c.token_hash, sessions.c.account_id, accounts.c.name)
        query = select(*columns, sessions.c.csrf_hash, sessions.c.expires_at).join(
            accounts, accounts.c.id == sessions.c.account_id
        )
        with self._database.read() as connection:
            row = connection.execute(query.where(sessions.c.token_hash == hash_of(token))).one_or_none()
        if row is None or row.expires_at <= now():
            return None
        known = row._asdict()
        return Session(id=known.pop("token_hash"), **known)

    def end(self, session_id: str) -> None:
        """End a session."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == session_id))
