"""Listeners hear of changes by looks that they share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest
from sqlalchemy import delete, event

from app.db.tables import job_events
from app.errors import StorageError
from app.models.job import JobEvent
from app.services.job_storage import JobStorage
from app.services.job_watch import JobWatch


def run(body: Callable[[JobWatch], Awaitable[None]], storage: JobStorage) -> None:
    async def main() -> None:
        await asyncio.wait_for(body(JobWatch(storage)), timeout=60)

    asyncio.run(main())


async def heard(followed: AsyncIterator[list[JobEvent]]) -> list[int]:
    """The numbers of all events until the end."""
    return [event.number async for found in followed for event in found]


async def news(followed: AsyncIterator[list[JobEvent]]) -> list[int]:
    """The numbers of the next events."""
    while not (found := await anext(followed)):
        pass
    return [event.number for event in found]


def test_events_come_as_they_happen_until_the_job_has_ended(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a"})

    async def body(watch: JobWatch) -> None:
        followed = watch.follow("a")
        assert await news(followed) == [1]
        assert await anext(followed) == []
        await any_storage.update_job_async("a", {"percentage": 10})
        assert await news(followed) == [2]
        await any_storage.update_job_async("a", {"status": "failed"})
        assert await heard(followed) == [3]

    run(body, any_storage)


@pytest.mark.parametrize(("after", "expected"), [(0, [1, 2, 3]), (2, [3]), (3, []), (99, [1, 2, 3])])
def test_a_listener_begins_where_it_was(storage: JobStorage, after: int, expected: list[int]) -> None:
    storage.create_job({"job_id": "a"})
    storage.update_job("a", {"percentage": 10})
    storage.update_job("a", {"status": "completed"})

    async def body(watch: JobWatch) -> None:
        assert await heard(watch.follow("a", after)) == expected

    run(body, storage)


def test_it_ends_for_a_job_that_there_is_not_or_no_longer(storage: JobStorage) -> None:
    storage.create_job({"job_id": "a"})

    async def body(watch: JobWatch) -> None:
        assert await heard(watch.follow("no such")) == []
        assert await heard(watch.follow("no\0such")) == []
        followed = watch.follow("a")
        assert await news(followed) == [1]
        await storage.delete_job_async("a")
        assert await heard(followed) == []

    run(body, storage)


def test_more_events_than_one_answer_holds_come_all_the_same(storage: JobStorage) -> None:
    storage.create_job({"job_id": "a"})
    with storage.database.write() as connection:
        for number in range(1100):
            storage.rows.change(connection, "a", {"percentage": number / 11}, kind="progress")
    storage.update_job("a", {"status": "completed"})

    async def body(watch: JobWatch) -> None:
        assert await heard(watch.follow("a")) == list(range(1, 1103))

    run(body, storage)


def test_an_end_whose_event_is_gone_is_an_end(storage: JobStorage) -> None:
    storage.create_job({"job_id": "a", "status": "completed"})
    with storage.database.write() as connection:
        connection.execute(delete(job_events))

    async def body(watch: JobWatch) -> None:
        assert await heard(watch.follow("a")) == []

    run(body, storage)


def test_many_listeners_share_their_looks(storage: JobStorage) -> None:
    for number in range(600):
        storage.create_job({"job_id": f"job {number}"})
    asked = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    async def body(watch: JobWatch) -> None:
        followers = [watch.follow(f"job {number % 600}", 1) for number in range(1200)]
        await asyncio.gather(*map(anext, followers))
        event.listen(storage.database.reads, "before_cursor_execute", note)
        for _ in range(3):
            assert await asyncio.gather(*map(anext, followers)) == [[]] * 1200
        event.remove(storage.database.reads, "before_cursor_execute", note)

    run(body, storage)
    assert len([statement for statement in asked if "jobs.version" in statement]) <= 40


def test_nothing_is_kept_of_listeners_that_have_left(storage: JobStorage) -> None:
    storage.create_job({"job_id": "a"})

    async def body(watch: JobWatch) -> None:
        async with aclosing(watch.follow("a")) as followed:  # type: ignore[type-var]
            await anext(followed)
        assert not watch._listeners and not watch._states
        waiting = asyncio.create_task(heard(watch.follow("a")))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not watch._listeners

    run(body, storage)


def test_a_database_that_is_away_is_told_to_each(storage: JobStorage) -> None:
    storage.create_job({"job_id": "a"})

    async def body(watch: JobWatch) -> None:
        followers = [watch.follow("a") for _ in range(3)]
        for followed in followers:
            await anext(followed)
        with storage.database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE jobs RENAME TO gone")
        told = await asyncio.gather(*map(heard, followers), return_exceptions=True)
        assert [type(error) for error in told] == [StorageError] * 3

    run(body, storage)
