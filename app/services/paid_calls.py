"""Calls that cost money are made once, also when processes die, are paused, or ask for the same at the same time.

Before a call the intent is on disk; after it the result, in one transaction with the row of its cost. An intent
without a result whose holder gives no sign of life means that nobody knows whether it was paid: the provider is asked
where it can tell, otherwise a person is. It is never called again by itself.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, delete, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.config import Settings, load_settings
from app.db import Database
from app.db.tables import jobs, paid_calls
from app.db.types import clock, now
from app.errors import EditFactoryError, PaidCallUncertain, StorageError
from app.models.control import Control
from app.models.cost import CostEntry
from app.services.cost_tracker import tracker_for
from app.services.job_queries import descendants

log = logging.getLogger("edit_factory")

__all__ = ["Fate", "NotPaid", "PaidCalls"]

_POLL_SECONDS = 0.2
_KEEP_TRIES = 8
"""How often a paid result is tried to be written: with 1, 2, 4 ... s between, two minutes in all."""


class Fate(Enum):
    """What a provider says of a call that it has no result of."""

    NEVER_ARRIVED = "never arrived"
    UNKNOWN = "unknown"


class NotPaid(Exception):
    """Raised by a call that is sure that nothing was paid; `error` is what a person is told."""

    def __init__(self, error: EditFactoryError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(frozen=True)
class _Asked:
    key: str
    service: str
    operation: str
    job_id: str
    call: Callable[[], Any]
    cost: Callable[[Any], CostEntry]
    recover: Callable[[], Any] | None


@dataclass(frozen=True)
class _Held:
    """A call that this thread is in; `was_paid` when its result was known once."""

    asked: _Asked
    attempt: int
    was_paid: bool = False
    holder: str = field(default_factory=lambda: str(uuid4()))

    @property
    def cost_key(self) -> str:
        """The key of its cost: attempts that may all have been paid count one by one."""
        return self.asked.key if self.attempt == 1 else f"{self.asked.key}#{self.attempt}"


class PaidCalls:
    """The paid calls of a database. `wait` waits some seconds."""

    def __init__(
        self, database: Database, settings: Settings | None = None, wait: Callable[[float], None] = time.sleep
    ) -> None:
        chosen = settings or load_settings()
        self._database = database
        self._costs = tracker_for(chosen)
        self._lease_seconds = chosen.lease_seconds
        self._beat_seconds = min(chosen.beat_seconds, chosen.lease_seconds / 3)
        self._wait = wait

    def once(
        self,
        key: str,
        *,
        service: str,
        operation: str,
        job_id: str,
        call: Callable[[], Any],
        cost: Callable[[Any], CostEntry],
        recover: Callable[[], Any] | None = None,
        is_there: Callable[[Any], bool] = lambda result: True,
        control: Control | None = None,
    ) -> Any:
        """Return the result of `call`, plain JSON and not None; it is made unless a result is known for `key`.

        `key` names everything that decides the answer. `cost` tells what a result cost. `recover` asks the provider for
        the result of a call that broke off, and returns it or a `Fate`. `is_there` says whether what a known result
        speaks of can still be had. Whoever asks while somebody else is in the call waits. Raises what `call` raises
        when nothing was paid, `PaidCallUncertain` when nobody knows, `Cancelled` before the call and while waiting.
        """
        asked = _Asked(key, service, operation, job_id, call, cost, recover)
        watched = control or Control()
        while True:
            watched.check()
            row = self._look(key)
            if row is not None and row.state == "done" and is_there(row.result):
                return row.result
            if row is not None and row.state == "done":
                self._doubt(row)
            elif row is None or row.state == "open":
                if (held := self._claim(asked, row)) is not None:
                    return self._call(held)
            elif row.alive:
                watched.alive()
                self._wait(_POLL_SECONDS)
            elif (held := self._take_over(asked, row)) is not None:
                return self._settle(held)

    def pay_again(self, job_id: str) -> int:
        """Allow the calls of a job and its parts of which nobody knows whether they were paid; return how many."""
        with self._database.write() as connection:
            family = [job_id, *descendants(connection, job_id)]
            doubtful = (paid_calls.c.state == "intended", paid_calls.c.expires < clock())
            freed = update(paid_calls).where(paid_calls.c.job_id.in_(family), *doubtful)
            return connection.execute(freed.values(state="open", result=null())).rowcount

    def _look(self, key: str) -> Row[Any] | None:
        query = select(paid_calls, (paid_calls.c.expires >= clock()).label("alive")).where(paid_calls.c.key == key)
        with self._database.read() as connection:
            return connection.execute(query).one_or_none()

    def _claim(self, asked: _Asked, row: Row[Any] | None) -> _Held | None:
        """Write the intent, unless somebody else was quicker."""
        held = _Held(asked, 1 if row is None else row.attempt + 1)
        values = {
            "job_id": asked.job_id,
            "state": "intended",
            "attempt": held.attempt,
            "holder": held.holder,
            "expires": clock() + self._lease_seconds,
        }
        with self._database.write() as connection:
            if row is not None:
                unchanged = (paid_calls.c.state == "open", paid_calls.c.attempt == row.attempt)
                return held if self._changed(connection, asked.key, *unchanged, **values) else None
            new = sqlite.insert(paid_calls) if connection.dialect.name == "sqlite" else postgresql.insert(paid_calls)
            about = {"key": asked.key, "service": asked.service, "operation": asked.operation, "created_at": now()}
            told = new.values(**about, **values).on_conflict_do_nothing(index_elements=[paid_calls.c.key])
            return held if connection.execute(told.returning(paid_calls.c.key)).scalar() is not None else None

    def _take_over(self, asked: _Asked, row: Row[Any]) -> _Held | None:
        """Become the one who finds out what became of a call; its holder gives no sign of life."""
        held = _Held(asked, row.attempt, was_paid=row.result is not None)
        unchanged = (
            paid_calls.c.state == "intended",
            paid_calls.c.holder == row.holder,
            paid_calls.c.expires < clock(),
        )
        values = {"holder": held.holder, "expires": clock() + self._lease_seconds, "job_id": asked.job_id}
        with self._database.write() as connection:
            return held if self._changed(connection, asked.key, *unchanged, **values) else None

    def _call(self, held: _Held) -> Any:
        with self._signs_of_life(held):
            try:
                result = held.asked.call()
            except NotPaid as refused:
                self._release(held)
                raise refused.error from refused
            except Exception as error:
                fate = self._asked_provider(held)
                if fate is Fate.NEVER_ARRIVED:
                    self._release(held)
                    raise
                if fate is Fate.UNKNOWN:
                    raise self._uncertain(held) from error
                result = fate
            return self._keep(held, result)

    def _settle(self, held: _Held) -> Any:
        """Find out what became of a call that broke off; make it only when it is certain that it never arrived."""
        with self._signs_of_life(held):
            fate = self._asked_provider(held)
            if fate is Fate.UNKNOWN or (fate is Fate.NEVER_ARRIVED and held.was_paid):
                raise self._uncertain(held)
            if fate is not Fate.NEVER_ARRIVED:
                return self._keep(held, fate)
            again = self._next_attempt(held)
        return self._call(again)

    def _next_attempt(self, held: _Held) -> _Held:
        """Go on as another attempt: the one before might wake up and turn out to be paid after all."""
        again = replace(held, attempt=held.attempt + 1, holder=str(uuid4()))
        mine = (paid_calls.c.holder == held.holder, paid_calls.c.state == "intended")
        values = {"attempt": again.attempt, "holder": again.holder, "expires": clock() + self._lease_seconds}
        with self._database.write() as connection:
            if not self._changed(connection, held.asked.key, *mine, **values):
                raise self._uncertain(held)
        return again

    def _asked_provider(self, held: _Held) -> Any:
        if held.asked.recover is None:
            return Fate.UNKNOWN
        try:
            return held.asked.recover()
        except Exception as error:  # plug-ins raise what they like: whatever it is, nothing is known
            log.warning("%s could not be asked about a call: %s", held.asked.service, type(error).__name__)
            return Fate.UNKNOWN

    def _keep(self, held: _Held, result: Any) -> Any:
        """Write the result and its cost together. It is paid for: a database that is away is waited for."""
        cost = held.asked.cost(result).evolve(key=held.cost_key)
        for number in range(_KEEP_TRIES):
            try:
                return self._write(held, result, cost)
            except StorageError:
                self._wait(float(2**number))
        return self._write(held, result, cost)

    def _write(self, held: _Held, result: Any, cost: CostEntry) -> Any:
        """Return the result that is kept: the first one, when the call was paid twice because a person said so."""
        key = held.asked.key
        with self._database.write() as connection:
            self._costs.record(connection, cost)
            not_yet = paid_calls.c.state != "done"
            self._changed(connection, key, not_yet, state="done", result=result, finished_at=now())
            kept = connection.execute(select(paid_calls.c.result).where(paid_calls.c.key == key)).scalar_one()
        self._costs.nudge()
        return kept

    def _release(self, held: _Held) -> None:
        """Take the intent back: nothing was paid."""
        mine = (paid_calls.c.holder == held.holder, paid_calls.c.state == "intended")
        with self._database.write() as connection:
            if held.attempt == 1:
                connection.execute(delete(paid_calls).where(paid_calls.c.key == held.asked.key, *mine))
            else:
                self._changed(connection, held.asked.key, *mine, state="open", attempt=held.attempt - 1)

    def _doubt(self, row: Row[Any]) -> None:
        """Note that a result is known and cannot be had any more."""
        unchanged = (paid_calls.c.state == "done", paid_calls.c.finished_at == row.finished_at)
        with self._database.write() as connection:
            self._changed(connection, row.key, *unchanged, state="intended", expires=0.0)

    @contextmanager
    def _signs_of_life(self, held: _Held) -> Iterator[None]:
        """Show everybody, also on other machines, that this call goes on, until the block ends."""
        over = threading.Event()
        thread = threading.Thread(target=self._beat, args=(held, over), name="paid-call", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            with contextlib.suppress(StorageError):
                self._expire_in(held, 0.0)

    def _beat(self, held: _Held, over: threading.Event) -> None:
        while not over.wait(self._beat_seconds):
            with contextlib.suppress(StorageError):  # then the others may think it uncertain, and ask a person
                self._expire_in(held, clock() + self._lease_seconds)

    def _expire_in(self, held: _Held, expires: Any) -> None:
        mine = (paid_calls.c.holder == held.holder, paid_calls.c.state == "intended")
        with self._database.write() as connection:
            self._changed(connection, held.asked.key, *mine, expires=expires)

    def _changed(self, connection: Connection, key: str, *conditions: ColumnElement[bool], **values: Any) -> bool:
        changed = update(paid_calls).where(paid_calls.c.key == key, *conditions).values(**values)
        return connection.execute(changed).rowcount == 1

    def _uncertain(self, held: _Held) -> PaidCallUncertain:
        asked = held.asked
        why = (
            "it was paid before, but what it gave is lost"
            if held.was_paid
            else "it broke off before its answer was kept, and may have been charged"
        )
        return PaidCallUncertain(
            f"The call to {asked.service} ({asked.operation}) is not made again by itself: {why}.",
            hint="Look at the provider's usage page. To make the call again, at its price, run: "
            f"edit-factory jobs retry {self._whole_job(asked.job_id)} --pay-again.",
            subject=asked.service,
        )

    def _whole_job(self, job_id: str) -> str:
        """Return the job that a person knows, of which this one may be a part."""
        with contextlib.suppress(StorageError), self._database.read() as connection:
            while parent := connection.execute(select(jobs.c.parent_id).where(jobs.c.id == job_id)).scalar():
                job_id = parent
        return job_id
