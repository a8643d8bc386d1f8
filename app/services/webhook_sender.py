"""Telling others that jobs have ended: a thread sends what was noted, and tries again what did not arrive.

Of all processes that share a database one sends at a time, whoever holds the lease "webhooks". A message that was sent
and not yet noted when its sender died is sent again, under the same id: each arrives at least once.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, and_, select, update

from app.config import Settings
from app.db import Database, open_database
from app.db.tables import webhook_deliveries, webhook_endpoints
from app.db.types import now
from app.errors import AddressError, StorageError
from app.models.library.webhook import Try
from app.services.leases import NamedLease
from app.services.library.webhooks import callback_secret
from app.services.outbound import Limits, Outbound, Reply, outbound_for
from app.services.webhook_message import body_of, headers_of, with_links

log = logging.getLogger("edit_factory")

MINUTE, HOUR = 60.0, 3600.0
PAUSES = (5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
"""Seconds between tries, as Standard Webhooks advises: given up after three days."""

GONE = 410
"""The answer of an address that wants nothing any more (Standard Webhooks)."""

_UNWANTED = "The address answered that it wants nothing any more (410)."
_LIMITS = Limits(largest=1 << 16, seconds=20.0, silence=15.0)
_LONGEST_ASKED = 24 * HOUR
"""Who answers Retry-After may ask for more patience than ours, but not for ever."""
_LOOK_SECONDS = 1.0
_AT_ONCE, _AT_ONCE_TO_ONE = 8, 2
_BUSY_SECONDS = 0.05
_LAST_SECONDS = 2.0
"""What a process that ends gives to messages under way."""


class Sender:
    """Sends what is noted in the settings' database. `pauses` are the seconds between tries."""

    def __init__(self, settings: Settings, outbound: Outbound | None = None, pauses: Sequence[float] = PAUSES) -> None:
        self._settings = settings
        self._database: Database = open_database(settings)
        self._outbound = outbound or outbound_for(settings)
        self._pauses = pauses
        self._lease = NamedLease("webhooks", settings.lease_seconds)
        self._stopping = threading.Event()
        self._under_way: dict[str, tuple[str, threading.Thread]] = {}
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Keep sending until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """End for good and let others send; what is due, and what is under way, is given a moment."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_LAST_SECONDS)
            self._quietly(self.turn)
        deadline = time.monotonic() + _LAST_SECONDS
        while self._left() and time.monotonic() < deadline:
            time.sleep(0.02)
        self._quietly(self._give_back)

    def _run(self) -> None:
        while not self._stopping.is_set():
            begun = self._quietly(self.turn)
            self._stopping.wait(_BUSY_SECONDS if begun else _LOOK_SECONDS)

    @staticmethod
    def _quietly(work: Callable[[], int | None]) -> int | None:
        try:
            return work()
        except StorageError:  # the database is away: the next turn tries again
            return None
        except Exception:  # whatever it is: the thread goes on, or nobody would be told any more
            log.exception("telling of jobs broke off")
            return None

    def turn(self) -> int:
        """Begin to send what is due, if the lease can be had; return how many messages that are."""
        left = self._left()
        with self._database.read() as connection:
            due = [row for row in connection.execute(_due(self._busy())) if row.id not in left]
        if not due and not left:
            return 0
        with self._database.write() as connection:
            if not self._lease.take(connection):
                return 0
        begun = [row for row in due if self._begun(row.id, row.url)]
        return len(begun)

    def _busy(self) -> set[str]:
        """Return the addresses to which enough is under way: one that is slow must not hold up others."""
        urls = [url for url, _ in self._under_way.values()]
        return {url for url in urls if urls.count(url) >= _AT_ONCE_TO_ONE}

    def _begun(self, delivery_id: str, url: str) -> bool:
        """Begin to send a message, unless enough are under way."""
        if len(self._under_way) >= _AT_ONCE or url in self._busy():
            return False
        work = partial(self._quietly, partial(self.send, delivery_id))
        thread = threading.Thread(target=work, name="webhook", daemon=True)  # no answer is worth waiting for at the end
        self._under_way[delivery_id] = url, thread
        thread.start()
        return True

    def _left(self) -> set[str]:
        """Return the messages that are under way."""
        self._under_way = {one: (url, thread) for one, (url, thread) in self._under_way.items() if thread.is_alive()}
        return set(self._under_way)

    def _give_back(self) -> None:
        with self._database.write() as connection:
            self._lease.give_back(connection)

    def send(self, delivery_id: str) -> None:
        """Try once to deliver a message, and note what came of it."""
        with self._database.write() as connection:
            message = self._message(connection, delivery_id)
        if message is None:
            return
        began = time.monotonic()
        try:
            outcome, wait = self._post(message)
        except Exception:  # it would be tried again at once, and for ever
            log.exception("a webhook could not be sent")
            outcome, wait = {"error": "Something went wrong inside Edit Factory."}, 0.0
        tried = Try(at=now(), milliseconds=round((time.monotonic() - began) * 1000), **outcome)
        with self._database.write() as connection:
            self._note(connection, delivery_id, tried, wait)
        if not tried.is_well:
            log.info("a webhook did not arrive (%s): delivery %s", tried.status or tried.error, delivery_id)

    def _message(self, connection: Connection, delivery_id: str) -> "_Message | None":
        """Return a message as it is sent; None when there is nobody to tell any more.

        From its first try on its body stays as it is.
        """
        row = connection.execute(_waiting(delivery_id)).one_or_none()
        if row is None:
            return None
        target = _target(connection, row)
        if target is None:
            values = {"state": "failed", "next_at": None, "updated_at": now()}
            connection.execute(_of(row.id).values(tries=[*row.tries, _nobody()], **values))
            return None
        url, signed_by = target
        payload = row.payload
        if "links" not in payload["data"]:
            payload = with_links(connection, payload, row.owner, self._settings.public_url)
        connection.execute(_of(row.id).values(payload=payload, url=url))
        return _Message(row.id, url, signed_by, payload)

    def _post(self, message: "_Message") -> tuple[dict[str, Any], float]:
        """Send; return the status, or why there is none, and the seconds that the answer asks to wait."""
        body = body_of(message.payload)
        headers = headers_of(message.id, now(), body, message.signed_by)
        try:
            with self._outbound.ask("POST", message.url, headers=headers, body=body, limits=_LIMITS) as reply:
                return {"status": reply.status}, _asked_pause(reply)
        except AddressError as error:
            return {"error": f"{error.message} [{error.instance_code}]"}, 0.0

    def _note(self, connection: Connection, delivery_id: str, tried: Try, wait: float) -> None:
        row = connection.execute(_waiting(delivery_id)).one_or_none()
        if row is None:  # it was removed meanwhile
            return
        tries = [*row.tries, tried.model_dump(mode="json")]
        values: dict[str, Any] = {"tries": tries, "next_at": None, "updated_at": now()}
        if tried.is_well:
            values["state"] = "delivered"
        elif tried.status == GONE or len(tries) > len(self._pauses):
            values["state"] = "failed"
        else:
            pause = self._pauses[len(tries) - 1] * random.uniform(1.0, 1.1)  # noqa: S311 - so that not all come at once
            values["next_at"] = now() + timedelta(seconds=max(pause, wait))
        connection.execute(_of(row.id).values(**values))
        if tried.status == GONE:
            _turn_off(connection, row.endpoint_id)


@dataclass(frozen=True)
class _Message:
    id: str
    url: str
    signed_by: str
    payload: dict[str, Any]


def _due(busy: Collection[str]) -> Select[Any]:
    """Ask for what is due, but for addresses that are busy; what is under way is due as well until it is noted."""
    is_due = and_(webhook_deliveries.c.state == "waiting", webhook_deliveries.c.next_at <= now())
    query = select(webhook_deliveries.c.id, webhook_deliveries.c.url).where(is_due)
    return query.where(webhook_deliveries.c.url.not_in(busy)).order_by(webhook_deliveries.c.next_at).limit(2 * _AT_ONCE)


def _waiting(delivery_id: str) -> Select[Any]:
    mine = and_(webhook_deliveries.c.id == delivery_id, webhook_deliveries.c.state == "waiting")
    return select(webhook_deliveries).where(mine).with_for_update()


def _of(delivery_id: str) -> Update:
    return update(webhook_deliveries).where(webhook_deliveries.c.id == delivery_id)


def _target(connection: Connection, row: Row[Any]) -> tuple[str, str] | None:
    """Return where a message goes, which may have changed since it was noted, and the secrets that sign it."""
    if row.endpoint_id is None:
        return row.url, callback_secret(connection, row.owner)
    mine = and_(webhook_endpoints.c.id == row.endpoint_id, webhook_endpoints.c.enabled)
    found = connection.execute(select(webhook_endpoints.c.url, webhook_endpoints.c.secret).where(mine)).one_or_none()
    return (found.url, found.secret) if found else None


def _nobody() -> dict[str, Any]:
    return Try(at=now(), milliseconds=0, error="The endpoint was removed or turned off.").model_dump(mode="json")


def _turn_off(connection: Connection, endpoint_id: str | None) -> None:
    mine = update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
    values = {"enabled": False, "note": _UNWANTED, "version": webhook_endpoints.c.version + 1, "updated_at": now()}
    connection.execute(mine.values(**values))


def _asked_pause(reply: Reply) -> float:
    """Return the seconds that an answer asks us to wait (RFC 9110, 10.2.3), within reason."""
    asked = reply.headers.get("retry-after", "")
    if asked.isdecimal():
        return min(float(asked), _LONGEST_ASKED)
    try:
        moment = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return 0.0
    if moment.tzinfo is None:
        return 0.0
    return min(max(0.0, (moment - now()).total_seconds()), _LONGEST_ASKED)
