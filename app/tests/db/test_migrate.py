"""From any older schema to today's: once, under a lock, with a copy first, or not at all."""

import logging
import shutil
import sqlite3
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, create_engine, insert, inspect, select, text

from app.config import Settings, load_settings
from app.db import Database, close_databases, open_database
from app.db.engine import FILE_NAME
from app.db.migrate import COPIES_KEPT, head, migrate
from app.db.tables import SCHEMA, clips, leases, metadata
from app.errors import EnvironmentProblem, StorageError
from app.tests.ground.children import child, finish, said, tell

SCRIPTS = Path(__file__).parents[2] / "db" / "migrations"
NEWEST = int(head())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.store)])
def bare(request: pytest.FixtureRequest, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings whose database has not been made yet."""
    if request.param == "postgres":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgres_url"))
    return load_settings(data_dir=data_dir)


LATER = """
import sqlalchemy as sa
from alembic import op
from app.db.tables import leases

revision, down_revision = "{number:04}", "{before:04}"


def upgrade() -> None:
    op.create_table("later{number}", sa.Column("id", sa.Text(), primary_key=True))
    op.execute(leases.delete())
    {last}
"""


def later_scripts(folder: Path, *, steps: int = 1, last: str = "") -> Path:
    """Return today's scripts and `steps` more, each of which adds a table, empties the leases and does `last`."""
    scripts = folder / f"scripts{steps}{last[:5]}"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    for number in range(NEWEST + 1, NEWEST + 1 + steps):
        script = LATER.format(number=number, before=number - 1, last=last)
        (scripts / "versions" / f"{number:04}_later.py").write_text(script)
    return scripts


def tables(database: Database) -> set[str]:
    with database.reads.connect() as connection:
        return set(inspect(connection).get_table_names(schema=place(database)))


def place(database: Database) -> str | None:
    return None if database.is_sqlite else SCHEMA


def version(database: Database) -> str:
    table = "alembic_version" if database.is_sqlite else f"{SCHEMA}.alembic_version"
    with database.read() as connection:
        return str(connection.execute(text(f"SELECT version_num FROM {table}")).scalar_one())  # noqa: S608


def copies(database: Database, backups: Path) -> list[str]:
    if database.is_sqlite:
        return sorted(path.name for path in backups.glob("*"))
    with database.read() as connection:
        return sorted(name for name in inspect(connection).get_schema_names() if "_copy_" in name)


def names_kept(database: Database, backups: Path, copy: str) -> list[str]:
    """Return the names of the leases in a copy."""
    if not database.is_sqlite:
        with database.read() as connection:
            return list(connection.execute(text(f'SELECT name FROM "{copy}".leases')).scalars())  # noqa: S608
    kept = sqlite3.connect(backups / copy)
    try:
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [name for (name,) in kept.execute("SELECT name FROM leases")]
    finally:
        kept.close()


def add_lease(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(leases).values(name="ours", holder="us", expires=1))


def test_a_new_database_has_every_table_and_no_copy(bare: Settings) -> None:
    database = open_database(bare)
    assert tables(database) == {*metadata.tables, "alembic_version"}
    assert version(database) == head()
    assert not (bare.data_dir / "backups").exists()


def test_a_second_start_changes_nothing(bare: Settings) -> None:
    add_lease(open_database(bare))
    close_databases()
    database = open_database(bare)
    with database.read() as connection:
        assert connection.execute(select(leases.c.name)).scalars().all() == ["ours"]
    assert copies(database, bare.data_dir / "backups") == []


def test_the_scripts_make_what_the_tables_say(bare: Settings) -> None:
    database = open_database(bare)
    options = {} if database.is_sqlite else {"options": f"-csearch_path={SCHEMA}"}
    engine = create_engine(database.url, connect_args=options)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert checks_made(connection) == {
            (table.name, str(check.name))
            for table in metadata.tables.values()
            for check in table.constraints
            if isinstance(check, CheckConstraint)
        }
        made = {index["name"] for table in metadata.tables for index in inspect(connection).get_indexes(table)}
        assert {str(index.name) for table in metadata.tables.values() for index in table.indexes} <= made | expressions(
            connection
        )
    engine.dispose()


def checks_made(connection: Connection) -> set[tuple[str, str]]:
    inspector = inspect(connection)
    return {
        (table, str(check["name"])) for table in metadata.tables for check in inspector.get_check_constraints(table)
    }


def expressions(connection: Connection) -> set[str]:
    """Return the indexes of SQLite by name: its inspector leaves out those on expressions."""
    if connection.dialect.name != "sqlite":
        return set()
    return set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'index'")).scalars())


@pytest.mark.slow
def test_many_processes_start_together_on_nothing(bare: Settings) -> None:
    program = """
        import os, sys
        from app.services.job_storage import get_job_storage
        print("ready", flush=True)
        sys.stdin.readline()
        print(get_job_storage().create_job({"job_id": str(os.getpid())})["status"])
    """
    with ExitStack() as stack:
        processes = [stack.enter_context(child(program)) for _ in range(4)]
        for process in processes:
            said(process)
        for process in processes:
            tell(process)
        assert [finish(process) for process in processes] == ["pending\n"] * 4
    database = open_database(bare)
    assert version(database) == head()
    assert copies(database, bare.data_dir / "backups") == []


def test_a_copy_is_kept_before_anything_changes(bare: Settings, tmp_path: Path) -> None:
    database = open_database(bare)
    add_lease(database)
    backups = tmp_path / "backups"
    migrate(database.reads, database.writes, backups, later_scripts(tmp_path, steps=2))
    assert version(database) == f"{NEWEST + 2:04}"
    assert {f"later{NEWEST + 1}", f"later{NEWEST + 2}"} <= tables(database)
    with database.read() as connection:
        assert connection.execute(select(leases.c.name)).all() == []
    (copy,) = copies(database, backups)
    assert head() in copy
    assert names_kept(database, backups, copy) == ["ours"]


def test_a_failure_half_way_leaves_the_old_state(bare: Settings, tmp_path: Path) -> None:
    database = open_database(bare)
    add_lease(database)
    before = tables(database)
    broken = later_scripts(tmp_path, last="raise ZeroDivisionError")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            migrate(database.reads, database.writes, tmp_path / "backups", broken)
    assert (version(database), tables(database)) == (head(), before)
    with database.read() as connection:
        assert connection.execute(select(leases.c.name)).scalars().all() == ["ours"]
    migrate(database.reads, database.writes, tmp_path / "backups", later_scripts(tmp_path))
    assert version(database) == f"{NEWEST + 1:04}"


def test_only_so_many_copies_are_kept(bare: Settings, tmp_path: Path) -> None:
    database = open_database(bare)
    backups = tmp_path / "backups"
    seen: list[str] = []
    for steps in range(1, COPIES_KEPT + 3):
        migrate(database.reads, database.writes, backups, later_scripts(tmp_path, steps=steps))
        seen += [copy for copy in copies(database, backups) if copy not in seen]
    assert len(seen) == COPIES_KEPT + 2
    assert copies(database, backups) == seen[-COPIES_KEPT:]


@pytest.mark.parametrize("written", ["9999", "0000", "strange"])
def test_a_database_of_another_version_is_left_alone(bare: Settings, tmp_path: Path, written: str) -> None:
    database = open_database(bare)
    with database.write() as connection:
        table = "alembic_version" if database.is_sqlite else f"{SCHEMA}.alembic_version"
        connection.execute(text(f"UPDATE {table} SET version_num = :written"), {"written": written})  # noqa: S608
    close_databases()
    with pytest.raises(EnvironmentProblem, match=f"newer version .schema {written}") as caught:
        open_database(bare)
    assert caught.value.instance_code == "database_newer"
    assert "backups" in caught.value.hint
    assert not (bare.data_dir / "backups").exists()


def test_what_a_killed_process_left_is_no_copy(settings: Settings, tmp_path: Path) -> None:
    database = open_database(settings)
    backups = tmp_path / "backups"
    backups.mkdir()
    (backups / ".schema-0001-20200101_000000_000000.db.tmp").write_bytes(b"half")
    (backups / "mine.txt").write_text("of a person")
    migrate(database.reads, database.writes, backups, later_scripts(tmp_path))
    other, copy = copies(database, backups)
    assert other == "mine.txt"
    assert copy.startswith(f"schema-{head()}-2")


def test_where_no_copy_can_be_made_nothing_is_changed(settings: Settings, tmp_path: Path) -> None:
    database = open_database(settings)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="must be copied") as caught:
        migrate(database.reads, database.writes, tmp_path / "file", later_scripts(tmp_path))
    assert "nothing was changed" in caught.value.hint
    assert version(database) == head()


def test_a_start_tells_nothing_of_migrations(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        open_database(settings)
    assert caplog.records == []
    assert (settings.data_dir / FILE_NAME).is_file()


@pytest.mark.slow
def test_nothing_appears_on_a_terminal(settings: Settings) -> None:
    program = """
        import logging
        logging.basicConfig(level=logging.INFO)
        from app.services.job_storage import get_job_storage
        get_job_storage().create_job({"job_id": "a"})
    """
    with child(program) as process:
        out, err = process.communicate()
    assert (out, err, process.returncode) == ("", "", 0)


def test_newest_is_the_last_script() -> None:
    names = sorted(path.name[:4] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))
    assert head() == names[-1]
    assert names == [f"{number:04}" for number in range(1, len(names) + 1)]


def test_what_an_older_version_wrote_is_there_after_the_change(bare: Settings, tmp_path: Path) -> None:
    first = tmp_path / "first"
    shutil.copytree(SCRIPTS, first, ignore=shutil.ignore_patterns("__pycache__", "000[2-9]*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.db.engine.migrate", lambda reads, writes, backups: migrate(reads, writes, backups, first))
        database = open_database(bare)
    assert version(database) == "0001"
    clip = (
        "INSERT INTO {place}clips (id, job_id, name, edit_identity, files, created_at) VALUES (:a, :b, :c, :d, :e, :f)"
    )
    told = {"a": "clip", "b": "job", "c": "Țară", "d": "edit", "e": "{}", "f": "2026-01-02 03:04:05"}
    with database.write() as connection:
        connection.execute(text(clip.format(place="" if database.is_sqlite else f"{SCHEMA}.")), told)
    migrate(database.reads, database.writes, tmp_path / "backups")
    assert version(database) == head()
    with database.read() as connection:
        (row,) = connection.execute(select(clips)).all()
    assert (row.name, row.state, row.version, row.notes, row.files) == ("Țară", "new", 1, [], {})
