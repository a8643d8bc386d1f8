"""`edit-factory jobs`: what is worked on, by whichever process; works without any worker."""

import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
from sqlalchemy import select

from app.cli.job_tables import jobs_table, print_events, print_job, short_id
from app.cli.output import cancellable, console, errors, fail, live_progress, print_json
from app.config import Settings, load_settings
from app.db import Database
from app.db.tables import executors
from app.db.types import clock
from app.errors import Cancelled, EditFactoryError, InputError, JobError, from_record
from app.models.cleanup import CleanUpPlan, CleanUpReport
from app.models.control import Control
from app.models.job import TERMINAL, JobDict, JobFilter
from app.services.job_names import find_job
from app.services.job_queries import job_filter
from app.services.paid_calls import PaidCalls
from app.workflows.cleanup import clean_up, plan
from app.workflows.jobs.attend import Listener, open_desk
from app.workflows.jobs.kinds import HIGH
from app.workflows.jobs.lease import someone_standing
from app.workflows.jobs.patience import patiently
from app.workflows.jobs.submit import Desk, has_ended

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Job = Annotated[str, typer.Argument(help="A job's id, or its first letters (at least 4).", show_default=False)]
Jobs = Annotated[
    list[str], typer.Argument(help="Ids of jobs, or their first letters (at least 4).", show_default=False)
]

_EVENTS = 10
_POLL_SECONDS = 0.2
_LOOK_SECONDS = 5.0
_NO_WORKER = "No worker is running, so that nothing goes on: edit-factory worker starts one."

commands = typer.Typer(
    help="See what is worked on, wait for it, cancel it, do it again, and clean up.", invoke_without_command=True
)


@commands.callback()
def jobs_command(context: typer.Context, as_json: Json = False) -> int | None:
    """See what is worked on, wait for it, cancel it, do it again, and clean up."""
    return list_command(as_json=as_json) if context.invoked_subcommand is None else None


@commands.command("list")
def list_command(
    status: Annotated[
        str | None, typer.Option(help="Only pending, processing, completed, failed or cancelled ones.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only jobs of one type, such as generate.")] = None,
    parts: Annotated[str | None, typer.Option(help="The parts of this job, instead of whole jobs.")] = None,
    limit: Annotated[int, typer.Option(help="How many.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="Go on after a page: its next_cursor.")] = None,
    as_json: Json = False,
) -> int:
    """List jobs, newest first."""
    desk = open_desk(load_settings())
    parent = find_job(desk.storage, parts)["job_id"] if parts is not None else None
    wanted = _wanted(status, kind, parent)
    page = desk.storage.page_jobs(wanted, limit=limit, cursor=cursor)
    if as_json:
        print_json({"ok": True, **page.model_dump()})
        return 0
    console.print(jobs_table(page.jobs) if page.jobs else "There are no such jobs.")
    if page.next_cursor:
        console.print(f"{len(page.jobs)} of {page.total}. Those after them: --cursor {page.next_cursor}", markup=False)
    return 0


@commands.command("show")
def show_command(job: Job, as_json: Json = False) -> int:
    """Show all that there is to know of a job: how far it is, its parts, what happened, why it failed."""
    desk = open_desk(load_settings())
    found = find_job(desk.storage, job)
    job_id = found["job_id"]
    position = desk.queue_position(job_id)
    parts = desk.storage.list_jobs(parent_id=job_id, limit=1000)
    events = desk.storage.events(job_id, after=found["version"] - _EVENTS)
    if as_json:
        told = [event.model_dump(mode="json") for event in events]
        print_json({"ok": True, "job": found, "queue_position": position, "parts": parts, "events": told})
        return 0
    print_job(found, position)
    if parts:
        console.print(jobs_table(parts))
    print_events(events)
    _tell_of_no_worker(desk, job_id)
    return 0


@commands.command("watch")
def watch_command(job: Job, as_json: Json = False) -> int:
    """Watch a job until it has ended; the exit status is the job's. Ctrl-C stops watching, not the job."""
    desk = open_desk(load_settings())
    job_id = find_job(desk.storage, job)["job_id"]
    with cancellable() as control, live_progress(quiet=as_json) as listener:
        ended = watched(desk, job_id, listener, control)
    error = _error_of(ended)
    if as_json:
        print_json({"ok": error is None, "job": ended, **({"error": error.as_dict()} if error else {})})
    if error:
        return fail(error, as_json=False)
    if not as_json:
        console.print(f"{short_id(job_id)} is completed.", markup=False)
    return 0


@commands.command("cancel")
def cancel_command(jobs: Jobs, as_json: Json = False) -> int:
    """Cancel jobs, with their parts; what has ended is left as it is."""
    desk = open_desk(load_settings())
    return _each(desk, jobs, desk.cancel, as_json)


@commands.command("retry")
def retry_command(
    jobs: Jobs,
    pay_again: Annotated[
        bool, typer.Option("--pay-again", help="Make calls again of which nobody knows whether they were paid.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Let jobs that failed or were cancelled run again; what they had finished is not done again."""
    settings = load_settings()
    desk = open_desk(settings)
    paid = PaidCalls(desk.storage.database, settings)

    def retry(job_id: str) -> JobDict:
        job = desk.storage.get_job(job_id)
        if pay_again and job is not None and job["status"] in TERMINAL:
            paid.pay_again(job_id)
        return desk.retry(job_id)

    status = _each(desk, jobs, retry, as_json)
    _tell_of_no_worker(desk, find_job(desk.storage, jobs[0])["job_id"])
    return status


@commands.command("cleanup")
def cleanup_command(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    days: Annotated[
        float | None, typer.Option(min=0, help="How old finished jobs may become, in days; else the setting keep_days.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Take away old jobs, what dead processes left, and what the cache holds beyond its limit."""
    settings = load_settings(keep_days=days)
    desk = open_desk(settings)
    if dry_run:
        _print_plan(plan(desk.storage, settings), as_json)
        return 0
    report = _cleaned(desk, settings, days, as_json)
    if as_json:
        print_json({"ok": True, "dry_run": False, **report.model_dump()})
    else:
        _print_report(report, "Removed")
    return 0


def _wanted(status: str | None, kind: str | None, parent: str | None) -> JobFilter:
    try:
        return job_filter(status, {"job_type": kind, "parent_id": parent})
    except InputError as error:  # it names the fields, of which not all are options
        raise InputError(
            error.message, hint="Choose jobs with --status, --type and --parts.", subject=error.subject
        ) from error


def watched(desk: Desk, job_id: str, listener: Listener, control: Control) -> JobDict:
    """Wait until the job has ended and return it, also through a restart of the database.

    Raises `Cancelled` when `control` is, and when the job is gone.
    """
    try:
        return _until_ended(desk, job_id, listener, control)
    except Cancelled as error:
        if not control.cancelled:
            raise
        hint = f"edit-factory jobs cancel {short_id(job_id)}"
        raise Cancelled("Stopped watching; the job goes on.", hint=hint) from error


def _until_ended(desk: Desk, job_id: str, listener: Listener, control: Control) -> JobDict:
    looked: float | None = None
    while True:
        job = patiently(control, lambda: desk.storage.get_job(job_id))
        if job is None:
            raise Cancelled("The job was removed.")
        if has_ended(job):
            return job
        percentage, left = job.get("percentage"), job.get("estimated_remaining")
        share = percentage / 100 if isinstance(percentage, int | float) else 0.0
        listener(str(job["progress"] or ""), share, left if isinstance(left, int | float) else None)
        if looked is None or time.monotonic() - looked > _LOOK_SECONDS:
            told = patiently(control, lambda: _tell_of_no_worker(desk, job_id))
            looked = float("inf") if told else time.monotonic()  # once is enough
        control.check()
        time.sleep(_POLL_SECONDS)


def _each(desk: Desk, names: list[str], work: Callable[[str], JobDict], as_json: bool) -> int:
    """Do `work` to every job that is named, once all names are known to be jobs; return the exit status."""
    ids = [find_job(desk.storage, name)["job_id"] for name in names]
    done: list[JobDict] = []
    failures: list[EditFactoryError] = []
    for job_id in dict.fromkeys(ids):
        try:
            job = work(job_id)
        except EditFactoryError as error:
            failures.append(error)
            continue
        done.append(job)
        if not as_json:
            console.print(f"{short_id(job_id)} is {job['status']}.", markup=False)
    if as_json:
        first = {"error": failures[0].as_dict()} if failures else {}
        print_json({"ok": not failures, "jobs": done, **first})
    statuses = [fail(error, as_json=False) for error in failures]
    return statuses[0] if statuses else 0


def _error_of(job: JobDict) -> EditFactoryError | None:
    """Return why a job that has ended is not completed, or None."""
    if job["status"] == "completed":
        return None
    if job["status"] == "cancelled":
        return Cancelled("The job was cancelled.", hint="jobs retry lets it run again.")
    error = job.get("error")
    if isinstance(error, dict) and "message" in error:
        return from_record(error)
    return JobError(f"The job failed: {error or job['progress'] or 'it does not say why'}.")


def _tell_of_no_worker(desk: Desk, job_id: str) -> bool:
    """Say that nobody works, when nobody does and the job waits for that; return whether it was said."""
    with desk.storage.database.read() as connection:
        row = desk.storage.rows.get(connection, job_id)
    if row is None or row.workflow_id is None or row.status in TERMINAL or someone_works(desk.storage.database):
        return False
    errors.print(_NO_WORKER, markup=False)
    return True


def someone_works(database: Database) -> bool:
    """Whether a worker is alive that takes jobs: a standing one, or another command's own."""
    if someone_standing(database):
        return True
    private = select(executors.c.id).where(
        executors.c.kind == "private", executors.c.state == "alive", executors.c.expires >= clock()
    )
    with database.read() as connection:
        return connection.execute(private.limit(1)).first() is not None


def _cleaned(desk: Desk, settings: Settings, days: float | None, as_json: bool) -> CleanUpReport:
    """Clean up: by a worker where one stands, else here; the work is the same."""
    with cancellable() as control, live_progress(quiet=as_json) as listener:
        if not someone_standing(desk.storage.database):
            return clean_up(desk.storage, settings, days, control)
        request: dict[str, Any] = {} if days is None else {"days": days}
        job = desk.submit("cleanup", request, title="clean-up", priority=HIGH)
        ended = watched(desk, job["job_id"], listener, control)
    error = _error_of(ended)
    if error:
        raise error
    return CleanUpReport.model_validate(ended["result"])


def _print_plan(found: CleanUpPlan, as_json: bool) -> None:
    if as_json:
        names = {name: [find.name for find in finds] for name, finds in found.found.items() if name != "leases"}
        print_json({"ok": True, "dry_run": True, **found.report().model_dump(), "found": names})
        return
    for name, finds in found.found.items():
        for find in finds if name != "leases" else ():
            console.print(f"{name.replace('_', ' '):<14}{short_id(find.name)}", markup=False)
    _print_report(found.report(), "Would remove")


def _print_report(report: CleanUpReport, verb: str) -> None:
    counts = report.model_dump(exclude={"bytes"})
    told = ", ".join(_told(counts)) or "nothing"
    console.print(f"{verb}: {told}; {report.bytes / 1e6:.1f} MB on disk.", markup=False)


def _told(counts: dict[str, int]) -> Iterator[str]:
    for name, count in counts.items():
        if count:
            yield f"{count} {name.replace('_', ' ')}"
