import pytest
from pydantic import ValidationError
from sqlalchemy import CheckConstraint

from app.db.tables import jobs
from app.models.job import STATUSES, TERMINAL, JobFilter, JobPage


def test_the_table_knows_the_same_statuses() -> None:
    (check,) = (c for c in jobs.constraints if isinstance(c, CheckConstraint) and c.name == "ck_jobs_status")
    assert str(check.sqltext) == f"status IN ({','.join(repr(status) for status in STATUSES)})"
    assert set(STATUSES) > TERMINAL


def test_a_filter_has_only_what_jobs_have() -> None:
    assert set(JobFilter.model_fields) < set(jobs.c.keys())
    with pytest.raises(ValidationError):
        JobFilter(status="done")  # type: ignore[arg-type]


def test_a_page_is_plain_json() -> None:
    page = JobPage(jobs=({"job_id": "a", "n": [1.5, None]},), next_cursor=None, total=1)
    assert JobPage.model_validate_json(page.model_dump_json()) == page
