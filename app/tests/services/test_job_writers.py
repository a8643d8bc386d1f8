"""Jobs that outlive the process that made them, and writers that lose nothing of each other's."""

import json
import threading
from contextlib import ExitStack
from typing import Any

import pytest

from app.services.job_storage import JobStorage
from app.tests.ground.children import child, finish, said, tell

OPEN = """
    import sys, threading
    from app.services.job_storage import get_job_storage
    storage = get_job_storage()
"""


@pytest.mark.slow
@pytest.mark.store
def test_what_was_returned_outlives_kill_9(any_storage: JobStorage) -> None:
    program = (
        OPEN
        + """
    storage.create_job({"job_id": "kept", "name": "ț"})
    print("created", flush=True)
    sys.stdin.readline()
    storage.update_job("kept", {"status": "processing", "percentage": 40})
    print("updated", flush=True)
    sys.stdin.readline()
"""
    )
    with child(program) as process:
        assert said(process) == "created"
    assert (any_storage.get_job("kept") or {})["name"] == "ț"
    with child(program) as process:
        said(process)
        tell(process)
        assert said(process) == "updated"
    stored = any_storage.get_job("kept") or {}
    assert (stored["status"], stored["percentage"], stored["version"]) == ("processing", 40, 3)


@pytest.mark.slow
@pytest.mark.store
def test_processes_and_threads_lose_nothing(any_storage: JobStorage) -> None:
    """3 processes of 3 threads each make 20 changes: every key is there, and every change is counted and told once."""
    any_storage.create_job({"job_id": "a"})
    program = (
        OPEN
        + """
    def write(thread):
        for i in range(20):
            storage.update_job("a", {f"{NAME}-{thread}-{i}": i, "last": NAME})
    threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    print("ready", flush=True)
    sys.stdin.readline()
    [t.start() for t in threads]
    [t.join() for t in threads]
"""
    )
    with ExitStack() as stack:
        processes = [stack.enter_context(child(f"NAME = {name!r}\n" + _flat(program))) for name in "xyz"]
        for process in processes:
            assert said(process) == "ready"
        for process in processes:
            tell(process)
        for process in processes:
            finish(process)
    stored = any_storage.get_job("a") or {}
    assert {f"{name}-{thread}-{i}" for name in "xyz" for thread in range(3) for i in range(20)} <= set(stored)
    assert stored["version"] == 181
    events = any_storage.events("a")
    assert [event.number for event in events] == list(range(1, 182))
    assert len({json.dumps(event.data) for event in events}) == 181


@pytest.mark.slow
@pytest.mark.store
def test_two_processes_make_the_same_ids_at_once(any_storage: JobStorage) -> None:
    program = (
        OPEN
        + """
    print("ready", flush=True)
    sys.stdin.readline()
    for i in range(60):
        print(storage.create_job({"job_id": str(i), "by": NAME})["version"], flush=True)
"""
    )
    with ExitStack() as stack:
        processes = [stack.enter_context(child(f"NAME = {name!r}\n" + _flat(program))) for name in "xy"]
        for process in processes:
            said(process)
        for process in processes:
            tell(process)
        versions = [finish(process).split() for process in processes]
    assert [sorted(pair) for pair in zip(*versions, strict=True)] == [["1", "2"]] * 60
    assert {job["version"] for job in any_storage.list_jobs()} == {2}


@pytest.mark.store
def test_threads_make_and_remove_one_id(any_storage: JobStorage) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for i in range(25):
                any_storage.create_job({"job_id": "a", "by": number})
                any_storage.update_job("a", {"i": i})
                any_storage.delete_job("a")
        except BaseException as error:
            failures.append(error)

    in_threads(work, 4)
    assert failures == []
    assert any_storage.get_job("a") is None
    assert any_storage.events("a") == []


@pytest.mark.store
def test_many_threads_create_one_job_of_the_engine(any_storage: JobStorage) -> None:
    new: list[bool] = []

    def work(number: int) -> None:
        with any_storage.database.write() as connection:
            stored, is_new = any_storage.rows.create(connection, {"job_id": "a", "by": number}, workflow_id="a")
        assert stored["version"] == 1
        new.append(is_new)

    in_threads(work, 6)
    assert sorted(new) == [False] * 5 + [True]


def in_threads(work: Any, count: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _flat(program: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in program.splitlines())
