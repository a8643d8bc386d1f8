"""The worker process: takes jobs from the queues, gives signs of life, takes over from the dead, tidies up."""

import contextlib
import logging
import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType

import psutil

from app.config import Settings
from app.errors import StorageError
from app.services.job_storage import JobStorage
from app.services.supabase_mirror import end_mirrors, mirror_for
from app.services.webhook_sender import Sender
from app.workflows.jobs import upkeep
from app.workflows.jobs.engine import Runtime, client_for
from app.workflows.jobs.kinds import Machine, queues
from app.workflows.jobs.lease import Kind, Lease, living, reap
from app.workflows.jobs.pulse import Pulse
from app.workflows.jobs.run import Worker, set_worker
from app.workflows.jobs.submit import Desk

log = logging.getLogger("edit_factory")

TICK_SECONDS = 1.0
LEAVING_SECONDS = 10.0
"""What a worker that is asked to stop may take to hand its work over."""

STATUS_LOST = 75
"""Exit status of a worker that others took for dead (EX_TEMPFAIL): start another one."""


class WorkerProcess:
    """One worker, from its lease to its end. `run` returns when a signal, or `leave`, asked it to stop."""

    def __init__(self, settings: Settings, kind: Kind) -> None:
        import app.workflows.catalogue  # noqa: PLC0415, F401 - every workflow must be known before the engine runs

        self._settings = settings
        self._storage = JobStorage(settings)
        self._desk = Desk(self._storage, settings)
        self._leaving = threading.Event()
        self._pulse = Pulse(self._storage)
        self._lease = Lease(
            self._storage.database,
            kind=kind,
            lease_seconds=settings.lease_seconds,
            beat_seconds=settings.beat_seconds,
            lost=self._lost,
        )
        self._worker = Worker(settings, self._storage, self._desk, self._pulse, self._leaving, self._put_back)
        self._client = client_for(self._storage.database)
        self._stranded: set[str] = set()

    def run(self) -> None:
        """Work until asked to stop."""
        set_worker(self._worker)
        self._lease.begin()
        mirror = mirror_for(self._settings)
        if mirror is not None:
            mirror.start()
        sender = Sender(self._settings)
        sender.start()
        self._runtime = Runtime(self._storage.database, self._lease.executor_id, queues(machine()))
        with self._storage.database.write() as connection:
            self._client.adopt_old_versions(connection)
        self._pulse.start()
        log.info("worker %s is ready", self._lease.executor_id)
        while not self._leaving.wait(TICK_SECONDS):
            try:
                self._tick()
            except StorageError:  # the database is away: the next tick tries again
                continue
            except Exception as error:  # a worker that looks alive and looks after nothing is the worst of all
                log.error("the upkeep failed", exc_info=error)
        self._hand_over()
        sender.stop()

    def leave(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Ask the worker to stop and hand over what it has not finished; also a handler of signals."""
        self._leaving.set()

    def _tick(self) -> None:
        reap(self._storage.database, own_id=self._lease.executor_id, sure=self._lease.is_sure())
        taken = self._take_over()
        if taken:
            log.warning("took over %d jobs of workers that are gone", taken)
        upkeep.reconcile(self._storage, self._client, self._desk)
        seconds = self._settings.stall_seconds
        upkeep.end_stalled(self._storage, self._desk, self._pulse.silent(seconds), seconds)
        upkeep.submit_daily_cleanup(self._desk)

    def _take_over(self) -> int:
        """Put work back into its queues: of the dead and unknown, and what is mine but does not run here.

        A worker has a lease before it takes anything, so that whoever has work and no lease is dead.
        """
        with self._storage.database.read() as connection:
            running = self._client.running(connection)
            alive = living(connection)
        here, mine = self._runtime.here(), self._lease.executor_id
        lost = {state.executor_id for state in running if state.executor_id} - alive - {mine}
        upkeep.note_memory_deaths(self._storage, self._desk, [state for state in running if state.executor_id in lost])
        stranded = {state.id for state in running if state.executor_id == mine} - here
        twice = stranded & self._stranded  # what was claimed a moment ago has perhaps not begun yet
        self._stranded = stranded
        return self._runtime.take_over(sorted(lost)) + sum(self._runtime.put_back(job, mine) for job in twice)

    def _put_back(self, workflow_id: str) -> bool:
        return self._runtime.put_back(workflow_id, self._lease.executor_id)

    def _hand_over(self) -> None:
        """Stop what runs, give the lease back and leave: others (or the next start) go on from the last step."""
        self._runtime.stop_taking()
        deadline = time.monotonic() + LEAVING_SECONDS
        while not self._is_still() and time.monotonic() < deadline:
            self._pulse.stop_all()
            time.sleep(0.05)
        self.kill_children()
        with contextlib.suppress(Exception):  # then others take over what is left
            self._runtime.hand_over(self._lease.executor_id)
        end_mirrors()
        self._lease.end()
        log.info("worker %s has stopped", self._lease.executor_id)

    def _is_still(self) -> bool:
        """Whether no job of this process does anything any more: each has ended or is parked."""
        return len(self._runtime.here()) <= len(self._worker.parked) and not self._children()

    def _lost(self) -> None:
        """Others took this worker for dead and have its work: end at once, with every process it started."""
        log.error("this worker was taken for dead (was the machine asleep?) and ends; another one starts")
        self.kill_children()
        os._exit(STATUS_LOST)

    @staticmethod
    def _children() -> list[psutil.Process]:
        return psutil.Process().children(recursive=True)

    def kill_children(self) -> None:
        """End every process that this one has started."""
        for child in self._children():
            with contextlib.suppress(psutil.Error):
                child.kill()


def run_worker(settings: Settings, kind: Kind) -> None:
    """Run a worker in this process until SIGTERM or SIGINT; never returns, since threads of stopped work remain."""
    worker = WorkerProcess(settings, kind)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.leave)
    status = 1
    try:
        worker.run()
        status = 0
    except Exception as error:
        log.error("the worker broke", exc_info=error)
    finally:  # threads of stopped work remain, which must not keep it half alive
        worker.kill_children()
        logging.shutdown()
        os._exit(status)


def machine() -> Machine:
    """Return what this process may use: its cores, and the memory of the machine or of its control group."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit = _group_limit()
    total = psutil.virtual_memory().total
    return Machine(cores, int(min(total, limit or total)) >> 20)


def _group_limit() -> int | None:
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return int(Path(name).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
    return None
