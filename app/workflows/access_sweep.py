"""The sweep of what let somebody in, or named a request, and does so no more."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Table, delete, func, select

from app.db.tables import idempotency_keys, sessions
from app.db.types import now
from app.models.cleanup import Find
from app.models.control import Control
from app.services.library.idempotency import old
from app.workflows.sweeps import Sweep


class EndedAccess(Sweep):
    """Sessions that have ended, and names of requests (Idempotency-Key) that are not kept any more."""

    name = "access"

    def find(self) -> list[Find]:
        """Return a nameless find for each: what they are known by is nobody's to read."""
        with self._storage.database.read() as connection:
            counts = [
                connection.execute(select(func.count()).select_from(table).where(ended)).scalar_one()
                for table, ended in _ended()
            ]
        return [Find(name="")] * sum(counts)

    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Remove them."""
        for table, ended in _ended():
            control.check()
            with self._storage.database.write() as connection:
                count = connection.execute(delete(table).where(ended)).rowcount
            yield from [Find(name="")] * count


def _ended() -> list[tuple[Table, ColumnElement[bool]]]:
    return [(sessions, sessions.c.expires_at <= now()), (idempotency_keys, old(idempotency_keys.c.created_at))]
