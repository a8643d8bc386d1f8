"""The steps of a job: what runs now, how much of all is done, and how long each took."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from app.models.control import Control
from app.models.make import StepTime

Listener = Callable[[str, float], None]
"""Receives the name of the running step and the share of the whole job that is done, 0.0 to 1.0."""


class Steps:
    """Weighs steps by the seconds they are expected to take, so that one percentage covers the whole job."""

    def __init__(self, listen: Listener, control: Control) -> None:
        self._listen = listen
        self._control = control
        self._weights: dict[str, float] = {}
        self._done = 0.0
        self._times: dict[str, float] = {}

    @property
    def times(self) -> tuple[StepTime, ...]:
        """The wall seconds of every step so far, in order; steps of one name are added up."""
        return tuple(StepTime(step=name, seconds=round(seconds, 3)) for name, seconds in self._times.items())

    def plan(self, weights: Mapping[str, float]) -> None:
        """Say which steps are still to come and about how many seconds each takes; what is done stays done."""
        self._weights = dict(weights)

    @contextmanager
    def step(self, name: str) -> Iterator[Control]:
        """Run one step: gives the control that its work reports to. The step's weight is spent when it ends."""
        left = sum(self._weights.values())
        share = (1.0 - self._done) * (self._weights.pop(name, 0.0) / left if left else 0.0)
        start = self._done
        control = Control(lambda part: self._listen(name, start + share * part), self._control.event)
        control.check()
        self._listen(name, start)
        began = time.monotonic()
        try:
            yield control
        finally:
            self._times[name] = self._times.get(name, 0.0) + time.monotonic() - began
        self._done = start + share
        self._listen(name, self._done)
