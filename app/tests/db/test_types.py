"""Columns and clock mean the same on both databases."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import MetaData, Table, insert, select

from app.db import Database
from app.db.tables import cache_entries, costs, job_events, leases
from app.db.types import clock, moment_of, now

EET = timezone(timedelta(hours=2))


def entry(path: str, moment: datetime) -> dict[str, object]:
    return {"path": path, "kind": "part", "bytes": 2**40, "created_at": moment, "used_at": moment}


@pytest.mark.store
def test_moments_come_back_in_utc_to_the_microsecond(any_database: Database) -> None:
    moment = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=EET)
    with any_database.write() as connection:
        connection.execute(insert(cache_entries), [entry("a", moment), entry("b", moment.astimezone(UTC))])
        found = connection.execute(select(cache_entries)).all()
    assert [row.created_at for row in found] == [moment, moment]
    assert {row.created_at.utcoffset() for row in found} == {timedelta(0)}
    assert found[0].bytes == 2**40


@pytest.mark.store
def test_moments_are_ordered_and_compared_whatever_their_zone(any_database: Database) -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    earlier = datetime(2026, 1, 1, 13, 59, 59, 999999, tzinfo=EET)
    with any_database.write() as connection:
        connection.execute(insert(cache_entries), [entry("noon", noon), entry("earlier", earlier)])
        ordered = connection.execute(select(cache_entries.c.path).order_by(cache_entries.c.created_at)).scalars().all()
        before = connection.execute(
            select(cache_entries.c.path).where(cache_entries.c.created_at < noon.astimezone(EET))
        ).all()
    assert ordered == ["earlier", "noon"]
    assert [row.path for row in before] == ["earlier"]


@pytest.mark.store
def test_json_is_kept_as_it_was_written(any_database: Database) -> None:
    data = {"z": 1, "a": [1.0, -0.0, 1e300, 10**30], "ț": {"": None}}
    row = {"job_id": "a", "number": 1, "kind": "x", "data": data, "created_at": now()}
    with any_database.write() as connection:
        connection.execute(insert(job_events).values(row))
        found = connection.execute(select(job_events)).one()
    assert json.dumps(found.data) == json.dumps(data)


@pytest.mark.store
def test_numbers_grow_by_themselves(any_database: Database) -> None:
    row = {"job_id": "a", "kind": "x", "data": {}, "created_at": now()}
    with any_database.write() as connection:
        for number in (5, 2**60):
            connection.execute(insert(job_events).values(number=number, **row))
        found = connection.execute(select(job_events).order_by(job_events.c.id)).all()
    assert [row.number for row in found] == [5, 2**60]
    assert found[1].id == found[0].id + 1


@pytest.mark.store
def test_the_clock_is_the_databases_and_moves_within_a_transaction(any_database: Database) -> None:
    with any_database.write() as connection:
        first = connection.execute(select(clock())).scalar_one()
        connection.execute(insert(leases).values(name="a", holder="b", expires=clock() + 30))
        left = connection.execute(select(leases.c.expires - clock())).scalar_one()
        expired = connection.execute(select(leases.c.name).where(leases.c.expires < clock())).all()
    assert first == pytest.approx(now().timestamp(), abs=60)  # on one machine both read the same hardware
    assert 0 < left <= 30.1
    assert expired == []


@pytest.mark.store
def test_our_tables_are_where_no_public_interface_looks(any_database: Database) -> None:
    found = MetaData()
    with any_database.read() as connection:
        schema = None if any_database.is_sqlite else "edit_factory"
        assert Table("costs", found, autoload_with=connection, schema=schema).c.keys() == costs.c.keys()


@pytest.mark.parametrize(
    "text", ["", "x", "2026-11-24", "2026-11-24T12:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
)
def test_text_that_names_no_moment(text: str) -> None:
    with pytest.raises(ValueError):
        moment_of(text)


def test_a_moment_comes_in_utc() -> None:
    assert moment_of("2026-11-24T01:30:00+02:00") == datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
