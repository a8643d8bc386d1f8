"""A job's events as server-sent events (the HTML standard, section 9.2)."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from app.api.context import Context
from app.api.library.job_models import news
from app.errors import StorageError
from app.models.job import JobDict, JobEvent

log = logging.getLogger("edit_factory")

HEARTBEAT_SECONDS = 15.0
"""Proxies close connections that are silent; most after 30 to 60 s."""


async def stream(
    context: Context, job: JobDict, after: int, heartbeat: float = HEARTBEAT_SECONDS
) -> AsyncIterator[str]:
    """Yield the text of the stream: until the job has ended, or the server leaves, whichever comes first."""
    yield ": events of a job follow\n\n"  # at once, so that whoever listens knows that there is an answer
    events = context.storage.subscribe_async(job["job_id"], after)
    leaving = asyncio.ensure_future(context.leaving.wait())
    coming = asyncio.ensure_future(_next(events))
    try:
        while not leaving.done():
            await asyncio.wait({coming, leaving}, timeout=heartbeat, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                if not leaving.done():
                    yield ": still here\n\n"
                continue
            event = coming.result()
            if event is None:
                return
            yield f"id: {event.number}\ndata: {news(event, job).model_dump_json()}\n\n"
            coming = asyncio.ensure_future(_next(events))
    except StorageError as error:  # the listener asks again, and goes on after the last event it had
        log.error("a stream of events ended: %s", error.message)
    finally:
        for task in (coming, leaving):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, StorageError):
            await coming


async def _next(events: AsyncIterator[JobEvent]) -> JobEvent | None:
    return await anext(events, None)
