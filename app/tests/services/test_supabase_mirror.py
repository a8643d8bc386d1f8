"""What a mirror sends to a real PostgREST, in which order, and what it does when it is refused."""

import logging
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.config import Settings, load_settings
from app.db.tables import outbox as table
from app.services import outbox, supabase_mirror
from app.services.cost_tracker import CostTracker
from app.services.job_storage import JobStorage
from app.services.supabase_mirror import mirror_for
from app.tests.ground.children import PATIENCE, until
from app.tests.ground.supabase import Supabase
from app.tests.services.mirrors import QUICK, House, holder, require_same, settings_for

OWNER = "4c1d7f7e-52ba-4a6e-9d1e-0f5a5d9d5a01"


def test_nobody_waits_for_a_project_that_never_answers(house: House, supabase: Supabase) -> None:
    supabase.gateway.hold()
    for number in range(100):
        house.storage.create_job({"job_id": str(number)})
    assert supabase.gateway.requests == []
    assert len(house.noted()) == 100
    supabase.gateway.release()
    assert house.mirror.flush(PATIENCE)
    require_same(house.database, supabase, house.costs)


def refused(job_id: str, **more: Any) -> dict[str, Any]:
    moment = "2026-01-01T00:00:00+00:00"
    job: dict[str, Any] = {
        "id": job_id,
        "job_type": "x",
        "status": "odd",
        "progress": None,
        "data": {},
        "version": 1,
        "owner": None,
    }
    return {**job, "created_at": moment, "updated_at": moment, **more}


@pytest.mark.store
def test_a_row_that_is_refused_for_good_holds_up_its_own_job_only(any_house: House, supabase: Supabase) -> None:
    supabase.gateway.hold()
    any_house.storage.create_job({"job_id": "good"})
    any_house.add("job:bad", "upsert_job", refused("bad"))
    any_house.add("job:bad", "delete_job", {"id": "bad", "version": 2})
    any_house.add("job:bad", "upsert_job", refused("bad", status="pending"))
    any_house.storage.update_job("good", {"x": 1})
    any_house.costs.log_edge_tts("bad", 3)
    supabase.gateway.release()
    assert any_house.mirror.flush(PATIENCE)
    any_house.storage.create_job({"job_id": "later"})
    assert any_house.mirror.flush(PATIENCE)
    assert [row["id"] for row in supabase.rows("jobs")] == ["good", "later"]
    require_same(any_house.database, supabase, any_house.costs)
    parked, *behind = any_house.noted()
    assert "23514" in parked.parked
    assert [row.parked for row in behind] == [None, None]
    with any_house.database.read() as connection:
        backlog = outbox.backlog(connection)
    assert (backlog.rows, backlog.parked, backlog.reason) == (3, 1, parked.parked)
    supabase.execute("ALTER TABLE jobs DROP CONSTRAINT jobs_status")
    assert any_house.mirror.unpark() == 1
    assert any_house.mirror.flush(PATIENCE)
    assert any_house.noted() == []
    assert {row["id"]: row["status"] for row in supabase.rows("jobs")}["bad"] == "pending"


FAILS = """
    create function public.fail() returns trigger language plpgsql as $$
    begin
        if new.id like 'bad%' then raise exception 'a fault' using errcode = 'internal_error'; end if;
        return new;
    end $$;
    create trigger fail before insert on public.jobs for each row execute function public.fail();
"""


def test_a_row_over_which_the_database_fails_holds_up_its_own_job_only(house: House, supabase: Supabase) -> None:
    supabase.execute(FAILS)
    supabase.gateway.hold()
    for job_id in ("bad", "good", "bad2", "better"):
        house.storage.create_job({"job_id": job_id})
    house.storage.delete_job("bad2")
    supabase.gateway.release()
    until(lambda: [row["id"] for row in supabase.rows("jobs")] == ["better", "good"])
    until(lambda: house.mirror.state == "away")
    assert "500 XX000" in house.mirror.why
    assert {row.stream for row in house.noted()} == {"job:bad", "job:bad2"}
    assert {row.parked for row in house.noted()} == {None}
    supabase.execute("DROP TRIGGER fail ON jobs")
    assert house.mirror.flush(PATIENCE)
    require_same(house.database, supabase, house.costs)


def test_a_database_that_fails_altogether_is_not_asked_for_each_row(
    house: House, supabase: Supabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    supabase.execute(FAILS)
    house.storage._supabase = None
    for number in range(50):
        house.storage.create_job({"job_id": f"bad{number}"})
    monkeypatch.setattr(house.mirror, "_rest", lambda _: house.mirror._stopping.set())
    house.mirror.nudge()
    until(house.mirror._stopping.is_set)
    assert supabase.gateway.requests == ["POST /jobs 500"] * 4  # all together, then three alone


@pytest.mark.parametrize("kind", ["anon", "wrong"])
def test_a_key_that_may_not_is_named_and_no_row_is_to_blame(
    kind: str, supabase: Supabase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    key = {"anon": supabase.anon_key, "wrong": "sb_secret_of_another_project"}[kind]
    settings = settings_for(supabase, monkeypatch, key)
    with caplog.at_level(logging.WARNING):
        known = [mirror_for(settings), mirror_for(settings)]
    assert known[0] is known[1]
    assert sum("anon key" in message for message in caplog.messages) == (kind == "anon")
    weak = House(settings)
    weak.storage.create_job({"job_id": "a"})
    weak.storage.create_job({"job_id": "b"})
    until(lambda: weak.mirror.state == "refused")
    assert "401" in weak.mirror.why
    assert not weak.mirror.flush(timeout=0.2)
    weak.mirror.stop(PATIENCE)
    assert {row.parked for row in weak.noted()} == {None}
    assert all(row.attempts for row in weak.noted()[:1])
    assert key not in caplog.text
    right = House(settings_for(supabase, monkeypatch))
    assert right.mirror.flush(PATIENCE)
    right.mirror.stop(PATIENCE)
    require_same(right.database, supabase, right.costs)


def test_missing_tables_are_waited_for(house: House, supabase: Supabase, caplog: pytest.LogCaptureFixture) -> None:
    supabase.execute("ALTER TABLE jobs RENAME TO elsewhere")
    house.storage.create_job({"job_id": "a"})
    until(lambda: house.mirror.state == "refused")
    assert "are its tables there?" in house.mirror.why
    supabase.execute("ALTER TABLE elsewhere RENAME TO jobs")
    supabase.execute("NOTIFY pgrst, 'reload schema'")  # as a project's own trigger does after each change of a table
    assert house.mirror.flush(PATIENCE)
    assert "Supabase is back" in caplog.messages
    require_same(house.database, supabase, house.costs)


def test_the_pauses_grow_and_what_a_project_asks_for_is_kept(
    house: House, supabase: Supabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    monkeypatch.setattr(house.mirror, "_rest", rests.append)
    monkeypatch.setattr(supabase_mirror, "LONGEST_PAUSE", QUICK * 8)
    supabase.gateway.answer_with(503, 6)
    house.storage.create_job({"job_id": "a"})
    assert house.mirror.flush(PATIENCE)
    assert rests == [QUICK * n for n in (1, 2, 4, 8, 8, 8)]
    rests.clear()
    supabase.gateway.answer_with(429, 1, Retry_After="30")
    house.storage.create_job({"job_id": "b"})
    assert house.mirror.flush(PATIENCE)
    assert rests == [30.0]


def test_ids_of_all_kinds_arrive_and_go(house: House, supabase: Supabase) -> None:
    ids = ["null", "a,b", 'q"uote', "(x)", "%20", "ș ț", "a&b=c", "\\", "*", "\n", "eq.1", "..", "/"]
    for job_id in ids:
        house.storage.create_job({"job_id": job_id, "huge": 10**300, "tiny": 1e-300, "text": "\\u0041 🎬"})
    assert house.mirror.flush(PATIENCE)
    require_same(house.database, supabase, house.costs)
    for job_id in ids[::2]:
        house.storage.delete_job(job_id)
    assert house.mirror.flush(PATIENCE)
    assert sorted(row["id"] for row in supabase.rows("jobs")) == sorted(ids[1::2])


def test_owners_that_supabase_cannot_know_are_nobody_there(house: House, supabase: Supabase) -> None:
    with house.database.write() as connection:
        house.storage.rows.create(connection, {"job_id": "a"}, owner="the admin")
        house.storage.rows.create(connection, {"job_id": "b"}, owner=OWNER)
    assert house.mirror.flush(PATIENCE)
    assert {row["id"]: row["owner"] for row in supabase.rows("jobs")} == {"a": None, "b": UUID(OWNER)}


def test_a_deletion_that_comes_late_spares_the_job_made_after_it(house: House, supabase: Supabase) -> None:
    house.storage.create_job({"job_id": "a"})
    supabase.gateway.hold()
    house.storage.delete_job("a")
    until(lambda: len(house.noted()) > 0)
    late = next(row.payload for row in house.noted() if row.operation == "delete_job")
    house.storage.create_job({"job_id": "a", "again": True})
    supabase.gateway.release()
    assert house.mirror.flush(PATIENCE)
    house.add("job:a", "delete_job", late)
    house.mirror.nudge()
    assert house.mirror.flush(PATIENCE)
    require_same(house.database, supabase, house.costs)


def test_a_page_that_says_yes_to_everything_is_no_project(
    house: House, supabase: Supabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    supabase.gateway.answer_with(200, 1)
    house.storage.create_job({"job_id": "a"})
    assert house.mirror.flush(PATIENCE)
    require_same(house.database, supabase, house.costs)


@pytest.mark.store
def test_what_was_there_before_the_project_is_told_once(
    any_settings: Settings, supabase: Supabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, costs = JobStorage(any_settings), CostTracker(any_settings)
    for job_id in ("old", "older"):
        storage.create_job({"job_id": job_id})
        costs.log_edge_tts(job_id, 5)
    first = House(settings_for(supabase, monkeypatch))
    first.storage.update_job("old", {"x": 1})
    assert first.mirror.flush(PATIENCE)
    first.mirror.stop(PATIENCE)
    require_same(first.database, supabase, first.costs)
    supabase.execute("DELETE FROM jobs")
    second = House(settings_for(supabase, monkeypatch))
    second.storage.update_job("old", {"x": 2})
    assert second.mirror.flush(PATIENCE)
    second.mirror.stop(PATIENCE)
    assert [row["id"] for row in supabase.rows("jobs")] == ["old"]


def test_the_thread_ends_when_there_is_nothing_to_do_and_comes_back(
    house: House, supabase: Supabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supabase_mirror, "_IDLE_SECONDS", 0.0)
    for job_id in ("a", "b"):
        house.storage.create_job({"job_id": job_id})
        assert house.mirror.flush(PATIENCE)
        until(lambda: house.mirror._thread is None)
    assert holder(house.database) is None
    assert len(supabase.rows("jobs")) == 2


def test_who_keeps_sending_sends_what_others_note(
    house: House, supabase: Supabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supabase_mirror, "_IDLE_SECONDS", 0.0)
    house.mirror.start()
    other = JobStorage(load_settings())
    other._supabase = None
    other.create_job({"job_id": "a"})
    until(lambda: len(supabase.rows("jobs")) == 1)
    assert house.mirror._thread is not None
    house.mirror.stop(PATIENCE)
    other.create_job({"job_id": "b"})
    house.mirror.nudge()
    assert house.mirror._thread is not None
    assert not house.mirror._thread.is_alive()


def test_starting_tries_again_what_was_set_aside(house: House, supabase: Supabase) -> None:
    house.add("job:bad", "upsert_job", refused("bad"))
    house.mirror.nudge()
    assert house.mirror.flush(PATIENCE)
    assert supabase.rows("jobs") == []
    with house.database.write() as connection:
        connection.execute(update(table).values(payload=refused("bad", status="failed")))
    house.mirror.start()
    until(lambda: len(supabase.rows("jobs")) == 1)
