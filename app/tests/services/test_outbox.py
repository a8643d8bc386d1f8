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
