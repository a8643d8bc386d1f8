"""Every route that makes something, asked again with its key: answered before, or by a server that died in between."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import delete, update

from app.api.authentication import LOGIN
from app.config import Settings
from app.db.tables import idempotency_keys
from app.db.types import now
from app.tests.api.household import Household
from app.tests.api.signing import with_accounts
from app.tests.api.test_ownership import Asked, Operation, operations, snapshot
from app.tests.services.library.things import ANA

pytestmark = pytest.mark.slow

KEY = {"Idempotency-Key": "5b0e9a41-5c2f-4d8c-8c11-0b4c9f0e8a53"}

EACH_TIME = {"test_webhook"}
"""What may be done once more: a message that only tries whether it arrives."""


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return with_accounts(settings, allow_hosts="example.com")


@pytest.fixture
def ana(app: FastAPI) -> Household:
    return Household(app, ANA, "ana-s own")


def making(app: FastAPI) -> list[Operation]:
    """Return what takes a key."""
    return [one for one in operations(app) if one.method in {"POST", "PUT", "PATCH"} and one.path != LOGIN]


def ids(app: FastAPI) -> dict[str, set[Any]]:
    """Return what there is of hers, by table."""
    return {table: {row[0] for row in rows} for table, rows in snapshot(app, ANA).items()}


def test_it_is_answered_as_before(app: FastAPI, ana: Household) -> None:
    wrong = []
    for operation in making(app):
        first, again = [Asked(app, ana, ana).send(operation, {**ana.keys["admin"], **KEY}) for _ in range(2)]
        kept = again.headers.get("idempotency-replayed") == "true" and again.content == first.content
        secret = first.headers.get("cache-control") == "no-store" and again.json()["code"] == "idempotency_not_kept"
        if first.is_success and not (kept or secret):
            wrong.append(f"{operation}: {first.status_code} {first.text}, then {again.status_code} {again.text}")
        forget(app)
    assert not wrong, "\n".join(wrong)


def test_a_server_that_dies_before_it_answers_makes_nothing_twice(app: FastAPI, ana: Household) -> None:
    wrong = []
    for operation in making(app):
        headers = {**ana.keys["admin"], **KEY}
        first = Asked(app, ana, ana).send(operation, headers)
        if not first.is_success:
            forget(app)
            continue
        made = ids(app)
        with app.state.context.storage.database.write() as connection:
            connection.execute(update(idempotency_keys).values(state="open", expires_at=now() - timedelta(seconds=1)))
        again = Asked(app, ana, ana).send(operation, headers)
        more = {table: found - made[table] for table, found in ids(app).items() if found - made[table]}
        broke = again.status_code >= 500
        if broke or (operation.name not in EACH_TIME and (more or place(again) != place(first))):
            wrong.append(f"{operation}: {first.text}, then {again.status_code} {again.text}, and made {more}")
        forget(app)
    assert not wrong, "\n".join(wrong)


def place(answer: Any) -> Any:
    """Return where an answer says that what was made is to be found."""
    return answer.headers.get("location")


def forget(app: FastAPI) -> None:
    """Let the key be new for the next one."""
    with app.state.context.storage.database.write() as connection:
        connection.execute(delete(idempotency_keys))
