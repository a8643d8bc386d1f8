"""Waiting out a database that restarts, rather than failing a job for it."""

import time
from collections.abc import Callable
from typing import TypeVar

from app.errors import StorageError
from app.models.control import Control

T = TypeVar("T")

AWAY_SECONDS = 300.0
"""How long the database may be away before a job, or a command, gives up."""

_POLL_SECONDS = 0.3


def patiently(control: Control, call: Callable[[], T]) -> T:
    """Return what `call` returns, asking again while the database is away. Raises `Cancelled` when asked to stop."""
    deadline = time.monotonic() + AWAY_SECONDS
    while True:
        try:
            return call()
        except StorageError:
            control.check()
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)
