"""The web process while two renders run: what a page asks for all the time must not wait for work."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from app.config import Settings, load_settings
from app.models.make import MakeRequest
from app.services.job_storage import JobStorage
from app.tests.api.serving import JOBS, Server, serving
from app.tests.footage import make_clip
from app.tests.ground.children import until
from app.workflows.jobs.records import request_json
from app.workflows.jobs.submit import Desk
from benchmarks.tools.databases import add_jobs
from benchmarks.tools.figure import Figure
from benchmarks.tools.timing import p95

KEPT_JOBS = 1_000
BAR, GOAL = 100.0, 25.0
"""Milliseconds."""

Call = Callable[[], object]


def run(quick: bool) -> list[Figure]:
    """Measure the questions that a page asks: first while nothing runs, then while two renders do."""
    times, rounds = (100, 1) if quick else (400, 3)
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        folder = Path(name)
        settings = load_settings(data_dir=folder / "data", database_url=None)
        storage = JobStorage(settings)
        add_jobs(storage, KEPT_JOBS)
        where = {"EDIT_FACTORY_DATA_DIR": str(settings.data_dir)}
        with serving(folder / "one", **where) as server, serving(folder / "two", **where):
            idle = {question: p95(call, times) for question, call in _calls(server).items()}
            with _two_renders(storage, settings, folder) as still_run:
                busy = {question: p95(call, times, rounds) for question, call in _calls(server).items()}
                still_run()
    return [_figure(question, busy[question], idle[question]) for question in busy]


def _figure(question: str, busy: float, idle: float) -> Figure:
    return Figure(
        name=f"api_under_render, {question}, p95",
        value=busy,
        unit="ms",
        against=f"the same server while nothing runs: {idle:.2f} ms",
        bar=BAR,
        goal=GOAL,
    )


def _calls(server: Server) -> dict[str, Call]:
    place = urlsplit(server.address)
    kept = HTTPConnection(str(place.hostname), place.port, timeout=60)

    def asked(path: str) -> Call:
        def ask() -> None:
            kept.request("GET", path)
            answer = kept.getresponse()
            body = answer.read()
            if answer.status != 200 or not body:
                raise AssertionError(f"{path}: {answer.status}")

        return ask

    def first_event() -> None:
        listener = HTTPConnection(str(place.hostname), place.port, timeout=60)
        listener.request("GET", f"{JOBS}/job-00020/events")
        answer = listener.getresponse()
        while not answer.readline().startswith(b"data: "):
            pass
        listener.close()

    return {
        "health": asked("/health"),
        f"100 of {KEPT_JOBS:,} jobs": asked(f"{JOBS}?limit=100"),
        "one job": asked(f"{JOBS}/job-00020"),
        "first event": first_event,
    }


@contextmanager
def _two_renders(storage: JobStorage, settings: Settings, folder: Path) -> Iterator[Call]:
    """Let two renders run; gives what raises `AssertionError` when they no longer do."""
    footage = make_clip(folder / "footage.mp4", seconds=24, size=(1280, 720), cuts=tuple(range(2, 24, 2)))
    desk = Desk(storage, settings)
    ids = [
        desk.submit("generate", request_json(_request(footage, folder / f"out {number}", number)))["job_id"]
        for number in range(2)
    ]

    def running() -> int:
        parts = (storage.list_jobs("processing", parent_id=job_id, job_type="render") for job_id in ids)
        return sum(part["percentage"] > 0 for found in parts for part in found)

    def still_run() -> None:
        if running() < 1:
            raise AssertionError("the renders were over before the measurement was")

    try:
        until(lambda: running() >= 2)
        yield still_run
    finally:
        for job_id in ids:
            desk.cancel(job_id)


def _request(footage: Path, out: Path, number: int) -> MakeRequest:
    return MakeRequest(files=(footage,), count=20, duration=20.0, quality="high", seed=number, out=out)
