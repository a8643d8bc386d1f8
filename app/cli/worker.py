"""`edit-factory worker`: works on jobs until it is stopped, here or on any machine with the same database and files."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from app.cli.output import STOPS, console
from app.config import Settings, load_settings
from app.services import logs
from app.services.job_storage import JobStorage
from app.workflows.jobs.supervisor import Supervisor


def worker_command() -> int:
    """Work on jobs until Ctrl-C or SIGTERM; what is not finished then goes on elsewhere or later."""
    settings = load_settings()
    logs.set_up(settings, "worker")
    JobStorage(settings)  # a database that is away is told here, and not again and again by workers that end
    asked = threading.Event()
    with stopped_by(asked.set), standing_worker(settings):
        console.print("The worker takes jobs; Ctrl-C stops it.")
        asked.wait()
    return 0


@contextmanager
def standing_worker(settings: Settings) -> Iterator[Supervisor]:
    """Keep a worker process running meanwhile; then let it hand over what it has not finished."""
    supervisor = Supervisor(settings, "standing")
    thread = threading.Thread(target=supervisor.run, name="supervisor", daemon=True)
    thread.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()
        thread.join()


@contextmanager
def stopped_by(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` for each signal that asks this process to end; under nohup a closed terminal asks nothing."""

    def asked(number: int, frame: FrameType | None) -> None:
        stop()

    wanted = [number for number in STOPS if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, asked) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
