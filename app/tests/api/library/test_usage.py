"""Usage over HTTP: sums as JSON and as CSV, calls page by page, and who works for clips."""

import base64
import csv
import io
import json
import uuid

import pytest

from app.api.context import Context
from app.api.library.csv_answers import wants_csv
from app.models.library.project import ProjectFields
from app.services.cost_tracker import tracker_for
from app.services.library.projects import Projects
from app.tests.api.conftest import Ask

USAGE = "/api/v1/library/usage"


@pytest.fixture
def spent(context: Context) -> None:
    Projects(context.storage.database).new(None, ProjectFields(name='=HYPERLINK("x")'), 20.0, "p")
    tracker = tracker_for(context.settings)
    tracker.log("j", "elevenlabs", "tts", 1000, 123, project_id="p")
    tracker.log("j", "elevenlabs", "tts", 1000, 1)
    tracker.log_edge_tts("k", 50)


@pytest.mark.usefixtures("spent")
def test_costs_by_service(ask: Ask) -> None:
    answer = ask("GET", f"{USAGE}/costs")
    assert answer.status_code == 200
    report = answer.json()
    assert [(one["name"], one["calls"], one["cost_microdollars"]) for one in report["totals"]] == [
        ("elevenlabs", 2, 124),
        ("edge_tts", 1, 0),
    ]
    assert report["total"] == {"calls": 3, "units": 2050, "cost_microdollars": 124, "cost_usd": 0.000124}
    assert ask("GET", f"{USAGE}/costs?service=edge_tts").json()["total"]["calls"] == 1
    assert ask("GET", f"{USAGE}/costs?from=2999-01-01").json()["totals"] == []


@pytest.mark.usefixtures("spent")
def test_costs_as_a_table_that_no_spreadsheet_runs(ask: Ask) -> None:
    answer = ask("GET", f"{USAGE}/costs?group_by=project", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="costs-by-project.csv"'
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["project", "label", "calls", "units", "cost_microdollars", "cost_usd"],
        ["p", '\'=HYPERLINK("x")', "1", "1000", "123", "0.000123"],
        ["", "", "2", "1050", "1", "0.000001"],
    ]


NO_QUERIES = [
    "from=2026-13-01",
    "from=2026-11-02&to=2026-11-01",
    "group_by=hour",
    "service=a%20b",
    "job_id=",
    "project_id=%00",
]


def test_what_cannot_be_asked(ask: Ask) -> None:
    for query in NO_QUERIES:
        answer = ask("GET", f"{USAGE}/costs?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.usefixtures("spent")
def test_calls_and_the_report(ask: Ask) -> None:
    first = ask("GET", f"{USAGE}/calls?limit=2").json()
    rest = ask("GET", f"{USAGE}/calls", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [call["service"] for call in first["calls"] + rest["calls"]] == ["edge_tts", "elevenlabs", "elevenlabs"]
    assert rest["next_cursor"] is None
    assert first["calls"][0].keys() >= {"id", "created_at", "operation", "units", "job_id", "details"}
    for moment in ("x", "0001-01-01T00:00:00+23:59"):
        cursor = base64.urlsafe_b64encode(json.dumps([moment, str(uuid.uuid4())]).encode()).decode()
        for place in (f"{USAGE}/calls", "/api/v1/library/jobs"):
            assert ask("GET", place, params={"cursor": cursor}).status_code == 422
    report = ask("GET", USAGE).json()
    assert report["today"] == report["this_month"] == report["total"]
    assert (report["total"]["calls"], len(report["latest"]), len(report["services"])) == (3, 3, 2)


@pytest.mark.usefixtures("spent")
def test_who_works_for_clips(ask: Ask) -> None:
    found = {one["name"]: one for one in ask("GET", "/api/v1/library/providers").json()["providers"]}
    assert found.keys() >= {"local", "piper", "espeak", "edge"}
    assert (found["local"]["kind"], found["local"]["works"]) == ("analysis", True)
    assert found["espeak"]["offline"]
    assert not found["edge"]["offline"]
    assert (found["edge"]["calls"], found["edge"]["cost_microdollars"], found["edge"]["charges"]) == (1, 0, False)


@pytest.mark.parametrize(
    ("accept", "csv_wanted"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/csv", True),
        ("TEXT/CSV; q=0.9, application/json;q=0.1", True),
        ("text/*, application/json;q=0.5", True),
        ("text/csv;q=0.5, */*", False),
        ("text/csv;q=nonsense", False),
        ("text/csv;q=0", False),
        ("application/json, text/csv", False),
    ],
)
def test_which_of_both_is_wanted(accept: str | None, csv_wanted: bool) -> None:
    assert wants_csv(accept) == csv_wanted
