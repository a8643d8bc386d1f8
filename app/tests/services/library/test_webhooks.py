"""Endpoints, their secrets, and the log of what was sent: each for their owner only."""

import pytest
from sqlalchemy import select

from app.db import Database
from app.db.tables import callback_secrets, webhook_endpoints
from app.errors import InputError
from app.services.library.webhooks import MOST_ENDPOINTS, Webhooks, callback_secret

pytestmark = pytest.mark.store

HOOK = "https://example.com/hook"


@pytest.fixture
def webhooks(any_database: Database) -> Webhooks:
    return Webhooks(any_database)


def kept_secret(database: Database, endpoint_id: str) -> list[str]:
    with database.read() as connection:
        query = select(webhook_endpoints.c.secret).where(webhook_endpoints.c.id == endpoint_id)
        return str(connection.execute(query).scalar_one()).split()


def code_of(error: pytest.ExceptionInfo[InputError]) -> str:
    return error.value.instance_code


def test_an_endpoint_is_stored_with_a_secret_of_the_scheme(any_database: Database, webhooks: Webhooks) -> None:
    made, secret = webhooks.create("ann", HOOK, ["job.failed", "job.failed"])
    assert (made.url, made.events, made.enabled, made.version) == (HOOK, ("job.failed",), True, 1)
    assert secret.startswith("whsec_")
    assert kept_secret(any_database, made.id) == [secret]
    assert webhooks.get("ann", made.id) == made
    assert webhooks.list("ann") == [made]
    assert webhooks.create("ann", HOOK)[1] != secret


def test_endpoints_of_others_are_not_there(webhooks: Webhooks) -> None:
    made, _ = webhooks.create("ann", HOOK)
    for owner in ("bob", None):
        assert webhooks.list(owner) == []
        for ask in (webhooks.get, webhooks.remove, webhooks.rotate, webhooks.test):
            with pytest.raises(InputError) as caught:
                ask(owner, made.id)
            assert code_of(caught) == "webhook_unknown"
        with pytest.raises(InputError) as caught:
            webhooks.change(owner, made.id, {"enabled": False})
        assert code_of(caught) == "webhook_unknown"
    assert webhooks.get("ann", made.id) == made


def test_a_change_raises_the_version_and_is_refused_over_another_one(webhooks: Webhooks) -> None:
    made, _ = webhooks.create(None, HOOK)
    changed = webhooks.change(None, made.id, {"url": HOOK + "2", "events": ["job.completed"]}, expected=1)
    assert (changed.url, changed.events, changed.version) == (HOOK + "2", ("job.completed",), 2)
    with pytest.raises(InputError) as caught:
        webhooks.change(None, made.id, {"enabled": False}, expected=1)
    assert code_of(caught) == "version_conflict"
    with pytest.raises(InputError) as caught:
        webhooks.remove(None, made.id, expected=1)
    assert code_of(caught) == "version_conflict"
    webhooks.remove(None, made.id, expected=2)
    assert webhooks.list(None) == []


def test_one_that_was_turned_off_is_turned_on_again_without_its_note(
    any_database: Database, webhooks: Webhooks
) -> None:
    made, _ = webhooks.create(None, HOOK)
    with any_database.write() as connection:
        connection.execute(webhook_endpoints.update().values(enabled=False, note="it answered 410"))
    assert webhooks.get(None, made.id).note == "it answered 410"
    assert webhooks.change(None, made.id, {"enabled": True}).note == ""


def test_a_new_secret_signs_beside_the_one_before(any_database: Database, webhooks: Webhooks) -> None:
    made, first = webhooks.create(None, HOOK)
    _, second = webhooks.rotate(None, made.id)
    assert kept_secret(any_database, made.id) == [second, first]
    changed, third = webhooks.rotate(None, made.id)
    assert kept_secret(any_database, made.id) == [third, second]
    assert (changed.version, len({first, second, third})) == (3, 3)


def test_each_owner_has_a_secret_for_addresses_that_come_with_jobs(any_database: Database, webhooks: Webhooks) -> None:
    with any_database.write() as connection:
        secrets = {owner: callback_secret(connection, owner) for owner in (None, "ann")}
        assert secrets == {owner: callback_secret(connection, owner) for owner in (None, "ann")}
    assert secrets[None] != secrets["ann"]
    new = webhooks.rotate_callbacks("ann")
    with any_database.write() as connection:
        assert callback_secret(connection, "ann") == f"{new} {secrets['ann']}"
        assert callback_secret(connection, None) == secrets[None]
    assert webhooks.rotate_callbacks("bob").startswith("whsec_")  # who never needed one has one as well
    with any_database.read() as connection:
        owners = connection.execute(select(callback_secrets.c.owner)).scalars()
        assert set(owners) == {None, "ann", "bob"}


def test_there_is_an_end_to_endpoints(webhooks: Webhooks) -> None:
    for _ in range(MOST_ENDPOINTS):
        webhooks.create("ann", HOOK)
    with pytest.raises(InputError) as caught:
        webhooks.create("ann", HOOK)
    assert code_of(caught) == "too_many_webhooks"
    webhooks.create("bob", HOOK)


def test_the_log_is_paged_filtered_and_owned(webhooks: Webhooks) -> None:
    endpoint, _ = webhooks.create("ann", HOOK)
    other, _ = webhooks.create("ann", HOOK)
    sent = [webhooks.test("ann", one.id) for one in (endpoint, endpoint, endpoint, other)]
    assert {one.event for one in sent} == {"webhook.test"}
    page = webhooks.deliveries("ann", endpoint_id=endpoint.id, limit=2)
    assert ([one.id for one in page.items], page.total) == ([sent[2].id, sent[1].id], 3)
    rest = webhooks.deliveries("ann", endpoint_id=endpoint.id, limit=2, cursor=page.next_cursor)
    assert ([one.id for one in rest.items], rest.next_cursor) == ([sent[0].id], None)
    assert webhooks.deliveries("ann", state="delivered").total == 0
    assert webhooks.deliveries("ann", job_id="a\0").total == 0
    assert webhooks.deliveries("bob").total == 0
    assert webhooks.delivery("ann", sent[0].id).url == HOOK
    for ask in (webhooks.delivery, webhooks.replay):
        with pytest.raises(InputError) as caught:
            ask("bob", sent[0].id)
        assert code_of(caught) == "delivery_unknown"
