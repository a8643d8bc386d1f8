"""The password of the one person who signs in, kept as Argon2id makes it (RFC 9106, its second recommended choice)."""

import uuid

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update

from app.db.engine import Database
from app.db.tables import accounts, sessions
from app.db.types import now
from app.errors import InputError

ADMIN = "admin"
LEAST, MOST = 10, 1000
"""Letters of a password. More would only cost time."""

_hasher = PasswordHasher()


class Accounts:
    """Accounts in the database: by now there is one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_set(self) -> bool:
        """Whether there is a password."""
        with self._database.read() as connection:
            return connection.execute(select(accounts.c.id).where(accounts.c.name == ADMIN)).first() is not None

    def set_password(self, password: str) -> None:
        """Set the password, and end all sessions. Raises `InputError` for one that is too short or too long."""
        require_password(password)
        values = {"password_hash": _hasher.hash(password), "updated_at": now()}
        with self._database.write() as connection:
            known = connection.execute(update(accounts).where(accounts.c.name == ADMIN).values(**values)).rowcount
            if not known:
                values["created_at"] = values["updated_at"]
                connection.execute(insert(accounts).values(id=str(uuid.uuid4()), name=ADMIN, **values))
            connection.execute(delete(sessions))

    def check(self, password: str) -> str | None:
        """Return the id of the account whose password this is. Takes about a tenth of a second and 64 MB."""
        with self._database.read() as connection:
            query = select(accounts.c.id, accounts.c.password_hash).where(accounts.c.name == ADMIN)
            row = connection.execute(query).one_or_none()
        if row is None or len(password) > MOST:
            return None
        try:
            _hasher.verify(row.password_hash, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return None
        if _hasher.check_needs_rehash(row.password_hash):
            self._keep_as_made_now(row.id, row.password_hash, password)
        return str(row.id)

    def _keep_as_made_now(self, account_id: str, known: str, password: str) -> None:
        """Replace a hash that was made with weaker parameters, unless the password was changed meanwhile."""
        same = (accounts.c.id == account_id) & (accounts.c.password_hash == known)
        with self._database.write() as connection:
            connection.execute(update(accounts).where(same).values(password_hash=_hasher.hash(password)))


def require_password(password: str) -> None:
    """Raise `InputError` for a password that cannot be used."""
    if not LEAST <= len(password) <= MOST or not password.strip():
        raise InputError(
            f"A password has {LEAST} letters or more, and {MOST} at most.",
            hint="Four words that nobody would put together are good, and easy to keep in mind.",
            subject="password",
            code="bad_password",
        )
    try:
        password.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            "The password is not text in UTF-8.", hint="Set the terminal to UTF-8.", subject="password"
        ) from error
