"""Real worker processes for chaos: forked from one that has loaded everything, so that starting one costs little.

A worker can be told to kill itself, once, at named points: `before`, `in` and `after` each step and transaction.
`in` is the worst one: the work is done, and nobody has noted it.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from app.tests.ground.children import until
from app.workflows.jobs.lease import start_of

FAST = {"EDIT_FACTORY_LEASE_SECONDS": "2", "EDIT_FACTORY_BEAT_SECONDS": "0.4"}
"""Short leases: a dead or sleeping worker is noticed within about 2 s."""

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["app.workflows.catalogue", "app.workflows.jobs.worker", "app.tests.chaos.trial"])


OURS = ("EDIT_FACTORY_", "SUPABASE_", "DATABASE_URL", "PYTHONPATH", "COUNTING_")


def environment() -> dict[str, str]:
    """Return the variables that make a process use this test's data folder and database, with short leases."""
    return {**{name: value for name, value in os.environ.items() if name.startswith(OURS)}, **FAST}


def set_environment(variables: dict[str, str]) -> None:
    """Have these variables, and none of ours that the process from which all are forked was started with."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    os.environ.update(variables)


class Workers:
    """Starts workers with this process' environment, and ends all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.all: list[BaseProcess] = []

    def start(self, kill_at: tuple[str, ...] = ()) -> BaseProcess:
        """Start one; it kills itself at the first of `kill_at` that no worker was killed at yet."""
        process = context.Process(target=work, args=(environment(), kill_at, self._folder))
        process.start()
        self.all.append(process)
        return process

    def keep_running(self, kill_at: tuple[str, ...], done: Callable[[], bool]) -> int:
        """Start a worker again whenever it dies, until `done`; return how many died."""
        worker = self.start(kill_at)
        deaths = 0

        def ended() -> bool:
            nonlocal worker, deaths
            if not worker.is_alive():
                deaths += 1
                worker = self.start(kill_at)
            return done()

        until(ended)
        return deaths

    def points(self) -> list[str]:
        """Return the points that workers have come by, each once, in order."""
        log = self._folder / "points"
        return list(dict.fromkeys(log.read_text(encoding="utf-8").split())) if log.exists() else []

    def killed_at(self) -> set[str]:
        """Return the points at which a worker killed itself."""
        return {place.name.removeprefix("killed-").replace(" ", "/") for place in self._folder.glob("killed-*")}

    def kill_all(self) -> None:
        """End every worker, with all it started."""
        for process in self.all:
            if process.pid is not None and start_of(process.pid) is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGCONT)
                    os.kill(process.pid, signal.SIGKILL)
            process.join()


@contextmanager
def workers_in(folder: Path) -> Iterator[Workers]:
    """Give workers, and end all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    workers = Workers(folder)
    try:
        yield workers
    finally:
        workers.kill_all()


def work(variables: dict[str, str], kill_at: tuple[str, ...], folder: Path) -> None:
    """Be a worker process."""
    os.setsid()
    set_environment(variables)
    sys.path[:0] = [place for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place]
    _be_killed(kill_at, folder)
    from app.config import load_settings  # noqa: PLC0415 - in the child only
    from app.tests.chaos import trial  # noqa: PLC0415
    from app.workflows.jobs import worker  # noqa: PLC0415

    queues = vars(worker)["queues"]
    vars(worker)["queues"] = lambda machine: [*queues(machine), trial.QUEUE]
    log = os.open(folder / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    worker.run_worker(load_settings(), "standing")


def _be_killed(kill_at: tuple[str, ...], folder: Path) -> None:
    """Come by a point before, in and after each step, and die there when that is wanted."""
    from app.workflows.jobs import engine, run  # noqa: PLC0415 - in the child only

    kinds = threading.local()
    started = run.JobRun.__init__

    def named(job: Any, job_id: str, *given: Any) -> None:
        started(job, job_id, *given)
        kinds.name = (job.worker.storage.get_job(job_id) or {}).get("job_type", "gone")

    run.JobRun.__init__ = named  # type: ignore[method-assign, assignment]
    in_step, in_transaction = engine.in_step, engine.in_transaction

    def point(name: str) -> None:
        with (folder / "points").open("a", encoding="utf-8") as log:
            log.write(name + "\n")
        if name in kill_at:
            with contextlib.suppress(FileExistsError):
                (folder / f"killed-{name.replace('/', ' ')}").touch(exist_ok=False)
                os.kill(os.getpid(), signal.SIGKILL)

    def around(run: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(name: str, work: Callable[..., Any]) -> Any:
            step = f"{kinds.name}/{name}"

            def body(*given: Any) -> Any:
                answer = work(*given)
                point(f"in:{step}")
                return answer

            point(f"before:{step}")
            answer = run(name, body)
            point(f"after:{step}")
            return answer

        return wrapped

    engine.in_step, engine.in_transaction = around(in_step), around(in_transaction)
