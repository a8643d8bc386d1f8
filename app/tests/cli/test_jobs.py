"""`edit-factory jobs`: with real data folders and databases, with and without a worker."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import insert, update

from app.cli.jobs import someone_works, watched
from app.cli.program import cli
from app.config import Settings, load_settings
from app.db.tables import executors
from app.errors import Cancelled, VoiceError
from app.models.control import Control
from app.tests.chaos.trials import Trials
from app.tests.chaos.workers import Workers, workers_in
from app.tests.cli.runner import CommandLine
from app.tests.ground.children import until
from app.tests.ground.postgres import PostgresServer
from app.tests.services.test_job_cleanup import store
from app.workflows.jobs.attend import open_desk
from app.workflows.jobs.submit import Desk
from app.workflows.jobs.upkeep import end_job

DOCS = Path(__file__).parents[3] / "docs" / "cli.md"
NO_WORKER = "No worker is running"


@pytest.fixture
def desk(any_settings: Settings) -> Desk:
    return open_desk(any_settings)


def waiting(desk: Desk, job_id: str, **more: Any) -> str:
    return str(desk.submit("analyze", {}, job_id=job_id, **more)["job_id"])


def failed(desk: Desk, job_id: str) -> str:
    waiting(desk, job_id)
    end_job(desk.storage, job_id, 1, VoiceError("The voice is away.", hint="Wait a little.", code="voice_away"))
    return job_id


def test_commands_and_options_are_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    group = typer.main.get_group(cli).commands["jobs"]
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        assert f"`{name}`" in text and command.help
        for parameter in command.params:
            assert parameter.help, f"{name} {parameter.name}"
            assert all(f"`{option}`" in text for option in parameter.opts if option.startswith("--")), parameter.opts


def test_an_empty_list(edit_factory: CommandLine, desk: Desk) -> None:
    assert edit_factory("jobs").out == "There are no such jobs.\n"
    assert edit_factory("jobs", "list", "--json").document == {"ok": True, "jobs": [], "next_cursor": None, "total": 0}
    assert edit_factory("jobs", "--json").document["total"] == 0


def test_a_list_is_filtered_and_paged(edit_factory: CommandLine, desk: Desk) -> None:
    for number in range(5):
        desk.storage.create_job({"job_id": f"job {number}", "job_type": "video", "status": "completed"})
    waiting(desk, "job 5", title="analyze [a].mp4")
    waiting(desk, "its part", parent_id="job 5")
    out = edit_factory("jobs").out
    assert "analyze [a].mp4" in out and "its part" not in out
    seen: list[str] = []
    cursor: list[str] = []
    while True:
        page = edit_factory("jobs", "list", "--type", "video", "--limit", 2, *cursor, "--json").document
        seen += [job["job_id"] for job in page["jobs"]]
        assert page["total"] == 5
        if page["next_cursor"] is None:
            break
        cursor = ["--cursor", page["next_cursor"]]
    assert seen == [f"job {number}" for number in (4, 3, 2, 1, 0)]
    assert "--cursor" in edit_factory("jobs", "list", "--limit", 2).out
    pending = edit_factory("jobs", "list", "--status", "pending", "--json").document
    assert [job["job_id"] for job in pending["jobs"]] == ["job 5"]
    parts = edit_factory("jobs", "list", "--parts", "job 5", "--json").document
    assert [job["job_id"] for job in parts["jobs"]] == ["its part"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("list", "--status", "lost"), "invalid_input"),
        (("list", "--cursor", "no"), "invalid_input"),
        (("list", "--limit", "-1"), "invalid_input"),
        (("list", "--parts", "nobody"), "job_unknown"),
        (("show", "nobody"), "job_unknown"),
        (("show", ""), "job_unknown"),
        (("watch", "nobody"), "job_unknown"),
        (("cancel", "nobody"), "job_unknown"),
        (("retry", "nobody"), "job_unknown"),
        (("cleanup", "--days", "-1"), "usage"),
        (("cancel",), "usage"),
        (("mend",), "usage"),
    ],
)
def test_what_is_wrong_is_told(edit_factory: CommandLine, arguments: tuple[str, ...], code: str) -> None:
    done = edit_factory("jobs", *arguments, "--json")
    assert (done.code, done.status) == (code, 2)
    assert f"[{code}]" in done.err


def test_wrong_names_are_told_in_the_words_of_the_command_line(edit_factory: CommandLine, desk: Desk) -> None:
    lost = edit_factory("jobs", "list", "--status", "lost").err
    assert "--status, --type and --parts" in lost and "job_type" not in lost
    assert "'pending', 'processing'" in lost
    assert "The id of the job is empty." in edit_factory("jobs", "show", " ").err
    said = edit_factory("jobs", "show", "a\x1b[31mbb\u202e").err
    assert said.startswith("edit-factory: There is no job a\N{REPLACEMENT CHARACTER}[31mbb\N{REPLACEMENT CHARACTER}.")


def test_a_job_is_shown(edit_factory: CommandLine, desk: Desk) -> None:
    waiting(desk, "first one")
    waiting(desk, "second one", title="analyze b.mp4")
    waiting(desk, "its part", parent_id="second one")
    shown = edit_factory("jobs", "show", "second")
    assert NO_WORKER in shown.err
    for text in ("second one", "analyze b.mp4", "pending, 1 before it", "its part", "submitted"):
        assert text in shown.out
    document = edit_factory("jobs", "show", "second", "--json").document
    assert document["queue_position"] == 1
    assert [part["job_id"] for part in document["parts"]] == ["its part"]
    assert [event["kind"] for event in document["events"]] == ["submitted"]


def test_a_failed_job_says_why_and_what_would_help(edit_factory: CommandLine, desk: Desk) -> None:
    failed(desk, "broken")
    shown = edit_factory("jobs", "show", "broken")
    assert "The voice is away. Wait a little. [voice_away]" in shown.out
    assert shown.err == ""
    desk.storage.create_job({"job_id": "elsewhere", "status": "failed", "error": "no \x1b idea"})
    assert "no \N{REPLACEMENT CHARACTER} idea" in edit_factory("jobs", "show", "elsewhere").out


def test_the_exit_status_of_watching_is_that_of_the_job(edit_factory: CommandLine, desk: Desk) -> None:
    desk.storage.create_job({"job_id": "good", "status": "completed"})
    desk.storage.create_job({"job_id": "stopped", "status": "cancelled"})
    desk.storage.create_job({"job_id": "elsewhere", "status": "failed", "progress": "the disk was full"})
    failed(desk, "broken")
    assert edit_factory("jobs", "watch", "good").out == "good is completed.\n"
    assert edit_factory("jobs", "watch", "good", "--json").document["ok"] is True
    assert edit_factory("jobs", "watch", "stopped").status == 130
    broken = edit_factory("jobs", "watch", "broken", "--json")
    assert (broken.status, broken.code, broken.document["job"]["job_id"]) == (5, "voice_away", "broken")
    elsewhere = edit_factory("jobs", "watch", "elsewhere")
    assert elsewhere.status == 6 and "the disk was full" in elsewhere.err


def test_ctrl_c_stops_watching_and_not_the_job(edit_factory: CommandLine, desk: Desk) -> None:
    waiting(desk, "long one")
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    stopped = edit_factory("jobs", "watch", "long one")
    timer.join()
    assert stopped.status == 130
    assert stopped.err.count(NO_WORKER) == 1 and "the job goes on" in stopped.err
    assert desk.storage.count_jobs("pending") == 1


@pytest.mark.store
@pytest.mark.parametrize("comes_back", [True, False])
def test_a_watch_outlives_a_restart_of_the_database(
    postgres_server: PostgresServer, postgres_url: str, comes_back: bool
) -> None:
    desk, control = open_desk(load_settings(database_url=postgres_url)), Control()
    waiting(desk, "long one")
    timers: list[threading.Timer] = []
    over = threading.Event()

    def end() -> None:
        if comes_back:
            postgres_server.start()
            desk.cancel("long one")
            over.wait(60)  # the server dies with the thread that started it
            postgres_server.stop()
        else:
            control.cancel()

    def away(step: str, share: float, left: float | None) -> None:
        if not timers:
            postgres_server.stop(crash=True)
            timers.append(threading.Timer(0.5, end))
            timers[0].start()

    if comes_back:
        assert watched(desk, "long one", away, control)["status"] == "cancelled"
    else:
        with pytest.raises(Cancelled, match="the job goes on"):
            watched(desk, "long one", away, control)
    over.set()
    timers[0].join()


def test_a_job_that_is_removed_ends_the_watch(edit_factory: CommandLine, desk: Desk) -> None:
    desk.storage.create_job({"job_id": "of another program", "status": "processing"})
    timer = threading.Timer(0.5, desk.storage.delete_job, ("of another program",))
    timer.start()
    gone = edit_factory("jobs", "watch", "of another program")
    timer.join()
    assert gone.status == 130 and "removed" in gone.err
    assert NO_WORKER not in gone.err  # no worker of ours would work on it


def test_several_are_cancelled_and_retried(edit_factory: CommandLine, desk: Desk) -> None:
    for name in ("first one", "second one"):
        waiting(desk, name)
    done = edit_factory("jobs", "cancel", "first", "second", "first one")
    assert (done.status, done.out) == (0, "first one is cancelled.\nsecond one is cancelled.\n")
    again = edit_factory("jobs", "retry", "first", "second", "--json")
    assert [job["status"] for job in again.document["jobs"]] == ["pending", "pending"]
    assert NO_WORKER in again.err
    assert edit_factory("jobs", "cancel", "first", "nobody").status == 2
    assert desk.storage.count_jobs("pending") == 2  # a wrong name stops everything before it begins


def test_what_cannot_be_retried_does_not_keep_others_from_it(edit_factory: CommandLine, desk: Desk) -> None:
    desk.storage.create_job({"job_id": "done", "status": "completed"})
    failed(desk, "broken")
    tried = edit_factory("jobs", "retry", "done", "broken", "--pay-again", "--json")
    assert (tried.status, tried.code) == (2, "job_state")
    assert [job["job_id"] for job in tried.document["jobs"]] == ["broken"]


def test_clean_up_shows_first_and_does_then(edit_factory: CommandLine, desk: Desk, data_dir: Path) -> None:
    store(desk.storage, "old", "completed", 8)
    store(desk.storage, "new", "completed", 1)
    left = data_dir / "cache" / "a.tmp"
    left.parent.mkdir()
    left.write_bytes(b"x" * 10)
    os.utime(left, (0, 0))
    shown = edit_factory("jobs", "cleanup", "--dry-run")
    assert shown.out.endswith("Would remove: 1 jobs, 1 files; 0.0 MB on disk.\n")
    assert "old\n" in shown.out and "cache/a.tmp" in shown.out
    planned = edit_factory("jobs", "cleanup", "--dry-run", "--json").document
    assert planned["found"]["jobs"] == ["old"] and planned["bytes"] == 10 and left.exists()
    done = edit_factory("jobs", "cleanup", "--json").document
    counts = {name: value for name, value in planned.items() if name not in {"found", "dry_run"}}
    assert done == {**counts, "dry_run": False}
    assert edit_factory("jobs", "cleanup", "--days", "0.5").out.startswith("Removed: 1 jobs;")
    assert edit_factory("jobs", "cleanup").out.startswith("Removed: nothing")


def test_workers_that_count(desk: Desk) -> None:
    database = desk.storage.database
    assert not someone_works(database)
    with database.write() as connection:
        connection.execute(
            insert(executors).values(
                id="w", kind="private", host="elsewhere", boot_id="", pid_namespace="", pid=1, pid_start=1,
                state="alive", started=0.0, expires=4e9, note="",
            )
        )  # fmt: skip
    assert someone_works(database)
    for changed in ({"state": "dead"}, {"state": "alive", "expires": 1.0}):
        with database.write() as connection:
            connection.execute(update(executors).values(**changed))
        assert not someone_works(database)


@pytest.fixture
def trials(desk: Desk, tmp_path: Path) -> Trials:
    return Trials(desk, tmp_path / "trials")


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with workers_in(tmp_path / "workers") as some:
        yield some


@pytest.mark.slow
def test_a_real_worker_is_watched(edit_factory: CommandLine, trials: Trials, workers: Workers) -> None:
    job_id = trials.ask(gates=["two"])
    workers.start()
    trials.at(job_id, "two")
    timer = threading.Timer(1.0, trials.open, ("two",))
    timer.start()
    seen = edit_factory("jobs", "watch", job_id[:8])
    timer.join()
    assert seen.status == 0, seen.err
    assert " two" in seen.err and NO_WORKER not in seen.err
    broken = trials.ask(wrong={"two": "footage"})
    assert edit_factory("jobs", "watch", broken).status == 4
    waits = trials.ask(gates=["three"])
    trials.at(waits, "three")
    assert edit_factory("jobs", "cancel", waits).out == f"{waits[:8]} is cancelled.\n"
    assert edit_factory("jobs", "watch", waits).status == 130


@pytest.mark.slow
def test_a_standing_worker_cleans_up(edit_factory: CommandLine, desk: Desk, workers: Workers, data_dir: Path) -> None:
    store(desk.storage, "old", "completed", 0.6)
    workers.start()
    until(lambda: someone_works(desk.storage.database))
    done = edit_factory("jobs", "cleanup", "--days", "0.5", "--json")
    assert done.document["jobs"] == 1, done.err
    assert desk.storage.get_job("old") is None
    assert desk.storage.list_jobs(job_type="cleanup")[0]["status"] in {"completed", "pending", "processing"}
