"""Leases by name: of all processes that share a database, one at a time holds each, by the database's clock."""

from uuid import uuid4

from sqlalchemy import Connection, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from app.db.tables import leases
from app.db.types import clock


class NamedLease:
    """One holder's claim on a name. A holder that dies loses it `seconds` after it last took it."""

    def __init__(self, name: str, seconds: float) -> None:
        self.holder = str(uuid4())
        self._name = name
        self._seconds = seconds

    def take(self, connection: Connection) -> bool:
        """Take the lease, or hold it for longer; False when somebody else has it."""
        new = sqlite.insert(leases) if connection.dialect.name == "sqlite" else postgresql.insert(leases)
        values = {"holder": self.holder, "expires": clock() + self._seconds}
        free = or_(leases.c.holder == self.holder, leases.c.expires < clock())
        claim = new.values(name=self._name, **values).on_conflict_do_update(
            index_elements=[leases.c.name], set_=values, where=free
        )
        return connection.execute(claim.returning(leases.c.name)).first() is not None

    def keep(self, connection: Connection) -> bool:
        """Hold it for longer; False when it was lost."""
        mine = update(leases).where(leases.c.name == self._name, leases.c.holder == self.holder)
        return connection.execute(mine.values(expires=clock() + self._seconds)).rowcount == 1

    def give_back(self, connection: Connection) -> None:
        """Let others have it at once."""
        mine = delete(leases).where(leases.c.name == self._name, leases.c.holder == self.holder)
        connection.execute(mine)
