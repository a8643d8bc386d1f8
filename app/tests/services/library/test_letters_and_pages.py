"""Whatever texts there are: queries fold them as Python does, and pages put together are the whole list in order."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import hypothesis
from hypothesis import strategies as st
from sqlalchemy import Text, delete, insert, literal, select

from app.db import Database
from app.db.folding import folded
from app.db.tables import projects
from app.models.letters import fold
from app.services.library.pages import page_of, usual_orders

LATIN = st.characters(min_codepoint=0x20, max_codepoint=0x17F, exclude_categories=["Cc"])
EUROPE = st.one_of(
    LATIN,
    st.characters(min_codepoint=0x218, max_codepoint=0x21B),
    st.characters(min_codepoint=0x300, max_codepoint=0x36F),
    st.characters(min_codepoint=0x391, max_codepoint=0x3C9, categories=["Lu", "Ll"]),
    st.characters(min_codepoint=0x400, max_codepoint=0x45F),
)


def is_told_to_sql(letter: str) -> bool:
    """Whether a query knows a letter: of those that stand for several only those that people write."""
    return len(fold(letter)) < 2 or letter in "ßẞÆæŒœĲĳ"


COMMON = hypothesis.settings(
    max_examples=60, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture], deadline=None
)


@COMMON
@hypothesis.given(text=st.text(EUROPE, max_size=30).filter(lambda text: all(map(is_told_to_sql, text))))
def test_queries_fold_as_python_does(any_database: Database, text: str) -> None:
    with any_database.read() as connection:
        assert connection.execute(select(folded(literal(text, Text)))).scalar() == fold(text)


@hypothesis.given(st.text(max_size=50))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@hypothesis.settings(parent=COMMON, max_examples=15)
@hypothesis.given(
    names=st.lists(st.text(LATIN, min_size=1, max_size=4), max_size=12),
    minutes=st.lists(st.integers(0, 3), min_size=12, max_size=12),
    limit=st.integers(1, 5),
    sort=st.sampled_from(["newest", "oldest", "name", "updated"]),
)
def test_pages_put_together_are_the_list(
    any_database: Database, names: list[str], minutes: list[int], limit: int, sort: str
) -> None:
    moments = [datetime(2026, 11, 24, tzinfo=UTC) + timedelta(minutes=minute) for minute in minutes]
    rows = [
        {"id": str(uuid.uuid4()), "name": name, "version": 1, "created_at": moment, "updated_at": moment}
        for name, moment in zip(names, moments, strict=False)
    ]
    with any_database.write() as connection:
        connection.execute(delete(projects))
        if rows:
            connection.execute(insert(projects), rows)
    found: list[str] = []
    cursor = None
    for _ in itertools.count():
        with any_database.read() as connection:
            page = page_of(
                connection,
                select(projects),
                usual_orders(projects),
                sort,
                lambda row: str(row.id),
                limit=limit,
                cursor=cursor,
            )
        assert page.total == len(rows)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    by = (
        (lambda row: (fold(str(row["name"])), row["id"]))
        if sort == "name"
        else lambda row: (row["created_at"], row["id"])
    )
    assert found == [row["id"] for row in sorted(rows, key=by, reverse=sort in {"newest", "updated"})]
