"""Asynchronous callers: the event loop turns and readers read while a writer holds the database."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.services.job_storage import JobStorage


@contextmanager
def held(storage: JobStorage, job_id: str) -> Iterator[threading.Event]:
    """Hold the job (on SQLite: the whole database) in a transaction of another thread until the event is set."""
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with storage.database.write() as connection:
            storage.rows.change(connection, job_id, {"held": True})
            holding.set()
            release.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait()
    try:
        yield release
    finally:
        release.set()
        thread.join()


@pytest.mark.store
def test_the_event_loop_turns_while_writers_wait(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a"})

    async def main(release: threading.Event) -> None:
        writers = [asyncio.ensure_future(any_storage.update_job_async("a", {f"w{i}": i})) for i in range(12)]
        for _ in range(30):
            await asyncio.sleep(0.01)
            assert not any(writer.done() for writer in writers)
        for _ in range(20):  # more writers wait than there are threads for them: readers have their own
            assert "held" not in (await any_storage.get_job_async("a") or {})
        assert len(await any_storage.list_jobs_async(status="pending")) == 1
        assert await any_storage.run_async(any_storage.count_jobs) == 1
        release.set()
        await asyncio.gather(*writers)

    with held(any_storage, "a") as release:
        asyncio.run(main(release))
    stored = any_storage.get_job("a") or {}
    assert {"held", *(f"w{i}" for i in range(12))} <= set(stored)
    assert stored["version"] == 14


@pytest.mark.store
def test_every_asynchronous_method_does_what_its_twin_does(any_storage: JobStorage) -> None:
    async def main() -> None:
        created = await any_storage.create_job_async({"job_id": "a"})
        assert await any_storage.get_job_async("a") == created
        updated = await any_storage.update_job_async("a", {"status": "completed"})
        assert await any_storage.list_jobs_async(status="completed") == [updated]
        assert await any_storage.delete_job_async("a") is True
        assert await any_storage.delete_job_async("a") is False
        await any_storage.create_job_async({"job_id": "b", "status": "failed"})
        assert await any_storage.cleanup_old_jobs_async(days=0) == 1

    asyncio.run(main())
