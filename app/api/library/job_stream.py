"""A job's events as server-sent events (the HTML standard, section 9.2)."""

import logging
import time
from collections.abc import AsyncIterator

from app.api.context import Context
from app.api.library.job_models import news
from app.errors import StorageError
from app.models.job import JobDict

log = logging.getLogger("edit_factory")

HEARTBEAT_SECONDS = 15.0
"""Proxies close connections that are silent; most after 30 to 60 s."""


async def stream(
    context: Context, job: JobDict, after: int, heartbeat: float = HEARTBEAT_SECONDS
) -> AsyncIterator[str]:
    """Yield the text of the stream: until the job has ended, or the server leaves, whichever comes first."""
    yield ": events of a job follow\n\n"  # at once, so that whoever listens knows that there is an answer
    spoke = time.monotonic()
    try:
        async for found in context.watch.follow(job["job_id"], after):
            for event in found:
                yield f"id: {event.number}\ndata: {news(event, job).model_dump_json()}\n\n"
            silent = not found and time.monotonic() - spoke > heartbeat
            if silent:
                yield ": still here\n\n"
            if silent or found:
                spoke = time.monotonic()
            if context.leaving:
                return
    except StorageError as error:  # the listener asks again, and goes on after the last event it had
        log.error("a stream of events ended: %s", error.message)
