"""Fixtures that bring real servers: Postgres, and Supabase's REST interface on it."""

from collections.abc import Iterator

import pytest

from app.tests.ground.postgres import PostgresServer
from app.tests.ground.supabase import Supabase, supabase_project


@pytest.fixture(scope="session")
def session_postgres() -> Iterator[PostgresServer]:
    """The Postgres server of this process's tests."""
    server = PostgresServer()
    try:
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_server(session_postgres: PostgresServer) -> Iterator[PostgresServer]:
    """The server, for tests that stop and start it: it runs again after them."""
    session_postgres.start()
    yield session_postgres
    session_postgres.start()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database, which is dropped after the test."""
    name = postgres_server.fresh_database()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def supabase(postgres_server: PostgresServer) -> Iterator[Supabase]:
    """A Supabase project with our schema and no rows."""
    with supabase_project(postgres_server) as project:
        yield project
