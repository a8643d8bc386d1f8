"""The tests' Postgres: databases of their own, stops and crashes survived, gone with the process that started it."""

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from app.tests.ground.children import child, said, until
from app.tests.ground.postgres import PostgresServer, short_folder


def test_a_database_is_empty_and_its_own(postgres_server: PostgresServer) -> None:
    first, second = postgres_server.fresh_database(), postgres_server.fresh_database()
    with postgres_server.connect(first) as one, postgres_server.connect(second) as other:
        one.execute("CREATE TABLE public.mine (id int)")
        assert other.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        postgres_server.drop(second)  # although somebody is connected
    copy = postgres_server.fresh_database(template=first)
    with postgres_server.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM public.mine").fetchone() == (0,)
    for name in (first, copy):
        postgres_server.drop(name)
        with postgres_server.connect() as connection:
            assert not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()


@pytest.mark.parametrize("crash", [False, True])
def test_what_was_committed_survives_a_restart(postgres_url: str, postgres_server: PostgresServer, crash: bool) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (id int)"))
    with engine.connect() as held:
        held.execute(text("INSERT INTO kept VALUES (1)"))
        postgres_server.restart(crash=crash)
        with pytest.raises(OperationalError):
            held.execute(text("SELECT 1"))
    engine.dispose()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar_one() == 0
    engine.dispose()


def test_nothing_answers_while_it_is_stopped(postgres_url: str, postgres_server: PostgresServer) -> None:
    postgres_server.stop()
    assert not postgres_server.is_running()
    engine = create_engine(postgres_url)
    with pytest.raises(OperationalError):
        engine.connect()
    postgres_server.start()
    engine.connect().close()
    engine.dispose()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
@pytest.mark.slow
def test_it_dies_with_the_process_that_started_it() -> None:
    program = """
        from app.tests.ground.postgres import PostgresServer, short_folder
        server = PostgresServer()
        print(server.folder, server._process.pid, flush=True)
        input()
    """
    with child(program) as parent:
        folder, pid = said(parent).split()
        server = psutil.Process(int(pid))
        os.kill(parent.pid, signal.SIGKILL)
        until(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)
    short_folder("ef-pg").rmdir()  # whoever comes next clears away what it left
    assert not Path(folder).exists()
