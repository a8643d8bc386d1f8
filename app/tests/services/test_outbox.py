import pytest
from sqlalchemy import select

from app.config import Settings, load_settings
from app.db import Database
from app.db.tables import outbox as table
from app.services import outbox


@pytest.mark.parametrize(
    ("url", "key", "told"),
    [(None, None, False), ("http://x", None, False), (None, "k", False), ("http://x", "k", True)],
)
def test_only_a_whole_address_is_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, url: str | None, key: str | None, told: bool
) -> None:
    for name, value in (("SUPABASE_URL", url), ("SUPABASE_KEY", key)):
        if value:
            monkeypatch.setenv(name, value)
    assert outbox.is_replicated(load_settings()) is told


@pytest.mark.store
def test_rows_have_the_order_in_which_they_were_added_and_go_with_their_transaction(any_database: Database) -> None:
    for number in range(3):
        with any_database.write() as connection:
            outbox.add(connection, "job:a", "upsert_job", {"number": number})
    with pytest.raises(RuntimeError), any_database.write() as connection:
        outbox.add(connection, "job:a", "upsert_job", {"number": "lost"})
        raise RuntimeError
    with any_database.read() as connection:
        rows = connection.execute(select(table).order_by(table.c.id)).all()
    assert [row.payload["number"] for row in rows] == [0, 1, 2]
    assert {(row.attempts, row.last_error, row.parked) for row in rows} == {(0, "", None)}
    assert all(row.created_at.tzinfo for row in rows)


def added(database: Database, *streams: str) -> list[int]:
    """Note a change of each stream; return the ids."""
    with database.write() as connection:
        for stream in streams:
            outbox.add(connection, stream, "upsert_job", {})
        return list(connection.execute(select(table.c.id).order_by(table.c.id)).scalars())


@pytest.mark.store
def test_what_is_set_aside_holds_up_its_own_stream_until_it_is_let_go(any_database: Database) -> None:
    one, two, three, four = added(any_database, "job:a", "job:b", "job:a", "job:c")
    with any_database.write() as connection:
        assert [row.id for row in outbox.waiting(connection, 3)] == [one, two, three]
        outbox.park(connection, [one], "why")
        outbox.park(connection, [four], "another reason")
        assert [row.id for row in outbox.waiting(connection, 9)] == [two]
        assert outbox.is_waiting(connection)
        assert outbox.is_waiting(connection, up_to=two)
        assert not outbox.is_waiting(connection, up_to=one)
        outbox.remove(connection, [two])
        assert not outbox.is_waiting(connection)
        assert outbox.last_id(connection) == four
        found = outbox.backlog(connection)
        assert (found.rows, found.parked, found.reason) == (3, 2, "why")
        assert outbox.unpark(connection) == 2
        assert [row.id for row in outbox.waiting(connection, 9)] == [one, three, four]


@pytest.mark.store
def test_tries_that_failed_are_counted(any_database: Database) -> None:
    (one,) = added(any_database, "job:a")
    with any_database.write() as connection:
        for reason in ("ConnectError", "503"):
            outbox.note_failure(connection, [one], reason)
        row = connection.execute(select(table)).one()
        assert (row.attempts, row.last_error, row.parked) == (2, "503", None)


@pytest.mark.store
def test_nothing_noted_is_no_backlog(any_database: Database) -> None:
    with any_database.read() as connection:
        assert outbox.backlog(connection) == outbox.Backlog(rows=0, oldest=None, parked=0, reason="")
        assert outbox.last_id(connection) == 0
        assert not outbox.is_waiting(connection)
        assert outbox.waiting(connection, 9) == []
