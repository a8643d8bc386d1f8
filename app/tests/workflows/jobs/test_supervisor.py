"""A worker beside: started again when it dies, asked to stop, and its death for memory is known to its jobs."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from app.config import Settings, load_settings
from app.db.tables import executors, jobs
from app.db.types import clock
from app.tests.ground.children import until
from app.workflows.jobs.engine import State
from app.workflows.jobs.lease import boot_id, someone_standing
from app.workflows.jobs.submit import Desk
from app.workflows.jobs.supervisor import Supervisor, environment_of, oom_kills
from app.workflows.jobs.upkeep import OUT_OF_MEMORY, note_memory_deaths


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    """What the kernel tells of processes that it killed for memory."""
    place = tmp_path / "memory.events"
    place.write_text("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n")
    return place


@pytest.fixture
def supervisor(settings: Settings, counter: Path) -> Iterator[Supervisor]:
    one = Supervisor(settings, "private", (counter,))
    thread = threading.Thread(target=one.run, daemon=True)
    thread.start()
    yield one
    one.stop()
    thread.join(20)
    assert not thread.is_alive()


def _leases(desk: Desk) -> list[tuple[int, str, str]]:
    with desk.storage.database.read() as connection:
        query = select(executors.c.pid, executors.c.state, executors.c.note).order_by(executors.c.started)
        return [(row.pid, row.state, row.note) for row in connection.execute(query)]


@pytest.mark.slow
def test_a_worker_that_dies_is_started_again_under_a_new_lease(desk: Desk, supervisor: Supervisor) -> None:
    until(lambda: len(_leases(desk)) == 1)
    first = supervisor.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: len(_leases(desk)) == 2)
    assert supervisor.pid not in {None, first}
    assert [pid for pid, _, _ in _leases(desk)] == [first, supervisor.pid]
    until(lambda: _leases(desk)[0][1] == "dead")
    assert _leases(desk)[0][2] == "its process is gone"
    supervisor.stop()
    until(lambda: _leases(desk)[1][1] == "stopped")


@pytest.mark.slow
def test_a_worker_that_the_kernel_killed_for_memory_is_noted(desk: Desk, supervisor: Supervisor, counter: Path) -> None:
    until(lambda: len(_leases(desk)) == 1)
    counter.write_text(counter.read_text().replace("oom_kill 2", "oom_kill 3"))
    assert supervisor.pid is not None
    os.kill(supervisor.pid, signal.SIGKILL)
    until(lambda: len(_leases(desk)) == 2)
    assert _leases(desk)[0][1:] == ("dead", OUT_OF_MEMORY)


def test_counters_of_the_kernel(counter: Path, tmp_path: Path) -> None:
    assert oom_kills((counter,)) == 2
    assert oom_kills((tmp_path / "absent", counter)) == 2
    assert oom_kills((tmp_path / "absent",)) == 0


def test_a_child_has_the_very_same_settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings.model_copy(update={"max_parallel": 3, "lang": "ro", "lease_seconds": 25.5})
    for name, value in environment_of(chosen).items():
        monkeypatch.setenv(name, value)
    assert load_settings() == chosen


def _died_of_memory(desk: Desk, executor: str, workflow: str) -> None:
    """Have a worker die of memory while it ran `workflow`, and another one find out."""
    with desk.storage.database.write() as connection:
        connection.execute(
            insert(executors).values(
                id=executor, kind="standing", host="here", boot_id=boot_id(), pid_namespace="", pid=1, pid_start=1,
                state="dead", started=clock(), expires=clock(), note=OUT_OF_MEMORY,
            )
        )  # fmt: skip
    for _ in range(2):  # two who find out count it once
        note_memory_deaths(desk.storage, desk, [State(workflow, "PENDING", executor)])


def test_the_second_death_for_memory_ends_the_job_with_that_reason(any_desk: Desk) -> None:
    job_id = any_desk.submit("render", {})["job_id"]
    waiting = any_desk.submit("generate", {})["job_id"]
    with any_desk.storage.database.write() as connection:
        connection.execute(update(jobs).values(status="processing"))
    _died_of_memory(any_desk, "first", job_id)
    assert _deaths(any_desk, job_id) == 1
    assert (any_desk.storage.get_job(job_id) or {})["status"] == "processing"
    _died_of_memory(any_desk, "second", job_id)
    job = any_desk.storage.get_job(job_id)
    assert job is not None and (job["status"], job["error"]["code"]) == ("failed", "out_of_memory")
    _died_of_memory(any_desk, "third", waiting)
    assert _deaths(any_desk, waiting) == 0  # a job that only waits for its parts uses no memory
    assert any_desk.retry(job_id)["status"] == "pending"
    assert _deaths(any_desk, job_id) == 0


def _deaths(desk: Desk, job_id: str) -> int:
    with desk.storage.database.read() as connection:
        return int(connection.execute(select(jobs.c.memory_deaths).where(jobs.c.id == job_id)).scalar_one())


def test_nobody_stands_until_a_worker_does(any_desk: Desk) -> None:
    assert not someone_standing(any_desk.storage.database)
