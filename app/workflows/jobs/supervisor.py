"""A worker as a child process: started, started again when it dies, and asked to stop; why it died is looked at."""

import contextlib
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO

from pydantic import SecretStr
from sqlalchemy import update

from app.config import Settings
from app.db import open_database
from app.db.tables import executors
from app.errors import EditFactoryError, EnvironmentProblem, StorageError
from app.media.atomic import storage_errors
from app.workflows.jobs.lease import Kind, pid_namespace, start_of
from app.workflows.jobs.upkeep import OUT_OF_MEMORY

log = logging.getLogger("edit_factory")

STOP_SECONDS = 15.0
"""What a worker may take to stop before it is killed; its jobs go on from their last step all the same."""

_STEADY_SECONDS = 60.0
_LOOK_SECONDS = 0.1
_MOST_FAILURES = 3
_LONGEST_PAUSE = 30.0
_COUNTERS = (Path("/sys/fs/cgroup/memory.events"), Path("/proc/vmstat"))


class Supervisor:
    """Keeps one worker process running until `stop`. Threads that start it must live as long as it should."""

    def __init__(self, settings: Settings, kind: Kind, counters: tuple[Path, ...] = _COUNTERS) -> None:
        self._settings = settings
        self._kind: Kind = kind
        self._counters = counters
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self.failure: EditFactoryError | None = None
        self._failures = 0

    @property
    def pid(self) -> int | None:
        """The process that works now."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def run(self) -> None:
        """Start the worker, and again whenever it dies, until `stop` is called; by then the worker has ended too.

        A command's own that cannot be started, or says at each start that it cannot work, is given up, with the reason
        in `failure`; a standing one is tried for ever, as what is missing may come.
        """
        pause = 1.0
        while not self._stopping.is_set() and self.failure is None:
            began, killed_before = time.monotonic(), oom_kills(self._counters)
            try:
                child = self.start()
            except (OSError, EditFactoryError) as error:
                self._give_up(f"{getattr(error, 'strerror', None) or error}")
                self._stopping.wait(pause)
                continue
            started = start_of(child.pid)
            status = self._outlived(child)
            if self._stopping.is_set():
                return
            if status == -signal.SIGKILL and oom_kills(self._counters) > killed_before:
                self._note_memory(child.pid, started)
            log.warning("the worker ended with status %d and is started again", status)
            self.restarts += 1
            self._failures = self._failures + 1 if status > 0 and time.monotonic() - began < _STEADY_SECONDS else 0
            if self._failures >= _MOST_FAILURES:
                self._give_up(self._last_words())
            pause = 1.0 if time.monotonic() - began > _STEADY_SECONDS else min(pause * 2, _LONGEST_PAUSE)
            self._stopping.wait(pause / 2)

    def _give_up(self, why: str) -> None:
        log.error("the worker cannot work: %s", why)
        if self._kind == "private":
            self.failure = EnvironmentProblem(
                f"No worker can be started: {why.rstrip('.')}.",
                hint="edit-factory doctor looks at what is needed; the job waits and goes on with the same command.",
                subject="worker",
                code="no_worker",
            )

    def _last_words(self) -> str:
        """Return the last line that a command's own worker has written."""
        try:
            text = (self._settings.data_dir / "logs" / "worker.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return "it ends at once"
        lines = [line for line in text.splitlines() if line.strip()]
        return lines[-1].removeprefix("edit-factory: ") if lines else "it ends at once"

    def stop(self) -> None:
        """Let `run` ask the worker to hand over and stop, and end; it may be called from signals and any thread."""
        self._stopping.set()

    def _outlived(self, child: "subprocess.Popen[bytes]") -> int:
        """Wait until the worker has ended; once `stop` was called, ask it to, and kill it when it does not."""
        while not self._stopping.is_set():
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.wait(_LOOK_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        try:
            return child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            return child.wait()

    def start(self) -> "subprocess.Popen[bytes]":
        """Start one worker process that dies with the calling thread."""
        command = [*_tie(), sys.executable, "-P", "-m", "app.workflows.jobs.worker_main", self._kind]
        with self._log() as stderr:
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                env=environment_of(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,
            )
        return self._child

    @contextlib.contextmanager
    def _log(self) -> Iterator[IO[bytes] | None]:
        """Give where the worker writes: a standing one where this process does, a command's own into the log folder."""
        if self._kind == "standing":
            yield None
            return
        folder = self._settings.data_dir / "logs"
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            stream = (folder / "worker.log").open("ab")
        with stream:
            yield stream

    def _note_memory(self, pid: int, started: int | None) -> None:
        log.error("the worker was killed for its memory; its job runs again with less at once")
        here = (executors.c.host == socket.gethostname()) & (executors.c.pid_namespace == pid_namespace())
        mine = here & (executors.c.pid == pid) & (executors.c.pid_start == (started or 0))
        with contextlib.suppress(StorageError), open_database(self._settings).write() as connection:
            connection.execute(update(executors).where(mine).values(state="dead", note=OUT_OF_MEMORY))


def oom_kills(counters: tuple[Path, ...]) -> int:
    """Return how many processes the kernel has killed for memory: what the first counter that is there says.

    The control group's own comes before the whole machine's, where others' processes count as well.
    """
    for place in counters:
        with contextlib.suppress(OSError):
            found = re.search(r"^oom_kill (\d+)$", place.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
            if found:
                return int(found[1])
    return 0


def environment_of(settings: Settings) -> dict[str, str]:
    """Return this process' environment with the settings as variables, so that a child has the very same.

    Two heaps are enough for the C library: a worker has dozens of threads, and what each frees in one of its own it
    would keep (20 MB measured).
    """
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    ours = {f"EDIT_FACTORY_{name.upper()}": _text(value) for name, value in values.items() if value is not None}
    return {"MALLOC_ARENA_MAX": "2", **os.environ, **ours}


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


@cache
def _tie() -> tuple[str, ...]:
    """Return what makes the kernel kill a child when the thread that started it ends, where there is such a thing."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv and sys.platform == "linux" else ()
