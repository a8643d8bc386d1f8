"""Rows and engine are brought in line, also where the engine, or who cancelled, could not tell."""

import pytest
from sqlalchemy import text

from app.errors import Cancelled
from app.models.job import JobDict
from app.workflows.jobs.engine import client_for
from app.workflows.jobs.submit import Desk
from app.workflows.jobs.upkeep import end_stalled, reconcile, submit_daily_cleanup


def engine_says(desk: Desk, workflow_id: str, status: str) -> None:
    """Have the engine's own row say something, as the engine does without telling anybody."""
    place = "workflow_status" if desk.storage.database.is_sqlite else "dbos.workflow_status"
    with desk.storage.database.write() as connection:
        statement = text(f"UPDATE {place} SET status = :status WHERE workflow_uuid = :id")  # noqa: S608 - our own names
        assert connection.execute(statement, {"status": status, "id": workflow_id}).rowcount == 1


def job(desk: Desk, job_id: str) -> JobDict:
    found = desk.storage.get_job(job_id)
    assert found is not None
    return found


def brought_in_line(desk: Desk) -> int:
    return reconcile(desk.storage, client_for(desk.storage.database), desk)


@pytest.mark.parametrize(
    ("engine", "status", "code"),
    [
        ("CANCELLED", "cancelled", None),
        ("MAX_RECOVERY_ATTEMPTS_EXCEEDED", "failed", "worker_died"),
        ("ERROR", "failed", "broke_off"),
        ("SUCCESS", "failed", "broke_off"),
        ("ENQUEUED", "pending", None),
        ("PENDING", "pending", None),
    ],
)
def test_how_the_engine_ended_a_job_is_in_its_row(any_desk: Desk, engine: str, status: str, code: str | None) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    engine_says(any_desk, "one", engine)
    changed = brought_in_line(any_desk)
    assert changed == (status != "pending")
    assert job(any_desk, "one")["status"] == status
    assert (job(any_desk, "one")["error"] or {}).get("code") == code
    assert brought_in_line(any_desk) == 0


def test_a_terminal_state_is_never_changed(any_desk: Desk) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    with any_desk.storage.database.write() as connection:
        any_desk.storage.rows.change(connection, "one", {"status": "completed"}, kind="completed")
    before = job(any_desk, "one")
    engine_says(any_desk, "one", "ERROR")
    assert brought_in_line(any_desk) == 0
    assert job(any_desk, "one") == before
    assert any_desk.cancel("one") == before


def test_jobs_without_a_workflow_are_nobodys_business(any_desk: Desk) -> None:
    before = any_desk.storage.create_job({"job_id": "bare", "status": "processing"})
    assert brought_in_line(any_desk) == 0
    assert any_desk.storage.get_job("bare") == before


def test_what_was_cancelled_in_its_row_only_is_cancelled_in_the_engine(any_desk: Desk) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    engine_says(any_desk, "one", "PENDING")
    with any_desk.storage.database.write() as connection:  # who cancelled it died before telling the engine
        any_desk.storage.rows.change(connection, "one", {"status": "cancelled"}, kind="cancelled")
    assert brought_in_line(any_desk) == 1
    with any_desk.storage.database.read() as connection:
        assert client_for(any_desk.storage.database).states(connection, ["one"])["one"].status == "CANCELLED"


def test_an_old_attempt_says_nothing_of_a_new_one(any_desk: Desk) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    any_desk.cancel("one")
    any_desk.retry("one")
    engine_says(any_desk, "one", "ERROR")
    assert brought_in_line(any_desk) == 0
    assert job(any_desk, "one")["status"] == "pending"


def test_what_gave_no_sign_of_life_is_ended(any_desk: Desk) -> None:
    for name in ("silent", "ended", "tried again"):
        any_desk.submit("analyze", {}, job_id=name)
    for name in ("ended", "tried again"):
        any_desk.cancel(name)
    any_desk.retry("tried again")
    silent = [("silent", 1), ("ended", 1), ("tried again", 1), ("absent", 1)]
    assert end_stalled(any_desk.storage, any_desk, silent, 50.0) == ["silent"]
    assert job(any_desk, "silent")["error"]["code"] == "stalled"
    assert [job(any_desk, name)["status"] for name in ("ended", "tried again")] == ["cancelled", "pending"]
    with any_desk.storage.database.read() as connection:
        assert client_for(any_desk.storage.database).states(connection, ["silent"])["silent"].status == "CANCELLED"
    assert any_desk.retry("silent")["status"] == "pending"


def test_parts_of_a_job_that_has_ended_are_ended(any_desk: Desk) -> None:
    any_desk.submit("generate", {}, job_id="top")
    any_desk.submit("render", {}, job_id="part", part_of=("top", 1))
    any_desk.submit("render", {}, job_id="other")
    with any_desk.storage.database.write() as connection:  # ended without its parts, as the engine does
        any_desk.storage.rows.change(connection, "top", {"status": "failed"}, kind="failed")
    assert brought_in_line(any_desk) == 1
    assert [job(any_desk, name)["status"] for name in ("part", "other")] == ["cancelled", "pending"]
    with pytest.raises(Cancelled):
        any_desk.submit("render", {}, job_id="late", part_of=("top", 1))
    assert any_desk.storage.get_job("late") is None


def test_the_days_clean_up_is_asked_for_once(any_desk: Desk) -> None:
    for _ in range(3):
        submit_daily_cleanup(any_desk)
    assert len(any_desk.storage.list_jobs(job_type="cleanup")) == 1
