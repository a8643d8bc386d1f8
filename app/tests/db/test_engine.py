"""Connections: durable, readers never wait for writers, writers wait for each other, errors a person can act on."""

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from app.config import Settings, load_settings
from app.db import Database, close_databases, open_database
from app.db.engine import FILE_NAME, database_url
from app.db.tables import leases
from app.errors import EditFactoryError, InputError, StorageError
from app.tests.ground.children import child, finish, said, tell
from app.tests.ground.postgres import PostgresServer

SECRET = "hunter2"  # noqa: S105 - a made-up one, to look for


def take(database: Database, name: str) -> None:
    with database.write() as connection:
        connection.execute(insert(leases).values(name=name, holder="test", expires=0))


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(leases)).scalar_one()


def test_sqlite_is_as_durable_as_it_can_be_on_every_connection(settings: Settings) -> None:
    database = open_database(settings)
    for engine, query_only in ((database.reads, 1), (database.writes, 0)):
        held = [engine.connect() for _ in range(6)]  # more than the pool keeps: new ones are prepared as well
        for connection in held:
            found = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "query_only", "busy_timeout")
            ]
            assert found == ["wal", 2, 1, query_only, 30_000]
            connection.close()


@pytest.mark.store
def test_readers_cannot_write(any_database: Database) -> None:
    with pytest.raises(StorageError, match="read"), any_database.read() as connection:
        connection.execute(insert(leases).values(name="a", holder="b", expires=0))
    take(any_database, "a")
    assert count(any_database) == 1


@pytest.mark.store
def test_a_reader_sees_one_state(any_database: Database) -> None:
    query = select(func.count()).select_from(leases)
    with any_database.read() as connection:
        assert connection.execute(query).scalar_one() == 0
        take(any_database, "a")
        assert connection.execute(query).scalar_one() == 0
    assert count(any_database) == 1


HOLDER = """
    import sys
    from sqlalchemy import insert, update
    from app.config import load_settings
    from app.db import open_database
    from app.db.tables import leases
    database = open_database(load_settings())
    with database.write() as connection:
        for i in range(500):
            connection.execute(insert(leases).values(name=str(i), holder="child", expires=0))
        connection.execute(update(leases).where(leases.c.name == "ours").values(holder="child"))
        print("holding", flush=True)
        sys.stdin.readline()
    print("done", flush=True)
"""


@pytest.mark.store
def test_reads_flow_while_another_process_writes(any_database: Database, any_settings: Settings) -> None:
    take(any_database, "ours")
    with child(HOLDER) as process:
        assert said(process) == "holding"
        for _ in range(50):
            assert count(any_database) == 1
        close_databases()
        assert count(open_database(any_settings)) == 1  # nor does it take a writer's turn to open one
        tell(process)
        assert said(process) == "done"
        finish(process)
    assert count(open_database(any_settings)) == 501


@pytest.mark.store
def test_a_writer_waits_for_its_turn_and_then_has_it(any_database: Database) -> None:
    take(any_database, "ours")
    waited, seen = threading.Event(), []

    def write() -> None:
        with any_database.write() as connection:
            ours = select(leases.c.holder).where(leases.c.name == "ours").with_for_update()
            seen.append(connection.execute(ours).scalar_one())
        waited.set()

    with child(HOLDER) as process:
        said(process)
        writer = threading.Thread(target=write)
        writer.start()
        assert not waited.wait(0.3)  # this can only be too patient, not too strict
        tell(process)
        writer.join()
        assert seen == ["child"]
        finish(process)


def test_a_writer_who_waited_too_long_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.db.engine.BUSY_MS", 50)
    database = open_database(settings)
    with database.write(), pytest.raises(StorageError, match="locked"), database.write():
        pass
    take(database, "a")


@pytest.mark.store
def test_many_threads_write_and_none_fails(any_database: Database) -> None:
    def work(number: int) -> None:
        for i in range(10):
            take(any_database, f"{number}-{i}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(any_database) == 120


@pytest.mark.store
def test_a_failed_transaction_leaves_nothing(any_database: Database) -> None:
    with pytest.raises(ZeroDivisionError), any_database.write() as connection:
        connection.execute(insert(leases).values(name="a", holder="b", expires=0))
        raise ZeroDivisionError
    assert count(any_database) == 0


@pytest.mark.store
def test_a_database_is_opened_once(any_settings: Settings) -> None:
    first = open_database(any_settings)
    assert open_database(any_settings) is first
    close_databases()
    assert open_database(any_settings) is not first


@pytest.mark.store
@pytest.mark.parametrize("crash", [False, True])
def test_a_server_that_was_restarted_is_found_again(
    postgres_server: PostgresServer, postgres_url: str, crash: bool
) -> None:
    database = open_database(with_url(postgres_url))
    take(database, "kept")
    with pytest.raises(StorageError), database.write() as connection:
        connection.execute(insert(leases).values(name="lost", holder="b", expires=0))
        postgres_server.restart(crash=crash)
    assert count(database) == 1
    take(database, "new")
    postgres_server.stop()
    with pytest.raises(StorageError) as caught:
        count(database)
    assert caught.value.instance_code == "database"


def with_url(url: str) -> Settings:
    return load_settings(database_url=url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_usual_name_of_postgres_is_understood(scheme: str) -> None:
    url = database_url(with_url(f"{scheme}://me:{SECRET}@db.example:6543/name?sslmode=require"))
    assert url == f"postgresql+psycopg://me:{SECRET}@db.example:6543/name?sslmode=require"


def test_sqlite_is_the_default_and_may_be_elsewhere(settings: Settings, tmp_path: Path) -> None:
    assert database_url(settings) == f"sqlite:///{settings.data_dir / FILE_NAME}"
    take(open_database(with_url(f"sqlite:///{tmp_path / 'my data.db'}")), "a")
    assert (tmp_path / "my data.db").is_file()
    assert not (settings.data_dir / FILE_NAME).exists()


@pytest.mark.parametrize("name", ["a b%20c", "what?", "a#b", "ț&=+;", "x:y@z"])
def test_a_data_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    take(open_database(load_settings(data_dir=folder)), "a")
    assert (folder / FILE_NAME).is_file()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://u@h/d",
        f"postgresql://u:{SECRET}@h:port/d",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///a.db?mode=ro",
    ],
)
def test_an_address_that_is_none_is_a_clear_error(url: str) -> None:
    with pytest.raises(InputError, match="DATABASE_URL cannot be used") as caught:
        open_database(with_url(url))
    assert caught.value.subject == "database_url"
    assert SECRET not in everything(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET}@127.0.0.1:1/name",
        f"postgresql://me@127.0.0.1:1/name?password={SECRET}",
        f"postgresql://me:{SECRET}@127.0.0.1:1/name?no_such_option={SECRET}",
    ],
)
def test_a_server_that_is_away_is_a_clear_error_without_the_password(url: str) -> None:
    with pytest.raises(StorageError, match="postgresql") as caught:
        open_database(with_url(url))
    assert caught.value.instance_code == "database"
    assert "psycopg" not in caught.value.message
    assert caught.value.hint.endswith(".")
    assert SECRET not in everything(caught.value)
    assert SECRET not in repr(with_url(url))


def everything(error: EditFactoryError) -> str:
    return f"{error.message} {error.hint} {error.subject} {error!r}"


def test_a_file_that_is_no_database_is_a_clear_error(settings: Settings) -> None:
    (settings.data_dir / FILE_NAME).write_text("not a database " * 100)
    with pytest.raises(StorageError, match="not a database"):
        open_database(settings)


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=f"there is no folder {tmp_path / 'none'}"):
        open_database(with_url(f"sqlite:///{tmp_path / 'none' / 'a.db'}"))


@pytest.mark.parametrize("below", [".", "below/that"])
def test_a_file_in_the_place_of_the_data_folder_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=f"{tmp_path / 'file'} is a file"):
        open_database(load_settings(data_dir=tmp_path / "file" / below))


def test_a_full_disk_says_so(settings: Settings) -> None:
    database = open_database(settings)
    with pytest.raises(StorageError, match="full") as caught, database.write() as connection:
        pages: Any = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        connection.execute(insert(leases).values(name="x" * 100_000, holder="b", expires=0))
    assert caught.value.instance_code == "disk_full"
    assert "Free some space" in caught.value.hint


def test_when_all_connections_are_busy_it_says_so(settings: Settings) -> None:
    database = open_database(settings)
    database.reads.pool._timeout = 0.01  # type: ignore[attr-defined]
    held = [database.reads.connect() for _ in range(64)]
    with pytest.raises(StorageError, match="busy"), database.read():
        pass
    for connection in held:
        connection.close()
