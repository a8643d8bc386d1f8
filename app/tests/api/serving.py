"""A real `edit-factory serve` for tests: started on a free port, asked over HTTP, stopped or killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from app.config import Settings
from app.media.probe import probe
from app.models.job import JobDict
from app.services.job_storage import JobStorage
from app.services.sources import quoted
from app.tests.footage import ffmpeg
from app.tests.ground.children import PATIENCE, until
from app.workflows.jobs.submit import Desk

PROGRAM = [sys.executable, "-c", "from app.cli import main; main()"]
JOBS = "/api/v1/library/jobs"


class Server:
    """A running server; `http` asks it."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self._log = log
        assert process.stdout is not None
        said = ""
        while not said.endswith("}\n"):
            line = process.stdout.readline()
            assert line, self.log
            said += line
        self.address: str = json.loads(said)["address"]
        self.http = httpx.Client(base_url=self.address, timeout=PATIENCE)

    @property
    def log(self) -> str:
        """What the server and its worker have written."""
        return self._log.read_text(encoding="utf-8")

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job as the server tells of it."""
        answer = self.http.get(f"{JOBS}/{job_id}")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert isinstance(found, dict)
        return found

    def family(self) -> list[psutil.Process]:
        """Return the processes that the server started, and those that they did."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask the server to stop, and return its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """Kill the server alone, as nobody asks; wait until its worker is gone as well."""
        family = self.family()
        self.process.kill()
        self.process.wait()
        until(lambda: not any(is_alive(one) for one in family))


def is_alive(process: psutil.Process) -> bool:
    """Whether a process still runs."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[Server]:
    """Run a server with this process' environment and more; whatever happens, it is gone afterwards.

    Its log is in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "serve.log"
    with log.open("a", encoding="utf-8") as stream:
        command = [*PROGRAM, "serve", "--port", "0", "--json", *options]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stream, text=True, env={**os.environ, **environment}
        )
    with process:
        server = None
        try:
            server = Server(process, log)
            yield server
        finally:
            process.kill()
            if server is not None:
                server.http.close()


def longer(clip: Path, path: Path, times: int) -> Path:
    """Write a file with the clip's pictures and sound so many times over, without encoding them again."""
    ffmpeg("-stream_loop", str(times - 1), "-i", clip, "-c", "copy", path)
    return path


def ask_for_analysis(settings: Settings, footage: Path, **more: Any) -> JobDict:
    """Submit an analysis of the file, as another process would."""
    info = probe(footage, need_picture=True)
    desk = Desk(JobStorage(settings), settings)
    return desk.submit("analyze", {"path": quoted(footage), "info": info.model_dump(mode="json")}, **more)
