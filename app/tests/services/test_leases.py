import pytest

from app.db import Database
from app.services.leases import NamedLease
from app.tests.ground.children import until

pytestmark = pytest.mark.store


def takes(database: Database, lease: NamedLease) -> bool:
    with database.write() as connection:
        return lease.take(connection)


def test_one_holds_it_at_a_time(any_database: Database) -> None:
    one, other = NamedLease("x", 60), NamedLease("x", 60)
    assert takes(any_database, one)
    assert takes(any_database, one)
    assert not takes(any_database, other)
    assert takes(any_database, NamedLease("y", 60))
    with any_database.write() as connection:
        assert one.keep(connection)
        assert not other.keep(connection)
        other.give_back(connection)
        assert one.keep(connection)
        one.give_back(connection)
    assert takes(any_database, other)
    with any_database.write() as connection:
        assert not one.keep(connection)


def test_who_no_longer_takes_it_loses_it(any_database: Database) -> None:
    one, other = NamedLease("x", 0.1), NamedLease("x", 60)
    assert takes(any_database, one)
    until(lambda: takes(any_database, other))
    assert not takes(any_database, one)
