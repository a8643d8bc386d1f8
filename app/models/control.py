"""How long work tells how far it is, and learns that it should stop."""

import threading
from collections.abc import Callable

from app.errors import Cancelled


class Control:
    """Progress and cancellation of one piece of work.

    `report` receives the share done, 0.0 to 1.0, and may be called from any thread. Long loops call `check`
    often: it raises `Cancelled` once `cancel` was called on this control or on any that shares its `event`. `found`
    receives shares that were there already.
    """

    def __init__(
        self,
        report: Callable[[float], None] | None = None,
        event: threading.Event | None = None,
        found: Callable[[float], None] | None = None,
    ) -> None:
        self._report = report
        self._found = found
        self.event = event or threading.Event()
        self._last = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self.event.is_set()

    def cancel(self) -> None:
        """Ask the work to stop."""
        self.event.set()

    def check(self) -> None:
        """Raise `Cancelled` when somebody asked to stop."""
        if self.cancelled:
            raise Cancelled("Stopped as asked; nothing half-made was kept.")

    def report(self, share: float) -> None:
        """Tell that `share` (0.0 to 1.0) is done."""
        self._last = min(1.0, max(0.0, share))
        if self._report is not None:
            self._report(self._last)

    def found(self, share: float) -> None:
        """Tell that `share` of all, which is reported as done too, was there already: it says nothing of the speed."""
        if self._found is not None:
            self._found(share)

    def alive(self) -> None:
        """Tell that the work goes on, and that no more of it is done: it waits for others."""
        self.report(self._last)

    def part(self, start: float, end: float) -> "Control":
        """Return a control whose 0.0 to 1.0 is `start` to `end` of this one; cancelling either cancels both."""
        length = end - start
        return Control(
            lambda share: self.report(start + length * share), self.event, lambda share: self.found(length * share)
        )
