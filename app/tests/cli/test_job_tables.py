"""Times as people say them, and texts that cannot play tricks on a terminal."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from app.cli.job_tables import age, jobs_table, left, percentage, short_id, what
from app.cli.output import plain, span


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 s"), (0.9, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (86400 * 9, "9 d")],
)
def test_span(seconds: float, expected: str) -> None:
    assert span(seconds) == expected


def test_age() -> None:
    assert 60 <= age((datetime.now(UTC) - timedelta(minutes=1)).isoformat()) < 120


@pytest.mark.parametrize(
    ("job_id", "expected"),
    [
        ("3f2a9c1e-0000-4000-8000-000000000000", "3f2a9c1e"),
        ("3F2A9C1E-0000-4000-8000-000000000000", "3F2A9C1E-0000-4000-8000-000000000000"),
        ("my job\n1", "my job 1"),
    ],
)
def test_short_ids(job_id: str, expected: str) -> None:
    assert short_id(job_id) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" a\n\tb ", "a b"),
        ("\x1b[31mred", "\N{REPLACEMENT CHARACTER}[31mred"),
        ("ș/ț", "ș/ț"),
        (7, "7"),
        ("postgresql://a//b", "postgresql://a//b"),
        ("\udcff\u202e", "\N{REPLACEMENT CHARACTER}" * 2),
    ],
)
def test_plain(text: Any, expected: str) -> None:
    assert plain(text) == expected


def job(**changes: Any) -> dict[str, Any]:
    moment = datetime.now(UTC).isoformat()
    return {
        "job_id": "j",
        "job_type": "generate",
        "status": "processing",
        "progress": None,
        "created_at": moment,
        **changes,
    }


def test_what_a_job_does_not_tell_is_left_open() -> None:
    assert (what(job()), percentage(job()), left(job())) == ("generate", "", "")
    odd = job(title="", percentage="half", estimated_remaining="soon")
    assert (what(odd), percentage(odd), left(odd)) == ("generate", "", "")
    known = job(title="make 3 clips", percentage=41, estimated_remaining=75.5)
    assert (what(known), percentage(known), left(known)) == ("make 3 clips", "41", "1 min")
    assert left({**known, "status": "failed"}) == ""


def test_a_table_shows_brackets_as_they_are() -> None:
    console = Console(width=100, record=True)
    console.print(jobs_table([job(title="[bold]clips[/bold]", progress="[red]")]))
    text = console.export_text()
    assert "[bold]clips[/bold]" in text and "[red]" in text
