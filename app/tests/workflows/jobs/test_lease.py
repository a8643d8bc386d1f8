"""Leases: who is alive, who is dead, and that the dead do not come back."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.db import Database
from app.db.tables import executors
from app.db.types import clock
from app.tests.ground.children import child, said, until
from app.workflows.jobs.lease import Kind, Lease, boot_id, forget_old, pid_namespace, reap, someone_standing, start_of


def state(database: Database, executor_id: str) -> tuple[str, str]:
    with database.read() as connection:
        row = connection.execute(select(executors).where(executors.c.id == executor_id)).one()
    return row.state, row.note


def expires_in(database: Database, executor_id: str) -> float:
    with database.read() as connection:
        query = select(executors.c.expires - clock()).where(executors.c.id == executor_id)
        return float(connection.execute(query).scalar_one())


def other(database: Database, executor_id: str, **columns: Any) -> str:
    """Register another executor: by default this very process on this very machine."""
    values = {
        "kind": "standing", "host": socket.gethostname(), "boot_id": boot_id(), "pid_namespace": pid_namespace(),
        "pid": os.getpid(), "pid_start": start_of(os.getpid()), "state": "alive", "started": clock(),
        "expires": clock() + 30, "note": "",
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(executors).values(id=executor_id, **{**values, **columns}))
    return executor_id


@pytest.fixture
def lost() -> threading.Event:
    return threading.Event()


@pytest.fixture
def lease(any_database: Database, lost: threading.Event) -> Iterator[Lease]:
    kind: Kind = "standing"
    one = Lease(any_database, kind=kind, lease_seconds=0.5, beat_seconds=0.1, lost=lost.set)
    yield one
    one.end()


def test_beats_keep_a_lease_alive_and_the_end_gives_it_back(any_database: Database, lease: Lease) -> None:
    lease.begin()
    before = expires_in(any_database, lease.executor_id)
    assert 0 < before <= 0.5
    until(lease.is_sure)  # its beats were good for longer than a lease
    assert expires_in(any_database, lease.executor_id) > 0
    assert someone_standing(any_database)
    lease.end()
    assert state(any_database, lease.executor_id) == ("stopped", "")
    assert not someone_standing(any_database)


def test_a_lease_that_was_taken_away_is_told_and_never_begins_again(
    any_database: Database, lease: Lease, lost: threading.Event
) -> None:
    lease.begin()
    with any_database.write() as connection:
        connection.execute(update(executors).values(state="dead", note="no sign of life"))
    assert lost.wait(20)
    assert state(any_database, lease.executor_id) == ("dead", "no sign of life")
    lease.end()
    assert state(any_database, lease.executor_id) == ("dead", "no sign of life")


def test_every_start_has_an_id_of_its_own(any_database: Database) -> None:
    stop = threading.Event().set
    ids = [Lease(any_database, kind="private", lease_seconds=1, beat_seconds=1, lost=stop).executor_id for _ in "abc"]
    assert len(set(ids)) == 3


def test_a_process_of_this_machine_that_is_gone_is_dead_at_once(any_database: Database) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    gone = other(any_database, "gone", pid=process.pid, pid_start=start_of(process.pid))
    reap(any_database, own_id="", sure=False)
    assert state(any_database, gone)[0] == "alive"
    process.kill()
    until(lambda: start_of(process.pid) is None)  # a zombie: nobody has asked how it ended
    reap(any_database, own_id="", sure=False)
    assert state(any_database, gone) == ("dead", "its process is gone")
    process.communicate()


def test_a_number_that_another_process_has_by_now_is_not_the_worker(any_database: Database) -> None:
    reused = other(any_database, "reused", pid_start=1)
    reap(any_database, own_id="", sure=False)
    assert state(any_database, reused)[0] == "dead"


@pytest.mark.parametrize("elsewhere", [{"host": "another"}, {"boot_id": "before"}, {"pid_namespace": "container"}])
def test_of_other_machines_only_the_lease_tells_and_only_to_who_is_sure(
    any_database: Database, elsewhere: dict[str, str]
) -> None:
    alive = other(any_database, "alive", pid=1, pid_start=1, **elsewhere)
    late = other(any_database, "late", pid=1, pid_start=1, expires=clock() - 1, **elsewhere)
    own = other(any_database, "own")
    reap(any_database, own_id="", sure=False)
    assert [state(any_database, one)[0] for one in (alive, late)] == ["alive", "alive"]
    reap(any_database, own_id=own, sure=True)
    assert [state(any_database, one)[0] for one in (alive, late)] == ["alive", "dead"]


def test_who_slept_itself_is_sure_of_nothing(any_database: Database) -> None:
    """After the machine slept every lease has run out: the first to wake must not say that the others are dead."""
    elsewhere = {"host": "another", "pid": 1, "pid_start": 1}
    late = other(any_database, "late", expires=clock() - 1, **elsewhere)
    own = other(any_database, "own", expires=clock() - 1)
    reap(any_database, own_id=own, sure=True)
    assert [state(any_database, one)[0] for one in (late, own)] == ["alive", "alive"]


def test_a_lease_that_ran_out_meanwhile_is_renewed_and_unsure(any_database: Database, lease: Lease) -> None:
    lease.begin()
    until(lease.is_sure)
    with any_database.write() as connection:
        connection.execute(update(executors).values(expires=clock() - 100))
    until(lambda: not lease.is_sure())
    until(lambda: expires_in(any_database, lease.executor_id) > 0)
    until(lease.is_sure)


def test_a_private_worker_does_not_stand(any_database: Database) -> None:
    other(any_database, "private", kind="private")
    other(any_database, "late", expires=clock() - 1)
    assert not someone_standing(any_database)
    other(any_database, "standing")
    assert someone_standing(any_database)


def test_a_lease_is_seen_by_another_process(any_database: Database, lease: Lease) -> None:
    lease.begin()
    program = """
        from app.config import load_settings
        from app.db import open_database
        from app.workflows.jobs.lease import someone_standing
        print(someone_standing(open_database(load_settings())), flush=True)
    """
    with child(program) as process:
        assert said(process) == "True"


def test_old_leases_are_forgotten_but_for_those_whose_work_is_left(any_database: Database) -> None:
    for name in ("old", "needed"):
        other(any_database, name, state="dead", expires=clock() - 90_000)
    other(any_database, "young", state="dead")
    other(any_database, "alive", expires=clock() - 90_000)
    with any_database.write() as connection:
        assert forget_old(connection, ["needed"]) == 1
        assert set(connection.execute(select(executors.c.id)).scalars()) == {"needed", "young", "alive"}


def test_when_a_process_began(tmp_path: Path) -> None:
    assert start_of(os.getpid()) == start_of(os.getpid()) is not None
    assert start_of(2**22 + 12345) is None
    assert boot_id() and pid_namespace()
