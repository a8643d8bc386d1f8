"""Taking work in, ending it, doing it again: the row and the engine's entry are there together, or neither is."""

import logging
import threading

import pytest
from sqlalchemy import select, update

from app.config import Settings
from app.db.tables import jobs
from app.errors import InputError
from app.models.job import JobDict
from app.services.job_storage import JobStorage
from app.tests.ground.children import child, finish, said, tell
from app.workflows.clips.places import job_folder
from app.workflows.jobs.attend import ask
from app.workflows.jobs.engine import Client, client_for
from app.workflows.jobs.submit import Desk, has_ended, part_id


def engine_of(desk: Desk) -> Client:
    return client_for(desk.storage.database)


def states(desk: Desk, *workflow_ids: str) -> dict[str, str]:
    with desk.storage.database.read() as connection:
        return {key: state.status for key, state in engine_of(desk).states(connection, workflow_ids).items()}


def job(desk: Desk, job_id: str) -> JobDict:
    found = desk.storage.get_job(job_id)
    assert found is not None
    return found


def ended(desk: Desk, job_id: str, status: str) -> None:
    with desk.storage.database.write() as connection:
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(status=status))


def test_a_job_and_its_workflow_are_there_together(any_desk: Desk) -> None:
    taken = any_desk.submit("analyze", {"path": "a"}, title="a", owner="me", project_id="p")
    assert (taken["status"], taken["job_type"], taken["percentage"]) == ("pending", "analyze", 0)
    assert taken["request"] == {"path": "a"}
    assert states(any_desk, taken["job_id"]) == {taken["job_id"]: "ENQUEUED"}
    assert any_desk.storage.list_jobs(owner="me", project_id="p")[0]["job_id"] == taken["job_id"]


def test_neither_is_there_when_the_engine_refuses(any_desk: Desk) -> None:
    with pytest.raises(Exception, match="priority"):
        any_desk.submit("analyze", {}, job_id="never", priority=-5)
    assert any_desk.storage.get_job("never") is None
    assert states(any_desk, "never") == {}


def test_the_same_id_again_is_the_same_job(any_desk: Desk) -> None:
    first = any_desk.submit("analyze", {"path": "a"}, job_id="one")
    assert any_desk.submit("analyze", {"path": "b"}, job_id="one") == first


def test_many_who_submit_the_same_id_at_once_make_one_job(any_desk: Desk) -> None:
    versions = []
    threads = [
        threading.Thread(target=lambda: versions.append(any_desk.submit("analyze", {}, job_id="one")["version"]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == [1] * 8


def test_an_id_may_be_used_again_after_its_job_was_deleted(any_desk: Desk) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    any_desk.cancel("one")
    assert any_desk.storage.delete_job("one")
    again = any_desk.submit("analyze", {}, job_id="one")
    with any_desk.storage.database.read() as connection:
        workflow = connection.execute(select(jobs.c.workflow_id).where(jobs.c.id == "one")).scalar_one()
    assert again["status"] == "pending"
    assert states(any_desk, str(workflow)) == {workflow: "ENQUEUED"}


def test_a_running_job_cannot_be_deleted_and_its_status_is_the_engines(any_desk: Desk) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    with pytest.raises(InputError) as caught:
        any_desk.storage.delete_job("one")
    assert caught.value.instance_code == "job_running"
    with pytest.raises(InputError) as caught:
        any_desk.storage.update_job("one", {"status": "completed"})
    assert caught.value.instance_code == "status_of_engine"
    assert any_desk.storage.create_job({"job_id": "one", "status": "failed"})["status"] == "pending"


def test_cancelling_ends_a_job_with_all_its_parts(any_desk: Desk, any_settings: Settings) -> None:
    any_desk.submit("generate", {}, job_id="top")
    any_desk.submit("render", {}, job_id="part", part_of=("top", 1))
    any_desk.submit("render", {}, job_id="done", part_of=("top", 1))
    any_desk.submit("speak", {}, job_id="part of part", part_of=("part", 1))
    any_desk.submit("render", {}, job_id="other")
    ended(any_desk, "done", "completed")
    left = job_folder(any_settings.data_dir, "part")
    left.mkdir(parents=True)
    assert any_desk.cancel("top")["status"] == "cancelled"
    assert [job(any_desk, one)["status"] for one in ("part", "done", "part of part", "other")] == [
        "cancelled", "completed", "cancelled", "pending",
    ]  # fmt: skip
    assert states(any_desk, "top", "part", "part of part", "other") == {
        "top": "CANCELLED", "part": "CANCELLED", "part of part": "CANCELLED", "other": "ENQUEUED",
    }  # fmt: skip
    assert not left.exists()
    assert has_ended(job(any_desk, "top")) and not has_ended(job(any_desk, "other"))


@pytest.mark.parametrize("status", ["pending", "processing", "completed"])
def test_only_what_did_not_end_well_is_retried(any_desk: Desk, status: str) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    ended(any_desk, "one", status)
    with pytest.raises(InputError, match=status) as caught:
        any_desk.retry("one")
    assert caught.value.instance_code == "job_state"


def test_a_retry_is_a_new_run_of_the_same_job(any_desk: Desk) -> None:
    any_desk.submit("analyze", {"path": "a"}, job_id="one")
    any_desk.cancel("one")
    again = any_desk.retry("one")
    assert (again["status"], again["percentage"], again["error"]) == ("pending", 0, None)
    assert states(any_desk, "one", "one.2") == {"one": "CANCELLED", "one.2": "ENQUEUED"}


def test_two_retries_at_once_are_one(any_desk: Desk) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    any_desk.cancel("one")
    program = """
        import sys
        from app.config import load_settings
        from app.errors import InputError
        from app.workflows.jobs.attend import open_desk
        desk = open_desk(load_settings())
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            desk.retry("one")
            print("retried")
        except InputError as error:
            print(error.instance_code)
    """
    with child(program) as first, child(program) as second:
        for one in (first, second):
            assert said(one) == "ready"
        for one in (first, second):
            tell(one)
        assert sorted([finish(first).strip(), finish(second).strip()]) == ["job_state", "retried"]
    assert states(any_desk, "one.2", "one.3") == {"one.2": "ENQUEUED"}


def test_jobs_that_are_not_there_or_not_the_engines(any_desk: Desk) -> None:
    any_desk.storage.create_job({"job_id": "bare", "status": "failed"})
    for act in (any_desk.cancel, any_desk.retry):
        with pytest.raises(InputError) as caught:
            act("absent")
        assert caught.value.instance_code == "job_unknown"
    with pytest.raises(InputError) as caught:
        any_desk.retry("bare")
    assert caught.value.instance_code == "job_state"
    any_desk.storage.create_job({"job_id": "bare", "status": "pending"})
    assert any_desk.cancel("bare")["status"] == "cancelled"


def test_the_queue_position_counts_who_comes_first(any_desk: Desk) -> None:
    for name in ("one", "two", "three"):
        any_desk.submit("render", {}, job_id=name)
    any_desk.submit("render", {}, job_id="urgent", priority=1)
    any_desk.submit("analyze", {}, job_id="another kind", priority=1)
    positions = [any_desk.queue_position(name) for name in ("urgent", "one", "two", "three", "another kind", "absent")]
    assert positions == [0, 1, 2, 3, 0, None]
    any_desk.cancel("urgent")
    assert any_desk.queue_position("urgent") is None
    assert any_desk.queue_position("one") == 0


def test_the_same_request_is_found_while_it_is_unfinished(any_desk: Desk) -> None:
    assert any_desk.unfinished("key") is None
    taken = any_desk.submit("generate", {}, request_key="key")
    assert any_desk.unfinished("key") == taken
    any_desk.cancel(taken["job_id"])
    assert any_desk.unfinished("key") is None


def test_the_same_request_from_two_at_once_is_one_job(any_desk: Desk) -> None:
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(any_desk.submit("generate", {}, request_key="key")["job_id"]))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def test_a_command_goes_on_with_a_job_whose_command_is_gone_and_leaves_one_that_runs_alone(any_desk: Desk) -> None:
    job, mine = ask(any_desk, "generate", {"a": 1}, "first")
    assert mine
    assert ask(any_desk, "generate", {"a": 1}, "again") == (job, True)
    program = """
        import sys
        from app.config import load_settings
        from app.workflows.jobs.attend import ask, open_desk
        job, mine = ask(open_desk(load_settings()), "generate", {"a": int(sys.stdin.readline())}, "other")
        print(job["job_id"], mine, flush=True)
        sys.stdin.readline()
    """
    with child(program) as other:
        tell(other, "1")
        assert said(other) == f"{job['job_id']} False"
    with child(program) as other:
        tell(other, "2")
        theirs = said(other).split()[0]
        assert ask(any_desk, "generate", {"a": 2}, "mine?")[1] is False
    taken, mine = ask(any_desk, "generate", {"a": 2}, "now mine")
    assert (taken["job_id"], mine) == (theirs, True)


def test_ids_of_parts_are_the_same_each_time() -> None:
    assert part_id("job", "render", "a") == part_id("job", "render", "a")
    assert len({part_id("job", "render", "a"), part_id("job", "render", "b"), part_id("other", "render", "a")}) == 3


def test_workflows_that_ended_can_be_forgotten(any_desk: Desk) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    any_desk.cancel("one")
    engine_of(any_desk).delete(["one"])
    assert states(any_desk, "one") == {}
    engine_of(any_desk).delete([])


def test_the_log_says_which_job_was_taken_in(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "edit_factory")
    desk = Desk(JobStorage(settings), settings)
    for _ in range(2):
        desk.submit("analyze", {}, job_id="a", title="private words")
    told = [(one.getMessage(), one.__dict__["job_id"]) for one in caplog.records if "taken in" in one.getMessage()]
    assert told == [("a job of the kind analyze is taken in", "a")]
