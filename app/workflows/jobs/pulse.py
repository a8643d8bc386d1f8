"""What a worker's running jobs tell and are told: progress into the database, and from it that they should stop."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select

from app.db.tables import jobs
from app.errors import StorageError
from app.models.control import Control
from app.models.job import TERMINAL
from app.services.job_storage import JobStorage

log = logging.getLogger("edit_factory")

WATCH_SECONDS = 0.2
"""How soon a cancelled job is noticed: with the 0.1 s that killing takes, well within the second that is promised."""

WRITE_SECONDS = 0.5
"""At most two writes of progress a second for each job."""


_TRUSTED = 0.1
"""How much of a job has to be done until its own speed counts as much as what was expected of it."""


@dataclass
class Pace:
    """How fast one run of a job is: it began at `began` (monotonic seconds) with the share `at` of the whole done.

    `share` is how far the run has come, `found` what of it was there already. `expected` is how many seconds the whole
    job would take by what this machine took for others, None when nobody knows.
    """

    at: float
    began: float = field(default_factory=time.monotonic)
    share: float = 0.0
    found: float = 0.0
    expected: float | None = None

    def remaining(self) -> float | None:
        """Return the seconds that are left; None before that can be told."""
        self.share = max(self.share, self.at)
        done, left = max(0.0, self.share - self.at - self.found), 1.0 - self.share
        elapsed = time.monotonic() - self.began
        if self.expected is not None:
            return round(left * (elapsed + self.expected * _TRUSTED) / (done + _TRUSTED), 1)
        return round(elapsed * left / done, 1) if done > 0.02 and elapsed > 1.0 else None


@dataclass
class Running:
    """One step that runs: its job, how far the whole job is (0 to 1), how fast, and what stops it."""

    job_id: str
    attempt: int
    label: str
    control: Control
    pace: Pace
    share: float
    alive: float = field(default_factory=time.monotonic)
    told: tuple[str, int, float | None] | None = None


class Pulse:
    """Two threads for all jobs of a worker: one reads which were ended, one writes how far they are."""

    def __init__(self, storage: JobStorage) -> None:
        self._storage = storage
        self._running: dict[int, Running] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, args=(self._watch, WATCH_SECONDS), name="watch", daemon=True),
            threading.Thread(target=self._loop, args=(self._write, WRITE_SECONDS), name="progress", daemon=True),
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End both threads."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=5.0)

    def stop_all(self) -> None:
        """Stop every step that runs, its processes with it."""
        for running in self._all():
            running.control.cancel()

    def silent(self, seconds: float) -> list[tuple[str, int]]:
        """Return the jobs, and their attempts, whose steps run here and gave no sign of life for `seconds`.

        By this machine's own monotonic clock: a laptop that slept has not kept its jobs waiting.
        """
        limit = time.monotonic() - seconds
        return [(running.job_id, running.attempt) for running in self._all() if running.alive < limit]

    @contextmanager
    def during(
        self, job_id: str, attempt: int, label: str, at: tuple[float, float], pace: Pace, floor: float
    ) -> Iterator[Control]:
        """Give the control of a step of the job that goes from share `at[0]` to `at[1]` of the whole.

        What is told never falls below `floor`, the share that a run before this one had come to.
        """
        length = at[1] - at[0]

        def report(share: float) -> None:
            pace.share = max(pace.share, at[0] + length * share)
            running.share = max(running.share, pace.share)
            running.alive = time.monotonic()

        def found(share: float) -> None:
            pace.found += length * share

        pace.share = max(pace.share, at[0])
        running = Running(job_id, attempt, label, Control(report, found=found), pace, max(at[0], floor))
        with self._lock:
            self._running[id(running)] = running
        try:
            yield running.control
        finally:
            with self._lock:
                del self._running[id(running)]

    def _all(self) -> list[Running]:
        with self._lock:
            return list(self._running.values())

    def _loop(self, work: Callable[[], None], seconds: float) -> None:
        while not self._stop.wait(seconds):
            try:
                work()
            except StorageError:  # the database is away: jobs go on, and the next turn tries again
                continue
            except Exception as error:  # a thread that ends would make cancelling deaf for good
                log.error("a turn of %s failed", work.__name__.strip("_"), exc_info=error)

    def _watch(self) -> None:
        running = self._all()
        if not running:
            return
        query = select(jobs.c.id, jobs.c.status, jobs.c.attempt).where(jobs.c.id.in_({r.job_id for r in running}))
        with self._storage.database.read() as connection:
            found = {row.id: row for row in connection.execute(query)}
        for one in running:
            row = found.get(one.job_id)
            if row is None or row.status in TERMINAL or row.attempt != one.attempt:
                one.control.cancel()

    def _write(self) -> None:
        for one in self._all():
            percentage = min(99, int(one.share * 100))  # 100 is for a job whose result has passed its check
            left = one.pace.remaining()
            if one.told is not None and one.told[:2] == (one.label, percentage) and not _is_news(left, one.told[2]):
                continue
            news = {"percentage": percentage, "progress": one.label, "estimated_remaining": left}
            kind = "step" if one.told is None else "progress"
            with self._storage.database.write() as connection:  # one each: who cancels locks several rows of a family
                self._storage.rows.change(
                    connection, one.job_id, news, kind=kind, only_open=True, attempt=one.attempt
                )  # fmt: skip
            one.told = (one.label, percentage, left)


def _is_news(left: float | None, told: float | None) -> bool:
    """Whether the time left is another than was told: by a fifth, and by more than a few seconds."""
    if left is None or told is None:
        return left != told
    return abs(left - told) > max(5.0, 0.2 * told)
