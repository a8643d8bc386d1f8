"""Keys of requests: one holder at a time, and an answer that is kept for a day."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.config import Settings
from app.db import open_database
from app.db.engine import Database
from app.db.tables import idempotency_keys as keys
from app.db.types import now
from app.services.library.idempotency import KEPT, Answer, Claim, IdempotencyKeys

ANSWER = Answer(status=201, headers=(("location", "/x"),), text="ășț")


@pytest.fixture
def database(any_settings: Settings) -> Database:
    return open_database(any_settings)


def later(database: Database, by: timedelta) -> None:
    """Let time pass for all keys."""
    with database.write() as connection:
        values = {"created_at": now() - by, "expires_at": now() - by}
        connection.execute(update(keys).values(**values))


def test_whoever_comes_first_does_it(database: Database) -> None:
    one, two = IdempotencyKeys(database, "one"), IdempotencyKeys(database, "two")
    first = one.claim("k", None)
    assert (first.is_mine, first.is_new, first.answer) == (True, True, None)
    for other in (one, two):
        again = other.claim("k", None)
        assert (again.is_mine, again.answer) == (False, None)
    assert two.claim("another", None).is_mine


def test_the_answer_is_kept(database: Database) -> None:
    one = IdempotencyKeys(database, "one")
    one.claim("k", "somebody")
    one.finish("k", "hash", ANSWER)
    found = IdempotencyKeys(database, "two").claim("k", "somebody")
    assert (found.is_mine, found.answer, found.body_hash) == (False, ANSWER, "hash")


def test_a_key_is_kept_for_a_day(database: Database) -> None:
    one = IdempotencyKeys(database, "one")
    first = one.claim("k", None)
    one.finish("k", "hash", ANSWER)
    later(database, KEPT - timedelta(minutes=1))
    assert one.claim("k", None).answer == ANSWER
    later(database, KEPT + timedelta(minutes=1))
    again = one.claim("k", None)
    assert (again.is_mine, again.is_new) == (True, True)
    assert again.made_at > first.made_at


def test_one_without_a_sign_of_life_is_taken_over_with_the_names_it_had(database: Database) -> None:
    one, two = IdempotencyKeys(database, "one"), IdempotencyKeys(database, "two")
    one.claim("k", None)
    one.note_body("k", "hash")
    later(database, timedelta(minutes=1))
    first = two.claim("k", None)
    assert (first.is_mine, first.is_new, first.body_hash) == (True, False, "hash")
    one.keep("k")  # too late: it is somebody else's
    one.finish("k", "hash", ANSWER)
    assert two.claim("k", None).answer is None
    two.finish("k", "hash", ANSWER)
    assert one.claim("k", None).answer == ANSWER


def test_a_sign_of_life_keeps_it(database: Database) -> None:
    one, two = IdempotencyKeys(database, "one"), IdempotencyKeys(database, "two")
    one.claim("k", None)
    later(database, timedelta(minutes=1))
    one.keep("k")
    assert not two.claim("k", None).is_mine


def test_what_made_nothing_is_forgotten_and_what_broke_is_free(database: Database) -> None:
    one = IdempotencyKeys(database, "one")
    one.claim("k", None)
    one.forget("k")
    assert one.claim("k", None).is_new
    one.let_go("k")
    again = one.claim("k", None)
    assert (again.is_mine, again.is_new) == (True, False)


def test_an_answer_is_not_forgotten(database: Database) -> None:
    one = IdempotencyKeys(database, "one")
    one.claim("k", None)
    one.finish("k", "hash", ANSWER)
    one.forget("k")
    one.let_go("k")
    assert one.claim("k", None).answer == ANSWER


def test_of_many_at_once_one_does_it(database: Database) -> None:
    found: list[Claim] = []
    barrier = threading.Barrier(8)

    def ask(number: int) -> None:
        barrier.wait()
        found.append(IdempotencyKeys(database, str(number)).claim("k", None))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claim.is_mine for claim in found) == [False] * 7 + [True]
