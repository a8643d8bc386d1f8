"""How jobs look on a terminal: times as people say them, texts of any origin as plain text."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from rich.table import Column, Table
from rich.text import Text

from app.cli.output import console, plain, span
from app.models.job import TERMINAL, JobDict, JobEvent

_COLOURS = {"completed": "green", "failed": "red", "cancelled": "yellow", "processing": "cyan"}


def jobs_table(jobs: Iterable[JobDict]) -> Table:
    """Return a table with a line for each job."""
    table = Table(
        Column("Job", overflow="fold"), "Status", Column("%", justify="right"), "What", "Step", "Left", "Age",
    )  # fmt: skip
    for job in jobs:
        table.add_row(
            Text(short_id(job["job_id"])),
            Text(job["status"], style=_COLOURS.get(job["status"], "")),
            percentage(job),
            Text(what(job)),
            Text(plain(job.get("progress") or "")),
            left(job),
            span(age(job["created_at"])),
        )
    return table


def print_job(job: JobDict, position: int | None) -> None:
    """Print all that there is to know of one job, a line for each thing."""
    lines = {
        "job": job["job_id"],
        "what": what(job),
        "status": job["status"] + (f", {position} before it" if position else ""),
        "step": job.get("progress"),
        "done": f"{percentage(job)} %" if percentage(job) else None,
        "time left": left(job),
        "asked for": f"{span(age(job['created_at']))} ago",
        "changed": f"{span(age(job['updated_at']))} ago",
    }
    for name, value in lines.items():
        if value:
            console.print(f"{name:<12}{plain(value)}", markup=False)
    error = job.get("error")
    if isinstance(error, dict):
        told = " ".join(f"{error.get('message', '')} {error.get('hint', '')}".split())
        console.print(f"{'error':<12}{plain(told)} [{plain(error.get('code', ''))}]", markup=False)
    elif error:
        console.print(f"{'error':<12}{plain(error)}", markup=False)


def print_events(events: Iterable[JobEvent]) -> None:
    """Print what happened to a job, a line for each event."""
    for event in events:
        data = event.data
        share = f"{data['percentage']} %" if isinstance(data.get("percentage"), int) else ""
        text = f"  {event.created_at:%Y-%m-%d %H:%M:%S} {event.kind:<10} {share:>5} {plain(data.get('progress') or '')}"
        console.print(text.rstrip(), markup=False)


def short_id(job_id: str) -> str:
    """Return as much of an id as names the job: all of it, or the beginning of a UUID."""
    try:
        return job_id[:8] if str(UUID(job_id)) == job_id else plain(job_id)
    except ValueError:
        return plain(job_id)


def what(job: JobDict) -> str:
    """Return the title of a job, else its kind."""
    return plain(job.get("title") or job["job_type"])


def percentage(job: JobDict) -> str:
    """Return how much of the job is done, nothing when it does not tell."""
    value = job.get("percentage")
    return f"{value:.0f}" if isinstance(value, int | float) else ""


def left(job: JobDict) -> str:
    """Return how long a job that runs will still take, when that is known."""
    value = job.get("estimated_remaining")
    return span(value) if isinstance(value, int | float) and job["status"] not in TERMINAL else ""


def age(moment: str) -> float:
    """Return the seconds since a moment in ISO form."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
