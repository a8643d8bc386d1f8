"""Webhooks in the database: endpoints with their secrets, the log of what was sent to whom, and sending again."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, and_, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.db import Database
from app.db.tables import callback_secrets, webhook_deliveries, webhook_endpoints
from app.db.types import now
from app.errors import InputError
from app.models.library.webhook import Delivery, DeliveryState, Endpoint, JobEventName
from app.services.library import rows
from app.services.library.ownership import owned
from app.services.library.pages import Page, newest_first, page_of
from app.services.webhook_message import new_secret
from app.services.webhook_notes import note_test

MOST_ENDPOINTS = 50
"""Of one owner: each message is a request."""

_ENDPOINT, _DELIVERY = "webhook", "delivery"
_NEWEST = {"newest": newest_first(webhook_deliveries)}
_OLDEST_ENDPOINT = (webhook_endpoints.c.created_at, webhook_endpoints.c.id)


class Webhooks:
    """The endpoints and deliveries of a database; those of other owners are not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        owner: str | None,
        url: str,
        events: Sequence[JobEventName] = (),
        *,
        enabled: bool = True,
        endpoint_id: str = "",
    ) -> tuple[Endpoint, str]:
        """Store an endpoint, and return it with its secret, which nobody is shown again.

        Raises `InputError` (too_many_webhooks).
        """
        moment, secret = now(), new_secret()
        values = {
            "id": endpoint_id or str(uuid4()),
            "owner": owner,
            "url": url,
            "secret": secret,
            "events": list(dict.fromkeys(events)),
            "enabled": enabled,
            "note": "",
            "version": 1,
            "created_at": moment,
            "updated_at": moment,
        }
        with self._database.write() as connection:  # one of this id was made by a server that died before it told
            mine = and_(owned(webhook_endpoints, owner), webhook_endpoints.c.id == values["id"])
            connection.execute(delete(webhook_endpoints).where(mine))
            there = connection.execute(select(webhook_endpoints.c.id).where(owned(webhook_endpoints, owner))).all()
            if len(there) >= MOST_ENDPOINTS:
                raise InputError(
                    f"There are {MOST_ENDPOINTS} webhooks, and no more can be.",
                    hint="Remove one that nobody needs.",
                    subject="url",
                    code="too_many_webhooks",
                )
            made = connection.execute(insert(webhook_endpoints).values(values).returning(webhook_endpoints)).one()
        return rows.record(Endpoint, made), secret

    def list(self, owner: str | None) -> list[Endpoint]:
        """Return all endpoints, in the order in which they were made."""
        query = select(webhook_endpoints).where(owned(webhook_endpoints, owner)).order_by(*_OLDEST_ENDPOINT)
        with self._database.read() as connection:
            return [rows.record(Endpoint, row) for row in connection.execute(query)]

    def get(self, owner: str | None, endpoint_id: str) -> Endpoint:
        """Return an endpoint. Raises `InputError` (webhook_unknown)."""
        with self._database.read() as connection:
            return rows.record(Endpoint, rows.require(connection, webhook_endpoints, _ENDPOINT, owner, endpoint_id))

    def change(
        self, owner: str | None, endpoint_id: str, changes: dict[str, Any], expected: int | None = None
    ) -> Endpoint:
        """Change url, events or enabled. Raises `InputError` (webhook_unknown, version_conflict)."""
        noted = {**changes, "note": ""} if changes.get("enabled") else changes
        with self._database.write() as connection:
            row = rows.change(connection, webhook_endpoints, _ENDPOINT, owner, endpoint_id, noted, expected)
            return rows.record(Endpoint, row)

    def remove(self, owner: str | None, endpoint_id: str, expected: int | None = None) -> None:
        """Remove an endpoint; what was not delivered to it never is. Raises as `change` does."""
        with self._database.write() as connection:
            rows.remove(connection, webhook_endpoints, _ENDPOINT, owner, endpoint_id, expected)

    def rotate(self, owner: str | None, endpoint_id: str) -> tuple[Endpoint, str]:
        """Give the endpoint a new secret, and return both; the one before signs as well until the next time.

        So whoever verifies messages may change over in their own time.
        """
        with self._database.write() as connection:
            row = rows.require(connection, webhook_endpoints, _ENDPOINT, owner, endpoint_id, lock=True)
            secret = new_secret()
            both = {"secret": _with_former(secret, row.secret)}
            changed = rows.change(connection, webhook_endpoints, _ENDPOINT, owner, endpoint_id, both, None)
        return rows.record(Endpoint, changed), secret

    def rotate_callbacks(self, owner: str | None) -> str:
        """Give the addresses that come with jobs a new secret, and return it; the one before signs as well."""
        with self._database.write() as connection:
            former = callback_secret(connection, owner)
            secret = new_secret()
            mine = update(callback_secrets).where(callback_secrets.c.id == (owner or ""))
            connection.execute(mine.values(secret=_with_former(secret, former)))
        return secret

    def test(self, owner: str | None, endpoint_id: str) -> Delivery:
        """Note a message that only shows whether the endpoint gets it. Raises `InputError` (webhook_unknown)."""
        with self._database.write() as connection:
            row = rows.require(connection, webhook_endpoints, _ENDPOINT, owner, endpoint_id)
            return self._delivery(connection, owner, note_test(connection, row))

    def deliveries(
        self,
        owner: str | None,
        *,
        endpoint_id: str | None = None,
        job_id: str | None = None,
        state: DeliveryState | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[Delivery]:
        """Return one page of what was sent or is to be, the newest first; every filter that is set must fit."""
        query = select(webhook_deliveries).where(owned(webhook_deliveries, owner))
        filters = {"endpoint_id": endpoint_id, "job_id": job_id, "state": state}
        for name, value in filters.items():
            if value is not None:
                query = query.where(webhook_deliveries.c[name] == value.replace("\0", ""))
        with self._database.read() as connection:
            return page_of(connection, query, _NEWEST, "newest", _delivery_of, limit=limit, cursor=cursor)

    def delivery(self, owner: str | None, delivery_id: str) -> Delivery:
        """Return one delivery. Raises `InputError` (delivery_unknown)."""
        with self._database.read() as connection:
            return self._delivery(connection, owner, delivery_id)

    def replay(self, owner: str | None, delivery_id: str) -> Delivery:
        """Let a message be sent once more, under its id. Raises `InputError` (delivery_unknown)."""
        with self._database.write() as connection:
            row = rows.require(connection, webhook_deliveries, _DELIVERY, owner, delivery_id, lock=True)
            again = update(webhook_deliveries).where(webhook_deliveries.c.id == row.id)
            moment = now()
            connection.execute(again.values(state="waiting", next_at=moment, updated_at=moment))
            return self._delivery(connection, owner, delivery_id)

    @staticmethod
    def _delivery(connection: Connection, owner: str | None, delivery_id: str) -> Delivery:
        return _delivery_of(rows.require(connection, webhook_deliveries, _DELIVERY, owner, delivery_id))


def callback_secret(connection: Connection, owner: str | None) -> str:
    """Return what signs messages to addresses that this owner gives with jobs; made when it is first needed."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    values = {"id": owner or "", "owner": owner, "secret": new_secret(), "created_at": now()}
    new = dialect.insert(callback_secrets).values(values)
    connection.execute(new.on_conflict_do_nothing(index_elements=[callback_secrets.c.id]))
    mine = select(callback_secrets.c.secret).where(callback_secrets.c.id == (owner or ""))
    return str(connection.execute(mine).scalar_one())


def _with_former(secret: str, former: str) -> str:
    return f"{secret} {former.split(maxsplit=1)[0]}"


def _delivery_of(row: Row[Any]) -> Delivery:
    return rows.record(Delivery, row)
