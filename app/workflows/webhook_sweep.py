"""The sweep of what was told of jobs long ago: messages that arrived, or were given up, with their tries."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, select

from app.config import Settings
from app.db.tables import webhook_deliveries
from app.db.types import now
from app.models.cleanup import Find
from app.models.control import Control
from app.services.job_storage import JobStorage
from app.workflows.sweeps import Sweep

_AT_ONCE = 500


class OldMessages(Sweep):
    """Messages that nobody tries to deliver any more, `days` after the last try; as long as jobs are kept."""

    name = "messages"

    def __init__(self, storage: JobStorage, settings: Settings, days: float) -> None:
        super().__init__(storage, settings)
        self._days = days

    def find(self) -> list[Find]:
        """Return them by id."""
        with self._storage.database.read() as connection:
            found = connection.execute(select(webhook_deliveries.c.id).where(self._old())).scalars()
            return [Find(name=one) for one in found]

    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Remove them, but for those that are sent again by now."""
        for first in range(0, len(finds), _AT_ONCE):
            control.check()
            ids = [find.name for find in finds[first : first + _AT_ONCE]]
            wanted = delete(webhook_deliveries).where(webhook_deliveries.c.id.in_(ids), self._old())
            with self._storage.database.write() as connection:
                gone = connection.execute(wanted.returning(webhook_deliveries.c.id)).scalars().all()
            yield from (Find(name=one) for one in gone)

    def _old(self) -> ColumnElement[bool]:
        ended = webhook_deliveries.c.state != "waiting"
        return and_(ended, webhook_deliveries.c.updated_at < now() - timedelta(days=min(self._days, _LONGEST_DAYS)))


_LONGEST_DAYS = 36_500.0
"""A century: dates do not reach back for ever."""
