"""Real workers and trial jobs: steps, errors, cancelling, retrying, leaving, dying, sleeping, stalling."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings
from app.errors import InputError
from app.models.job import TERMINAL
from app.models.make import MakeRequest
from app.tests.chaos.trials import Trials
from app.tests.chaos.workers import Workers, workers_in
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.workflows.jobs.lease import start_of
from app.workflows.jobs.records import request_json
from app.workflows.jobs.submit import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with workers_in(tmp_path / "workers") as some:
        yield some


def test_a_job_runs_step_by_step_and_tells_how_far_it_is(any_trials: Trials, workers: Workers) -> None:
    job_id = any_trials.ask()
    workers.start()
    job = any_trials.ended(job_id)
    assert (job["status"], job["percentage"], job["result"]) == ("completed", 100, {"steps": ["one", "two", "three"]})
    assert any_trials.steps(job_id) == ["one", "two", "three"]
    assert any_trials.results(job_id) == 1
    kinds = [event.kind for event in any_trials.desk.storage.events(job_id)]
    assert kinds[:2] == ["submitted", "started"] and kinds[-1] == "completed"
    numbers = [event.number for event in any_trials.desk.storage.events(job_id)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_percentages_never_fall_and_reach_100_at_the_end_only(trials: Trials, workers: Workers) -> None:
    job_id = trials.ask(gates=["two"])
    workers.start()
    until(lambda: trials.get(job_id)["percentage"] >= 50)
    trials.open("two")
    trials.ended(job_id)
    events = trials.desk.storage.events(job_id)
    shares = [event.data["percentage"] for event in events if "percentage" in event.data]
    assert shares == sorted(shares) and shares[-1] == 100
    assert all(share < 100 for share in shares[:-1])


@pytest.mark.parametrize(
    ("wrong", "code", "status"),
    [("footage", "not_enough", 4), ("bug", "internal_error", 1), ("memory", "out_of_memory", 6)],
)
def test_what_goes_wrong_ends_the_job_with_its_reason(
    trials: Trials, workers: Workers, settings: Settings, wrong: str, code: str, status: int
) -> None:
    job_id = trials.ask(wrong={"two": wrong})
    workers.start()
    job = trials.ended(job_id)
    assert (job["status"], job["error"]["code"]) == ("failed", code)
    assert trials.steps(job_id) == ["one", "two"]
    assert "secret" not in str(job)
    from app.errors import from_record  # noqa: PLC0415 - for this line only

    assert from_record(job["error"]).exit_status == status
    logs = list((settings.data_dir / "logs").glob("error-*.txt")) if wrong == "bug" else []
    assert [("secret text of a bug" in log.read_text()) for log in logs] == [True] * (wrong == "bug")


def test_a_job_that_was_cancelled_stops_at_once_and_leaves_nothing(
    any_trials: Trials, workers: Workers, any_settings: Settings, tmp_path: Path
) -> None:
    job_id = any_trials.ask(gates=["two"])
    workers.start()
    any_trials.at(job_id, "two")
    assert any_trials.desk.cancel(job_id)["status"] == "cancelled"
    until(lambda: any_trials.leftovers(job_id, any_settings.data_dir) == [])
    any_trials.open("two")
    follower = any_trials.ask()
    any_trials.ended(follower)
    assert any_trials.get(job_id)["status"] == "cancelled"
    assert any_trials.steps(job_id) == ["one", "two"]
    assert any_trials.results(job_id) == 0
    assert any_trials.desk.cancel(job_id)["status"] == "cancelled"
    log = (tmp_path / "workers" / "worker.log").read_text()
    assert "Traceback" not in log and "dbos" not in log  # to be cancelled is no trouble


def test_a_job_is_cancelled_before_anybody_took_it(any_trials: Trials, workers: Workers) -> None:
    job_id = any_trials.ask()
    any_trials.desk.cancel(job_id)
    workers.start()
    any_trials.ended(any_trials.ask())
    assert any_trials.steps(job_id) == []
    assert any_trials.get(job_id)["status"] == "cancelled"


def test_retry_runs_what_failed_again(any_trials: Trials, workers: Workers) -> None:
    job_id = any_trials.ask(wrong={"three": "first try"})
    workers.start()
    assert any_trials.ended(job_id)["error"]["code"] == "disk_full"
    assert any_trials.desk.retry(job_id)["status"] == "pending"
    job = any_trials.ended(job_id)
    assert (job["status"], job["error"]) == ("completed", None)
    assert any_trials.results(job_id) == 1
    with pytest.raises(InputError, match="completed") as caught:
        any_trials.desk.retry(job_id)
    assert caught.value.instance_code == "job_state"


def test_a_worker_that_is_asked_to_stop_hands_its_jobs_over(any_trials: Trials, workers: Workers) -> None:
    job_id = any_trials.ask(gates=["two"])
    first = workers.start()
    any_trials.at(job_id, "two")
    assert first.pid is not None
    os.kill(first.pid, signal.SIGTERM)
    first.join(20)
    assert first.exitcode == 0
    assert any_trials.get(job_id)["status"] == "processing"
    any_trials.open("two")
    workers.start()
    assert any_trials.ended(job_id)["status"] == "completed"
    assert any_trials.steps(job_id) == ["one", "two", "two", "three"]
    assert any_trials.results(job_id) == 1


def test_a_worker_that_was_killed_is_taken_over(any_trials: Trials, workers: Workers) -> None:
    job_id = any_trials.ask(gates=["two"])
    first = workers.start()
    any_trials.at(job_id, "two")
    second = workers.start()
    first.kill()
    any_trials.open("two")
    assert any_trials.ended(job_id)["status"] == "completed"
    assert any_trials.processes(job_id)[-1] == second.pid
    assert any_trials.results(job_id) == 1


def test_a_worker_that_slept_past_its_lease_finds_out_and_leaves(any_trials: Trials, workers: Workers) -> None:
    job_id = any_trials.ask(gates=["two"])
    first = workers.start()
    any_trials.at(job_id, "two")
    assert first.pid is not None
    os.kill(first.pid, signal.SIGSTOP)
    second = workers.start()
    any_trials.at(job_id, "two", times=2)
    os.kill(first.pid, signal.SIGCONT)
    first.join(20)
    assert first.exitcode == 75
    any_trials.open("two")
    assert any_trials.ended(job_id)["status"] == "completed"
    assert any_trials.processes(job_id)[2:] == [second.pid, second.pid]
    assert any_trials.results(job_id) == 1


def test_a_job_that_kills_every_worker_is_given_up(any_trials: Trials, workers: Workers) -> None:
    job_id = any_trials.ask(wrong={"two": "kill"})
    deaths = workers.keep_running((), lambda: any_trials.get(job_id)["status"] in {"failed", "completed"})
    job = any_trials.get(job_id)
    assert (job["status"], job["error"]["code"]) == ("failed", "worker_died")
    assert deaths >= 5
    assert any_trials.ended(any_trials.ask())["status"] == "completed"


def test_a_job_without_progress_is_ended(any_trials: Trials, workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDIT_FACTORY_STALL_SECONDS", "5")
    job_id = any_trials.ask(gates=["two"], silent=True)
    lively = any_trials.ask(gates=["two"])
    workers.start()
    job = any_trials.ended(job_id)
    assert (job["status"], job["error"]["code"]) == ("failed", "stalled")
    assert any_trials.get(lively)["status"] == "processing"
    any_trials.open("two")
    assert any_trials.ended(lively)["status"] == "completed"


def test_a_job_of_nobodys_engine_is_left_alone(any_trials: Trials, workers: Workers) -> None:
    storage = any_trials.desk.storage
    for status in ("pending", "processing"):
        storage.create_job({"job_id": f"bare {status}", "status": status})
    before = [storage.get_job(f"bare {status}") for status in ("pending", "processing")]
    workers.start()
    any_trials.ended(any_trials.ask())
    any_trials.ended(any_trials.ask())
    assert [storage.get_job(f"bare {status}") for status in ("pending", "processing")] == before


def test_a_worker_leaves_no_process_behind(trials: Trials, workers: Workers) -> None:
    worker = workers.start()
    trials.ended(trials.ask())
    worker.terminate()
    worker.join(20)
    assert worker.exitcode == 0
    assert worker.pid is not None and start_of(worker.pid) is None


def test_however_often_a_job_is_handed_over_nothing_died_of_it(trials: Trials, workers: Workers) -> None:
    job_id = trials.ask(gates=["two"])
    for times in range(1, 8):
        worker = workers.start()
        trials.at(job_id, "two", times)
        worker.terminate()
        worker.join(20)
        assert worker.exitcode == 0
    trials.open("two")
    workers.start()
    assert trials.ended(job_id)["status"] == "completed"
    assert trials.results(job_id) == 1


def test_a_job_that_lay_still_over_night_goes_on(
    trials: Trials, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDIT_FACTORY_STALL_SECONDS", "1")
    job_id = trials.ask(gates=["two"])
    worker = workers.start()
    trials.at(job_id, "two")
    worker.kill()
    worker.join()
    time.sleep(2)  # longer than a job may be silent
    trials.open("two")
    workers.start()
    assert trials.ended(job_id)["status"] == "completed"


def test_the_percentage_does_not_fall_when_another_worker_goes_on(trials: Trials, workers: Workers) -> None:
    job_id = trials.ask(**{"gates": ["two"], "slow again": True})
    worker = workers.start()
    until(lambda: trials.get(job_id)["percentage"] == 50)
    worker.kill()
    workers.start()
    trials.at(job_id, "two", times=2)
    until(lambda: len([e for e in trials.desk.storage.events(job_id) if e.kind == "step"]) >= 2)
    trials.open("two")
    trials.ended(job_id)
    events = trials.desk.storage.events(job_id)
    shares = [event.data["percentage"] for event in events if event.kind in {"step", "progress"}]
    assert shares == sorted(shares) and 50 in shares


def test_a_part_that_somebody_cancels_ends_its_job_with_that_reason(
    desk: Desk, make: ClipMaker, workers: Workers, tmp_path: Path
) -> None:
    files = (make(seconds=4, cuts=(2,), size=(320, 240), seed=61, audio=None),)
    request = MakeRequest(files=files, duration=2.0, quality="draft", preset="square", out=tmp_path / "out")
    job_id = str(desk.submit("generate", request_json(request))["job_id"])
    worker = workers.start()
    until(lambda: desk.storage.list_jobs(parent_id=job_id) != [])
    (part, *_) = desk.storage.list_jobs(parent_id=job_id)
    cancelled = desk.cancel(part["job_id"])
    until(lambda: (desk.storage.get_job(job_id) or {})["status"] in TERMINAL)
    job = desk.storage.get_job(job_id)
    assert job is not None and worker.is_alive()
    if cancelled["status"] == "cancelled":  # it was not done before
        assert (job["status"], job["error"]["code"]) == ("failed", "part_cancelled")
        desk.retry(job_id)
        until(lambda: (desk.storage.get_job(job_id) or {})["status"] in TERMINAL)
    assert (desk.storage.get_job(job_id) or {})["status"] == "completed"
