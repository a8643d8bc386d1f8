"""Fixtures that give a test a database of its own: once SQLite, once Postgres."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings, load_settings
from app.db import Database, open_database
from app.db.engine import FILE_NAME
from app.services.job_storage import JobStorage
from app.tests.ground.postgres import PostgresServer


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database of today's schema: copying it is quicker than making one for each test."""
    file = tmp_path_factory.mktemp("made") / FILE_NAME
    Database(f"sqlite:///{file}", file.parent).close()
    return file


@pytest.fixture(scope="session")
def made_postgres(session_postgres: PostgresServer) -> str:
    """The name of an empty database of today's schema on the Postgres server."""
    name = session_postgres.fresh_database()
    Database(session_postgres.url(name), session_postgres.folder).close()
    return name


@pytest.fixture(params=["sqlite", "postgres"])
def any_settings(request: pytest.FixtureRequest, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings that name an empty database, in the environment as well, so that child processes use the same one.

    Tests that use it run on both databases and get the mark `store`.
    """
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("made_sqlite"), data_dir / FILE_NAME)
        yield load_settings()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.fresh_database(request.getfixturevalue("made_postgres"))
    monkeypatch.setenv("DATABASE_URL", server.url(name))
    yield load_settings()
    server.drop(name)


@pytest.fixture
def any_database(any_settings: Settings) -> Database:
    """An empty database, opened."""
    return open_database(any_settings)


@pytest.fixture
def any_storage(any_settings: Settings) -> JobStorage:
    """A storage without jobs."""
    return JobStorage(any_settings)


@pytest.fixture
def storage(settings: Settings) -> JobStorage:
    """A storage without jobs on SQLite, for what does not depend on the database."""
    return JobStorage(settings)
