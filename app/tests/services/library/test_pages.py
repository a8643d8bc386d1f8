"""Pages go on where the one before ended, in every order, whatever comes and goes; searching ignores marks."""

import base64
import contextlib
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.db import Database
from app.db.tables import projects, segments
from app.errors import InputError
from app.services.library.ownership import owned
from app.services.library.pages import Order, Page, containing, page_of, usual_orders

DAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NAMES = ["Șapcă", "sapca 2", "Zebră", "ananas", "Ăsta", "ananas"]


def add(database: Database, row_id: str, name: str, minute: int = 0, owner: str | None = None) -> None:
    moment = DAY + timedelta(minutes=minute)
    values = {"id": row_id, "name": name, "owner": owner, "version": 1, "created_at": moment, "updated_at": moment}
    with database.write() as connection:
        connection.execute(insert(projects).values(values))


def page(database: Database, sort: str = "newest", limit: int = 2, cursor: str | None = None, **more: Any) -> Page[str]:
    query = select(projects).where(owned(projects, more.get("owner")))
    if "search" in more:
        query = query.where(containing(more["search"], projects.c.name, projects.c.description))
    with database.read() as connection:
        orders = usual_orders(projects)
        return page_of(connection, query, orders, sort, lambda row: str(row.id), limit=limit, cursor=cursor)


def walk(database: Database, sort: str, limit: int) -> list[str]:
    found: list[str] = []
    cursor = None
    for _ in itertools.count():
        one = page(database, sort, limit, cursor)
        assert one.total == len(NAMES)
        found += one.items
        cursor = one.next_cursor
        if cursor is None:
            return found
    raise AssertionError


@pytest.fixture
def database(any_database: Database) -> Database:
    for n, name in enumerate(NAMES):
        add(any_database, str(n), name, minute=n // 2)  # two of each moment: the id decides
    add(any_database, "other", "ananas", owner="somebody else")
    return any_database


def test_every_order_page_by_page(database: Database) -> None:
    for limit in (1, 2, 3, 6, 100):
        assert walk(database, "newest", limit) == ["5", "4", "3", "2", "1", "0"]
        assert walk(database, "oldest", limit) == ["0", "1", "2", "3", "4", "5"]
        assert walk(database, "name", limit) == ["3", "5", "4", "0", "1", "2"]
        assert walk(database, "updated", limit) == ["5", "4", "3", "2", "1", "0"]


def test_what_comes_and_goes_between_pages_moves_nothing(database: Database) -> None:
    first = page(database, "name", 3)
    add(database, "new", "Aa")
    with database.write() as connection:
        connection.execute(projects.delete().where(projects.c.id == first.items[-1]))
    assert page(database, "name", 3, first.next_cursor).items == ("0", "1", "2")


def test_searching_ignores_marks_and_knows_no_wildcards(database: Database) -> None:
    assert page(database, "name", 9, search="ŞAPCA").items == ("0", "1")
    assert page(database, "name", 9, search="asta").items == ("4",)
    assert page(database, search="%").items == ()
    assert page(database, search="_").items == ()
    assert page(database, search="a\0").items == ()


def test_rows_of_others_are_on_no_page(database: Database) -> None:
    assert page(database, search="ananas", limit=9).total == 2
    assert page(database, owner="somebody else").items == ("other",)


def made_up(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


STRANGE = ["", "x", "W10=", "bnVsbA==", made_up("newest", 1, "a"), made_up("name", "a", 1)]
NO_MOMENTS = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-24T12:00:00"]


def test_a_cursor_of_somebody_elses_making_is_refused(database: Database) -> None:
    for cursor in (*STRANGE, *(made_up("newest", moment, "a") for moment in NO_MOMENTS)):
        for sort in ("newest", "name"):
            with pytest.raises(InputError, match="cursor") as error:
                page(database, sort, cursor=cursor)
            assert error.value.subject == "cursor"


def test_a_cursor_by_a_number(any_database: Database) -> None:
    """Numbers find nothing or are refused, however large they are."""
    orders = {"start": Order(segments.c.start_seconds, segments.c.id)}
    for value in (1e308, -5, 0, 10**400, float("inf"), True, "1", None):
        cursor = made_up("start", value, "a")
        with any_database.read() as connection, contextlib.suppress(InputError):
            found = page_of(connection, select(segments), orders, "start", lambda row: row, limit=1, cursor=cursor)
            assert found == Page((), None, 0)
            assert isinstance(value, int | float)


def test_a_cursor_is_of_one_order(database: Database) -> None:
    cursor = page(database, "name").next_cursor
    with pytest.raises(InputError, match="cursor"):
        page(database, "newest", cursor=cursor)


def test_an_order_there_is_not(database: Database) -> None:
    with pytest.raises(InputError, match="no order") as error:
        page(database, "size")
    assert "newest, oldest, name, updated" in error.value.hint
