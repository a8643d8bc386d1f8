"""Rows are found for their owner only, made once, and of two who change one at the same time one is refused."""

import threading
from typing import Any

import pytest
from sqlalchemy import insert

from app.db import Database
from app.db.tables import projects
from app.db.types import now
from app.errors import InputError
from app.models.base import Record
from app.services.library import rows
from app.tests.services.library.things import ANA


@pytest.fixture
def database(any_database: Database) -> Database:
    add(any_database, "mine", None)
    add(any_database, "hers", ANA)
    return any_database


def add(database: Database, row_id: str, owner: str | None) -> Any:
    with database.write() as connection:
        return rows.add(connection, projects, {"id": row_id, "owner": owner, "name": row_id, "options": {}})


def test_what_is_not_ones_own_is_unknown(database: Database) -> None:
    for row_id in ("hers", "none", "", "MINE", "mine ", "mi\0ne", "%", "x" * 300):
        require_unknown(database, row_id)


def require_unknown(database: Database, row_id: str) -> None:
    with database.write() as connection:
        assert rows.find(connection, projects, None, row_id) is None
        with pytest.raises(InputError) as error:
            rows.require(connection, projects, "project", None, row_id)
        with pytest.raises(InputError, match="no project"):
            rows.change(connection, projects, "project", None, row_id, {"name": "x"}, None)
        with pytest.raises(InputError, match="no project"):
            rows.remove(connection, projects, "project", None, row_id, None)
    assert (error.value.instance_code, error.value.subject) == ("project_unknown", "project_id")
    assert len(error.value.message) < 120


def test_a_row_is_added_once(database: Database) -> None:
    first = add(database, "new", None)
    assert (first.version, first.created_at) == (1, first.updated_at)
    assert add(database, "new", None) == first


def test_of_many_that_add_the_same_at_once_all_have_it(database: Database) -> None:
    found: list[Any] = []
    together = threading.Barrier(4)

    def make() -> None:
        together.wait()
        found.append(add(database, "new", None))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(map(tuple, (row[:2] for row in found)))) == 1


def test_somebody_elses_id_is_not_taken_over(database: Database) -> None:
    with pytest.raises(InputError, match="Something else"):
        add(database, "hers", None)
    with database.read() as connection:
        assert rows.find(connection, projects, ANA, "hers") is not None


def test_of_two_at_the_same_time_one_is_refused(database: Database) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(4)

    def change(name: str) -> None:
        together.wait()
        try:
            with database.write() as connection:
                rows.change(connection, projects, "project", None, "mine", {"name": name}, 1)
        except InputError as error:
            outcomes.append(error.instance_code)
        else:
            outcomes.append(name)

    threads = [threading.Thread(target=change, args=(f"name {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        row = rows.require(connection, projects, "project", None, "mine")
    assert sorted(outcomes)[1:] == ["version_conflict"] * 3
    assert (row.name, row.version) == (sorted(outcomes)[0], 2)


def test_changes_without_a_version_all_count(database: Database) -> None:
    def change(n: int) -> None:
        with database.write() as connection:
            rows.change(connection, projects, "project", None, "mine", {"name": str(n)}, None)

    threads = [threading.Thread(target=change, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert rows.require(connection, projects, "project", None, "mine").version == 7


def test_a_removed_row_is_given_back(database: Database) -> None:
    with database.write() as connection:
        with pytest.raises(InputError, match="version 1"):
            rows.remove(connection, projects, "project", None, "mine", 2)
        assert rows.remove(connection, projects, "project", None, "mine", 1).name == "mine"
        assert rows.find(connection, projects, None, "mine") is None


class Named(Record):
    """Some columns of a row."""

    id: str
    name: str
    more: int


def test_a_record_takes_what_it_has_fields_for(database: Database) -> None:
    with database.write() as connection:
        moment = now()
        values = {"id": "n", "name": "N", "version": 1, "created_at": moment, "updated_at": moment}
        row = connection.execute(insert(projects).values(values).returning(projects)).one()
    assert rows.record(Named, row, more=3) == Named(id="n", name="N", more=3)


def test_fields_that_do_not_fit_are_named() -> None:
    with pytest.raises(InputError) as error:
        rows.valid(Named, {"id": "a", "name": 1, "more": 1})
    assert error.value.subject == "name"
    assert error.value.message.startswith("name: ")
