"""Looks at the database and disk that many may ask for, often: one look serves all, and nobody waits long for one."""

import asyncio
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from fastapi.concurrency import run_in_threadpool

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds that somebody waits for a look: a database that hangs must not hold up whoever asks whether it does."""


class Glance(Generic[T]):
    """What `look`, a function that blocks, saw at most `seconds` ago."""

    def __init__(self, look: Callable[[], T], seconds: float) -> None:
        self._look = look
        self._seconds = seconds
        self._seen: T | None = None
        self._until = 0.0
        self._looking: asyncio.Task[T] | None = None

    async def seen(self) -> T | None:
        """Return what was seen; None when the look takes too long. Raises what the look raises."""
        if self._seen is not None and time.monotonic() < self._until:
            return self._seen
        task = self._looking
        if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
            task = self._looking = asyncio.create_task(self._anew())
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        return task.result() if done else None

    async def _anew(self) -> T:
        found = await run_in_threadpool(self._look)
        self._seen, self._until = found, time.monotonic() + self._seconds
        return found
