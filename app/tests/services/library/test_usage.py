"""What was spent is summed over all rows there are, exact to the micro-dollar, and only one's own."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from app.config import Settings
from app.db import Database
from app.db.tables import clips, costs, jobs
from app.db.types import now
from app.models.cost import Grouping
from app.models.library.project import ProjectFields
from app.models.library.usage import Spent
from app.services.cost_rows import CostFilter
from app.services.cost_tracker import CostTracker
from app.services.library.projects import Projects
from app.services.library.usage import Usage
from app.tests.services.library.things import ANA

TODAY = datetime(2026, 11, 24, 23, 59, tzinfo=UTC)


@pytest.fixture
def tracker(any_settings: Settings) -> CostTracker:
    return CostTracker(any_settings)


@pytest.fixture
def usage(tracker: CostTracker) -> Usage:
    return Usage(tracker.database)


def a_job(database: Database, job_id: str, **columns: Any) -> None:
    row = {"id": job_id, "job_type": "speak", "status": "completed", "data": {}, "version": 1}
    with database.write() as connection:
        connection.execute(insert(jobs).values({**row, "created_at": now(), "updated_at": now(), **columns}))


def totals(usage: Usage, by: Grouping = "service", owner: str | None = None, **wanted: Any) -> list[tuple[Any, ...]]:
    found = usage.costs(owner, by, wanted.pop("first", None), wanted.pop("last", None), CostFilter(**wanted)).totals
    return [(one.name, one.label, one.calls, one.cost_microdollars) for one in found]


def test_sums_go_over_every_row_however_many(usage: Usage, tracker: CostTracker) -> None:
    row = {"job_id": "j", "service": "elevenlabs", "operation": "tts", "units": 7, "details": {}}
    with tracker.database.write() as connection:
        many = [
            {**row, "id": str(n), "key": str(n), "cost_microdollars": n, "created_at": TODAY, "clip_id": str(n % 1203)}
            for n in range(5000)
        ]
        connection.execute(insert(costs), many)
    report = usage.costs(None, "service", None, None, CostFilter())
    assert report.total == Spent(calls=5000, units=35_000, cost_microdollars=sum(range(5000)))
    assert report.total.cost_usd == 12.4975
    by_clip = usage.costs(None, "clip", None, None, CostFilter())
    assert (len(by_clip.totals), by_clip.total) == (1203, report.total)


def test_what_is_not_said_is_the_jobs(usage: Usage, tracker: CostTracker) -> None:
    a_job(tracker.database, "hers", owner=ANA, project_id="p", clip_id="c")
    tracker.log("hers", "elevenlabs", "tts", 10, 500)
    tracker.log("hers", "elevenlabs", "tts", 10, 300, project_id="q")
    tracker.log("nobody knows", "elevenlabs", "tts", 10, 7)
    assert totals(usage, "project", ANA) == [("p", None, 1, 500), ("q", None, 1, 300)]
    assert totals(usage, "clip", ANA) == [("c", None, 2, 800)]
    assert totals(usage, "project") == [(None, None, 1, 7)]
    assert [one.cost_microdollars for one in usage.calls(ANA, CostFilter()).calls] == [300, 500]
    assert usage.report(ANA, TODAY.date()).total.calls == 2


def test_projects_and_clips_are_called_as_people_call_them(usage: Usage, tracker: CostTracker) -> None:
    Projects(tracker.database).new(None, ProjectFields(name="Cafea"), 20.0, "p")
    Projects(tracker.database).new(ANA, ProjectFields(name="hers"), 20.0, "q")
    clip = {"id": "c", "job_id": "j", "name": "clip 1", "edit_identity": "e", "files": {}, "created_at": now()}
    with tracker.database.write() as connection:
        connection.execute(insert(clips).values(clip))
    tracker.log("j", "elevenlabs", "tts", 10, 30, project_id="p", clip_id="c")
    tracker.log("j", "elevenlabs", "tts", 10, 20, project_id="q", clip_id="gone")
    tracker.log("j", "elevenlabs", "tts", 10, 10)
    assert totals(usage, "project") == [("p", "Cafea", 1, 30), ("q", None, 1, 20), (None, None, 1, 10)]
    assert totals(usage, "clip") == [("c", "clip 1", 1, 30), ("gone", None, 1, 20), (None, None, 1, 10)]


def test_days_are_in_utc_and_both_ends_count(usage: Usage, tracker: CostTracker) -> None:
    for n, moment in enumerate(["2026-11-22T23:59:59+00:00", "2026-11-24T00:30:00+02:00", "2026-11-24T23:59:59+00:00"]):
        tracker.log("j", "elevenlabs", "tts", 1, 10**n, timestamp=datetime.fromisoformat(moment))
    every = [("2026-11-22", None, 1, 1), ("2026-11-23", None, 1, 10), ("2026-11-24", None, 1, 100)]
    assert totals(usage, "day") == every
    assert totals(usage, "day", first=date(2026, 11, 23)) == every[1:]
    assert totals(usage, "day", last=date(2026, 11, 23)) == every[:2]
    assert totals(usage, "day", first=date(2026, 11, 23), last=date(2026, 11, 23)) == every[1:2]
    assert totals(usage, "day", last=date.max) == every
    report = usage.report(None, date(2026, 11, 24))
    assert (report.today.cost_microdollars, report.this_month.cost_microdollars) == (100, 111)
    assert usage.report(None, date(2026, 12, 1)).this_month == Spent()


def test_filters_and_pages(usage: Usage, tracker: CostTracker) -> None:
    for n in range(5):
        tracker.log(f"j{n % 2}", "elevenlabs" if n else "piper", "tts", n, n, project_id="p" if n < 3 else None)
    assert totals(usage, service="elevenlabs", project_id="p") == [("elevenlabs", None, 2, 3)]
    assert totals(usage, "job", job_id="j1") == [("j1", None, 2, 4)]
    first = usage.calls(None, CostFilter(), limit=3)
    rest = usage.calls(None, CostFilter(), limit=3, cursor=first.next_cursor)
    assert [one.units for one in first.calls + rest.calls] == [4, 3, 2, 1, 0]
    assert rest.next_cursor is None
    assert usage.calls(None, CostFilter(), limit=5).next_cursor is None
