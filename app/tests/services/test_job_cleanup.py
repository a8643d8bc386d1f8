"""Old jobs go, with their parts; what runs stays."""

import math
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.db.tables import job_events, jobs
from app.db.types import now
from app.errors import InputError
from app.services.job_storage import JobStorage
from app.tests.ground.children import child, finish


def store(storage: JobStorage, job_id: str, status: str, days: float, **columns: Any) -> None:
    """Store a job that was changed last, and has ended if it has, `days` days ago."""
    moment = now() - timedelta(days=days)
    with storage.database.write() as connection:
        storage.rows.create(connection, {"job_id": job_id, "status": status}, **columns)
        ended = moment if status in {"completed", "failed", "cancelled"} else None
        values = {"created_at": moment, "updated_at": moment, "finished_at": ended}
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))


def left(storage: JobStorage) -> set[str]:
    with storage.database.read() as connection:
        return set(connection.execute(select(jobs.c.id)).scalars())


@pytest.mark.store
def test_what_ended_more_than_seven_days_ago_goes(any_storage: JobStorage) -> None:
    for status in ("completed", "failed", "cancelled", "pending", "processing"):
        store(any_storage, f"old {status}", status, 7.01)
        store(any_storage, f"new {status}", status, 6.99)
    assert any_storage.old_jobs() == ["old completed", "old failed", "old cancelled"]
    assert any_storage.cleanup_old_jobs() == 3
    assert left(any_storage) == {"old pending", "old processing"} | {
        f"new {status}" for status in ("completed", "failed", "cancelled", "pending", "processing")
    }
    assert any_storage.cleanup_old_jobs(days=7) == 0


@pytest.mark.store
def test_parts_go_along_whatever_their_age_and_never_alone(any_storage: JobStorage) -> None:
    store(any_storage, "old", "completed", 8)
    store(any_storage, "its part", "completed", 1, parent_id="old")
    store(any_storage, "part of part", "failed", 9, parent_id="its part")
    store(any_storage, "new", "completed", 1)
    store(any_storage, "old part", "completed", 9, parent_id="new")
    assert any_storage.cleanup_old_jobs() == 1
    assert left(any_storage) == {"new", "old part"}
    with any_storage.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(job_events)).scalar_one() == 2


@pytest.mark.store
def test_a_job_stays_while_a_part_of_it_runs(any_storage: JobStorage) -> None:
    store(any_storage, "old", "cancelled", 8, workflow_id="old")
    store(any_storage, "part", "completed", 8, parent_id="old", workflow_id="part")
    store(any_storage, "part of part", "processing", 8, parent_id="part", workflow_id="part of part")
    assert any_storage.old_jobs() == []
    assert any_storage.cleanup_old_jobs(days=0) == 0
    assert len(left(any_storage)) == 3


@pytest.mark.store
def test_what_was_retried_since_it_was_found_stays(any_storage: JobStorage) -> None:
    store(any_storage, "a", "failed", 8)
    any_storage.update_job("a", {"status": "processing"})
    assert any_storage._clean("a", 7) is False
    assert any_storage._clean("nobody", 7) is False
    assert left(any_storage) == {"a"}


@pytest.mark.store
def test_the_time_counts_from_the_end(any_storage: JobStorage) -> None:
    store(any_storage, "a", "processing", 30)
    any_storage.update_job("a", {"status": "completed"})
    assert any_storage.old_jobs() == []
    assert any_storage.old_jobs(days=0) == ["a"]
    assert any_storage.old_jobs(days=1e300) == []
    assert any_storage.old_jobs(days=math.inf) == []


@pytest.mark.slow
@pytest.mark.store
def test_two_processes_clean_at_once(any_storage: JobStorage) -> None:
    for i in range(60):
        store(any_storage, str(i), "completed", 8)
    program = """
        from app.services.job_storage import get_job_storage
        print(get_job_storage().cleanup_old_jobs())
    """
    with child(program) as one, child(program) as other:
        assert int(finish(one)) + int(finish(other)) == 60
    assert left(any_storage) == set()


@pytest.mark.parametrize("days", [-1, -0.001, math.nan])
def test_a_negative_age_is_refused(storage: JobStorage, days: float) -> None:
    with pytest.raises(InputError, match="days"):
        storage.cleanup_old_jobs(days)
