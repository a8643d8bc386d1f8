"""The password, sessions and keys, on both databases: only hashes are kept, and what has ended lets nobody in."""

import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from app.config import Settings
from app.db import open_database
from app.db.engine import Database
from app.db.tables import accounts as accounts_table
from app.db.tables import api_keys, sessions
from app.db.types import now
from app.errors import InputError
from app.services.library import accounts
from app.services.library.accounts import LEAST, MOST, Accounts
from app.services.library.api_keys import ApiKeys, with_implied
from app.services.library.sessions import Sessions

RIGHT = "parolă cu ș și ț"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def database(any_settings: Settings) -> Database:
    return open_database(any_settings)


def test_the_right_password_and_no_other(database: Database) -> None:
    store = Accounts(database)
    assert not store.is_set()
    assert store.check(RIGHT) is None
    store.set_password(RIGHT)
    assert store.is_set()
    account = store.check(RIGHT)
    assert account is not None
    for wrong in ("", RIGHT + " ", RIGHT.upper(), "x" * (MOST + 1), "half a letter: \ud800"):
        assert store.check(wrong) is None
    with database.read() as connection:
        kept = connection.execute(select(accounts_table.c.password_hash)).scalar_one()
    assert kept.startswith("$argon2id$")
    assert RIGHT not in kept


def test_a_new_password_ends_all_sessions_and_stays_the_same_account(database: Database) -> None:
    store = Accounts(database)
    store.set_password(RIGHT)
    account = store.check(RIGHT)
    assert account is not None
    token = Sessions(database).begin(account, 1).token
    assert Sessions(database).find(token) is not None
    store.set_password("quite another one")
    assert Sessions(database).find(token) is None
    assert store.check(RIGHT) is None
    assert store.check("quite another one") == account


@pytest.mark.parametrize("password", ["", "x" * (LEAST - 1), " " * LEAST, "x" * (MOST + 1), "\ud800" * LEAST])
def test_some_are_no_passwords(settings: Settings, password: str) -> None:
    with pytest.raises(InputError):
        Accounts(open_database(settings)).set_password(password)


def test_a_weaker_hash_is_made_anew_when_it_is_used(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Accounts(open_database(settings))
    store.set_password(RIGHT)
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    assert store.check(RIGHT) is not None
    with open_database(settings).read() as connection:
        kept = connection.execute(select(accounts_table.c.password_hash)).scalar_one()
    assert "t=2" in kept
    assert store.check(RIGHT) is not None


def test_no_secret_is_in_the_database(database: Database) -> None:
    Accounts(database).set_password(RIGHT)
    session = Sessions(database).begin(Accounts(database).check(RIGHT) or "", 1)
    key = ApiKeys(database).create(None, "n8n", ["read"])
    with database.read() as connection:
        kept = [str(connection.execute(select(table)).all()) for table in (accounts_table, sessions, api_keys)]
    for secret in (session.token, session.csrf, key.key, RIGHT):
        assert secret not in "".join(kept)
    assert Sessions(database).begin("x", 1).token != session.token


def test_a_session_ends(database: Database) -> None:
    store = Sessions(database)
    Accounts(database).set_password(RIGHT)
    account = Accounts(database).check(RIGHT) or ""
    token = store.begin(account, 1).token
    found = store.find(token)
    assert found is not None
    assert (found.account_id, found.name) == (account, "admin")
    store.end(found.id)
    assert store.find(token) is None
    assert store.find("") is None
    assert store.find(store.begin("an account that is gone", 1).token) is None


def test_a_key_is_who_it_was_made_for(database: Database) -> None:
    store = ApiKeys(database)
    key = store.create("ana", "n8n", ["write"], days=1)
    who = store.principal_of(key.key)
    assert who is not None
    assert (who.owner, who.kind, who.id, who.name) == ("ana", "key", key.id, "n8n")
    assert who.scopes == {"read", "write"}
    for wrong in ("", "ef_", key.key[:-1], key.key + "x", key.key[3:], key.prefix, "ef_\ud800", "\0"):
        assert store.principal_of(wrong) is None


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ([], ("read",)),
        (["read"], ("read",)),
        (["write"], ("read", "write")),
        (["admin", "read"], ("read", "write", "admin")),
    ],
)
def test_scopes_hold_those_below(asked: list[str], given: tuple[str, ...]) -> None:
    assert with_implied(asked) == given  # type: ignore[arg-type]


def test_use_is_noted_once_a_minute(database: Database) -> None:
    store = ApiKeys(database)
    key = store.create(None, "n8n", ["read"])
    assert store.all(None)[0].last_used_at is None
    store.principal_of(key.key)
    first = store.all(None)[0].last_used_at
    store.principal_of(key.key)
    assert store.all(None)[0].last_used_at == first is not None
    with database.write() as connection:
        connection.execute(update(api_keys).values(last_used_at=now() - timedelta(minutes=2)))
    store.principal_of(key.key)
    again = store.all(None)[0].last_used_at
    assert again is not None
    assert now() - again < timedelta(minutes=1)


def test_many_requests_at_once_with_one_key_are_let_in(database: Database) -> None:
    store, found = ApiKeys(database), []
    key = store.create(None, "n8n", ["read"])

    def ask() -> None:
        found.append(store.principal_of(key.key))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [who.id for who in found if who] == [key.id] * 8


def test_one_made_again_under_its_id_replaces_the_one_that_nobody_was_shown(database: Database) -> None:
    store = ApiKeys(database)
    first = store.create(None, "n8n", ["read"], key_id="k")
    second = store.create(None, "n8n", ["read"], key_id="k")
    assert store.principal_of(first.key) is None
    assert store.principal_of(second.key) is not None
    assert len(store.all(None)) == 1


def test_there_is_an_end_of_keys(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.library.api_keys.MOST", 3)
    store = ApiKeys(open_database(settings))
    keys = [store.create(None, "n8n", ["read"]) for _ in range(3)]
    with pytest.raises(InputError) as caught:
        store.create(None, "n8n", ["read"])
    assert caught.value.instance_code == "key_limit"
    store.create("ana", "hers", ["read"])
    store.revoke(None, keys[0].id)
    store.create(None, "n8n", ["read"])
