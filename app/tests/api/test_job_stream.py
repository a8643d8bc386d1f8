"""A job's events as they happen: in order, resumed, kept alive, and ended."""

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.api.context import Context
from app.api.library.job_stream import stream
from app.tests.api.conftest import Ask
from app.tests.api.serving import JOBS

FIRST = ": events of a job follow\n\n"


def made(context: Context, **job: Any) -> dict[str, Any]:
    return context.storage.create_job({"job_id": "a", **job})


def numbers(text: str) -> list[int]:
    return [int(line.removeprefix("id: ")) for line in text.splitlines() if line.startswith("id: ")]


def grown(context: Context) -> None:
    """A job with five events, the last of which is its end."""
    made(context)
    for percentage in (25, 50, 75):
        context.storage.update_job("a", {"percentage": percentage})
    context.storage.update_job("a", {"status": "completed", "percentage": 100})


def test_an_ended_job_s_events_are_told_in_order_and_the_stream_ends(ask: Ask, context: Context) -> None:
    grown(context)
    answer = ask("GET", f"{JOBS}/a/events")
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert numbers(answer.text) == [1, 2, 3, 4, 5]
    told = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert [event["data"].get("percentage") for event in told] == [None, 25, 50, 75, 100]
    assert [event["number"] for event in told] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"headers": {"Last-Event-ID": "3"}}, [4, 5]),
        ({"params": {"after": "3"}}, [4, 5]),
        ({"params": {"after": "1"}, "headers": {"Last-Event-ID": "4"}}, [5]),
        ({"params": {"after": "4"}, "headers": {"Last-Event-ID": "no number"}}, [5]),
        ({"params": {"after": "9999999999999999999999"}}, [1, 2, 3, 4, 5]),  # of a job that had this id before
    ],
)
def test_a_listener_goes_on_where_it_was(
    ask: Ask, context: Context, asked: dict[str, Any], expected: list[int]
) -> None:
    grown(context)
    assert numbers(ask("GET", f"{JOBS}/a/events", **asked).text) == expected


def test_a_browser_that_has_heard_everything_is_told_to_stop(ask: Ask, context: Context) -> None:
    grown(context)
    answer = ask("GET", f"{JOBS}/a/events", headers={"Last-Event-ID": "5"})
    assert (answer.status_code, answer.text) == (204, "")


def test_a_negative_number_is_refused(ask: Ask, context: Context) -> None:
    made(context)
    assert ask("GET", f"{JOBS}/a/events", params={"after": "-1"}).json()["subject"] == "after"


def in_loop(context: Context, body: Callable[[AsyncIterator[str]], Awaitable[None]], heartbeat: float = 60) -> None:
    """Run `body` with the stream of job `a`."""

    async def main() -> None:
        job = context.storage.get_job("a")
        assert job is not None
        await asyncio.wait_for(body(stream(context, job, 0, heartbeat)), timeout=60)

    asyncio.run(main())


async def begun(told: AsyncIterator[str]) -> None:
    """Hear that there is a stream, and its first event."""
    assert await anext(told) == FIRST
    assert numbers(await anext(told)) == [1]


def test_events_come_as_they_happen(context: Context) -> None:
    made(context)

    async def body(told: AsyncIterator[str]) -> None:
        await begun(told)
        for percentage in (10, 20):
            await context.storage.update_job_async("a", {"percentage": percentage})
            assert f'"percentage":{percentage}' in await anext(told)
        await context.storage.update_job_async("a", {"status": "failed", "error": {"code": "x", "message": "it broke"}})
        assert '"message":"it broke"' in await anext(told)
        assert [part async for part in told] == []

    in_loop(context, body)


def test_a_silent_stream_is_kept_alive(context: Context) -> None:
    made(context)

    async def body(told: AsyncIterator[str]) -> None:
        parts = [await anext(told) for _ in range(8)]
        assert parts.count(": still here\n\n") == 6
        assert numbers("".join(parts)) == [1]
        await context.storage.update_job_async("a", {"status": "completed"})
        assert numbers("".join([part async for part in told])) == [2]

    in_loop(context, body, heartbeat=0.02)


def test_a_stream_ends_when_the_server_leaves(context: Context) -> None:
    made(context)

    async def body(told: AsyncIterator[str]) -> None:
        await begun(told)
        context.leaving = True
        assert [part async for part in told] == []

    in_loop(context, body)


def test_a_stream_ends_when_its_job_is_removed(context: Context) -> None:
    made(context)

    async def body(told: AsyncIterator[str]) -> None:
        await begun(told)
        await context.storage.delete_job_async("a")
        assert [part async for part in told] == []

    in_loop(context, body)


def test_a_stream_ends_when_the_database_is_away(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    made(context)

    async def body(told: AsyncIterator[str]) -> None:
        await begun(told)
        with context.storage.database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE jobs RENAME TO gone")
        assert [part async for part in told] == []

    in_loop(context, body)
    assert "a stream of events ended" in caplog.text


def test_many_listen_at_once_and_none_holds_a_thread(context: Context) -> None:
    made(context)

    async def follow(started: asyncio.Semaphore) -> list[int]:
        job = context.storage.get_job("a")
        assert job is not None
        told = stream(context, job, 0)
        parts = [await anext(told), await anext(told)]
        started.release()
        return numbers("".join(parts + [part async for part in told]))

    async def main() -> None:
        started = asyncio.Semaphore(0)
        followers = [asyncio.create_task(follow(started)) for _ in range(200)]
        for _ in followers:
            await started.acquire()
        assert await context.storage.get_job_async("a") is not None  # others are answered meanwhile
        for number in itertools.count(1):
            await context.storage.update_job_async("a", {"percentage": number})
            if number == 3:
                break
        await context.storage.update_job_async("a", {"status": "completed"})
        assert await asyncio.gather(*followers) == [[1, 2, 3, 4, 5]] * 200

    asyncio.run(main())


def test_nothing_is_left_of_a_listener_that_hangs_up(app: FastAPI, context: Context) -> None:
    made(context)

    async def main() -> None:
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, ws="none"))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            serving = asyncio.create_task(server._serve([listening]))
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=address) as client:
                async with client.stream("GET", f"{JOBS}/a/events") as answer:
                    assert (await anext(answer.aiter_text())).startswith(FIRST)
                    while not context.watch._listeners:
                        await asyncio.sleep(0.01)
                while context.watch._listeners:
                    await asyncio.sleep(0.01)
            server.should_exit = True
            await serving

    asyncio.run(asyncio.wait_for(main(), timeout=60))
