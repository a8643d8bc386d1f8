"""A workflow for tests: three steps that leave a line each, wait at gates, and go wrong when they are told to."""

import os
import time
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection, insert

from app.db.tables import clips
from app.db.types import now
from app.errors import FootageError, StorageError
from app.models.control import Control
from app.models.cost import CostEntry
from app.services.paid_calls import PaidCalls
from app.workflows.jobs.engine import Queue
from app.workflows.jobs.run import JobRun, durable
from app.workflows.jobs.submit import part_id

STEPS = ("one", "two", "three")
QUEUE = Queue("trial", per_worker=2)


@durable("trial", dict.fromkeys(STEPS, 1.0))
def trial_workflow(job: JobRun, request: dict[str, Any]) -> None:
    """Do the three steps; `request` may have `folder` (for lines and gates), `gates` and `wrong` (step: what)."""
    for name in STEPS:
        job.step(name, lambda control, name=name: _step(job, request, name, control))  # type: ignore[misc]
    job.finish({"steps": list(STEPS)}, also=lambda connection: _result(connection, job))


def _step(job: JobRun, request: dict[str, Any], name: str, control: Control) -> str:
    folder = Path(request["folder"])
    (folder / "lines").mkdir(parents=True, exist_ok=True)
    with (folder / "lines" / job.job_id).open("a", encoding="utf-8") as lines:
        lines.write(f"{name} {job.attempt} {os.getpid()}\n")
    job.folder.mkdir(parents=True, exist_ok=True)
    (job.folder / name).write_text("half made", encoding="utf-8")
    while name in request.get("gates", ()) and not (folder / f"open-{name}").exists():
        again = (folder / "lines" / job.job_id).read_text(encoding="utf-8").count(f"{name} ") > 1
        if not request.get("silent") and not (again and request.get("slow again")):
            control.report(0.5)
        control.check()
        time.sleep(0.02)
    if name == "two" and request.get("pay"):
        _pay(job, request["pay"], control)
    _go_wrong(request.get("wrong", {}).get(name), job.attempt)
    return name


def _pay(job: JobRun, address: str, control: Control) -> None:
    """Make a call that costs a dollar, once."""
    key = f"trial {job.job_id}"

    def call() -> Any:
        return httpx.post(address, content=job.job_id, headers={"Idempotency-Key": key}, timeout=30).json()

    PaidCalls(job.worker.storage.database, job.settings).once(
        key,
        service="counting",
        operation="trial",
        job_id=job.job_id,
        call=call,
        cost=lambda _: CostEntry(
            job_id=job.job_id, service="counting", operation="trial", input_units=1, cost_microdollars=1_000_000
        ),
        control=control,
    )


def _go_wrong(how: str | None, attempt: int) -> None:
    match how:
        case "footage":
            raise FootageError("The footage is too short.", hint="Film more.", subject="a.mp4", code="not_enough")
        case "bug":
            raise RuntimeError("secret text of a bug")
        case "memory":
            raise MemoryError
        case "kill":
            os.kill(os.getpid(), 9)
        case "first try" if attempt == 1:
            raise StorageError("The disk is full.", code="disk_full")


def _result(connection: Connection, job: JobRun) -> None:
    """Note a result of which there can be only one."""
    connection.execute(
        insert(clips).values(
            id=part_id(job.job_id, "result", now()), job_id=job.job_id, name="result", edit_identity=str(now()),
            files={}, created_at=now(),
        )
    )  # fmt: skip
