"""Events: numbered, in order, told to whoever listens in any process until the job has ended."""

import asyncio
import threading

import pytest

from app.models.job import JobEvent
from app.services.job_storage import JobStorage
from app.tests.ground.children import child, finish, said, until


@pytest.mark.store
def test_every_change_is_told_in_order(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a", "progress": "Queued"})
    any_storage.update_job("a", {"status": "processing", "percentage": 3})
    any_storage.create_job({"job_id": "b"})
    any_storage.create_job({"job_id": "a", "status": "failed"})
    found = any_storage.events("a")
    assert [(event.number, event.kind, event.data) for event in found] == [
        (1, "created", {"status": "pending", "progress": "Queued"}),
        (2, "updated", {"status": "processing", "percentage": 3}),
        (3, "replaced", {"status": "failed", "progress": None}),
    ]
    assert found[0].created_at <= found[1].created_at <= found[2].created_at
    assert any_storage.events("a", after=2) == found[2:]
    assert any_storage.events("a", limit=2) == found[:2]
    assert any_storage.events("a", after=2**70) == []
    assert any_storage.events("a", after=-(2**70)) == found


@pytest.mark.store
def test_a_subscription_ends_with_the_job(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a"})
    heard: list[JobEvent] = []
    listener = threading.Thread(target=lambda: heard.extend(any_storage.subscribe("a")))
    listener.start()
    for i in range(5):
        any_storage.update_job("a", {"i": i})
    any_storage.update_job("a", {"status": "completed"})
    listener.join()
    assert heard == any_storage.events("a")
    assert list(any_storage.subscribe("a", after=5)) == heard[5:]
    assert list(any_storage.subscribe("a", after=7)) == []


@pytest.mark.store
def test_a_subscription_ends_when_the_job_is_gone_or_nobody_listens(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a"})
    heard: list[JobEvent] = []
    listener = threading.Thread(target=lambda: heard.extend(any_storage.subscribe("a")))
    listener.start()
    until(lambda: len(heard) == 1)
    any_storage.delete_job("a")
    listener.join()
    assert list(any_storage.subscribe("b", stop=lambda: True)) == []


@pytest.mark.store
def test_more_events_than_one_answer_holds(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a"})
    with any_storage.database.write() as connection:
        for i in range(1100):
            any_storage.rows.change(connection, "a", {"i": i}, kind="progress")
        any_storage.rows.change(connection, "a", {"status": "completed"})
    assert [event.number for event in any_storage.subscribe("a")] == list(range(1, 1103))


@pytest.mark.store
def test_another_job_of_the_same_id_is_told_from_its_beginning(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a"})
    any_storage.update_job("a", {"x": 1})
    any_storage.delete_job("a")
    any_storage.create_job({"job_id": "a", "status": "completed"})
    assert [event.number for event in any_storage.subscribe("a", after=2)] == [1]


@pytest.mark.store
def test_an_asynchronous_subscription_hears_the_same(any_storage: JobStorage) -> None:
    async def listen() -> list[int]:
        await any_storage.create_job_async({"job_id": "a"})
        heard = []
        async for event in any_storage.subscribe_async("a"):
            heard.append(event.number)
            if event.number < 4:
                await any_storage.update_job_async("a", {"n": event.number})
            elif event.number == 4:
                await any_storage.update_job_async("a", {"status": "failed"})
        return heard

    assert asyncio.run(listen()) == [1, 2, 3, 4, 5]


@pytest.mark.slow
@pytest.mark.store
def test_another_process_hears_them(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a"})
    with child(
        """
        from app.services.job_storage import get_job_storage
        for event in get_job_storage().subscribe("a"):
            print(event.number, event.kind, flush=True)
        """
    ) as process:
        assert said(process) == "1 created"
        any_storage.update_job("a", {"percentage": 50})
        assert said(process) == "2 updated"
        any_storage.update_job("a", {"status": "cancelled"})
        assert finish(process) == "3 updated\n"
