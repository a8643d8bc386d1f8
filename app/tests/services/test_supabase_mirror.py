"""Jobs and costs reach a real PostgREST whatever happens to it, to the network and to who sends: none lost or twice."""

import logging
import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.config import Settings, load_settings
from app.db import Database
from app.db.tables import jobs, leases
from app.db.tables import outbox as table
from app.services import outbox, supabase_mirror
from app.services.cost_rows import replica_of as cost_replica
from app.services.cost_tracker import CostTracker
from app.services.job_rows import replica_of
from app.services.job_storage import JobStorage
from app.services.supabase_mirror import Mirror, mirror_for
from app.tests.ground.children import PATIENCE, child, finish, said, tell, until
from app.tests.ground.supabase import Supabase

QUICK = 0.02
OWNER = "4c1d7f7e-52ba-4a6e-9d1e-0f5a5d9d5a01"


def settings_for(supabase: Supabase, monkeypatch: pytest.MonkeyPatch, key: str | None = None) -> Settings:
    """Settings with the project, in the environment too, so that child processes have them; short leases."""
    monkeypatch.setenv("SUPABASE_URL", supabase.url)
    monkeypatch.setenv("SUPABASE_KEY", key or supabase.service_key)
    monkeypatch.setenv("EDIT_FACTORY_LEASE_SECONDS", "6")
    return load_settings()


class House:
    """A storage and a ledger that tell a mirror with short pauses."""

    def __init__(self, settings: Settings) -> None:
        self.mirror = Mirror(settings, first_pause=QUICK)
        self.storage = JobStorage(settings)
        self.costs = CostTracker(settings)
        self.storage._supabase = self.costs._supabase = self.mirror
        self.database = self.storage.database

    def add(self, stream: str, operation: str, payload: dict[str, Any]) -> None:
        with self.database.write() as connection:
            outbox.add(connection, stream, operation, payload)

    def noted(self) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)))


@pytest.fixture
def house(supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    made = House(settings_for(supabase, monkeypatch))
    yield made
    supabase.gateway.release()
    made.mirror.stop(PATIENCE)


@pytest.fixture
def any_house(any_settings: Settings, supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    made = House(settings_for(supabase, monkeypatch))
    yield made
    made.mirror.stop(PATIENCE)


def require_same(database: Database, supabase: Supabase, costs: CostTracker) -> None:
    """Supabase has what is here: the same rows, with the same content and versions, and no others."""
    with database.read() as connection:
        here = {row.id: replica_of(row) for row in connection.execute(select(jobs))}
    there = {
        row["id"]: {
            **row,
            "owner": str(row["owner"]) if row["owner"] else None,
            "created_at": row["created_at"].isoformat(),
            "updated_at": row["updated_at"].isoformat(),
        }
        for row in supabase.rows("jobs")
    }
    assert {name: there[name]["version"] for name in there} == {name: here[name]["version"] for name in here}
    for name, row in here.items():
        for key in ("data", "status", "progress", "job_type", "owner"):
            assert there[name][key] == row[key], (name, key)
    entries = {entry.id: cost_replica(entry) for entry in costs.entries(10_000).entries}
    sent = {str(row["id"]): row for row in supabase.rows("api_costs")}
    assert {name: (row["job_id"], row["units"], row["details"]) for name, row in sent.items()} == {
        name: (row["job_id"], row["units"], row["details"]) for name, row in entries.items()
    }


HISTORY = """
    create table public.history (id bigserial primary key, job text, version bigint, what text);
    create function public.remember() returns trigger language plpgsql security definer as $$
    begin
        insert into public.history (job, version, what)
            values (coalesce(new.id, old.id), coalesce(new.version, old.version), tg_op);
        return null;
    end $$;
    create trigger remember after insert or update or delete on public.jobs
        for each row execute function public.remember();
"""


def require_order(supabase: Supabase) -> None:
    """Each job's versions arrived in order; after a deletion it begins anew; a version that is sent again stays."""
    latest: defaultdict[str, int] = defaultdict(int)
    for row in supabase.rows("history"):
        if row["what"] == "DELETE":
            latest[row["job"]] = 0
        else:
            assert row["version"] >= latest[row["job"]], row
            latest[row["job"]] = row["version"]


WRITER = """
    import sys, threading
    from app.services.cost_tracker import get_cost_tracker
    from app.services.job_storage import get_job_storage
    storage, costs = get_job_storage(), get_cost_tracker()
    def write(thread):
        for n in range(100):
            job = f"{NAME}-{thread}-{n // 20 % 3}"  # those of blocks 0 and 3 have the same name
            if n % 20 == 0:
                storage.create_job({"job_id": job, "name": "ș", "block": n // 20})
            elif n % 20 == 19 and n < 50:
                storage.delete_job(job)
            elif n % 10 == 5:
                costs.log_elevenlabs_tts(job, n, note=NAME)
            elif n % 10 == 7:
                storage.update_job("shared", {f"{NAME}-{thread}-{n}": n})
            else:
                storage.update_job(job, {"n": n, "status": "processing"})
    threads = [threading.Thread(target=write, args=(n,)) for n in range(5)]
    print("ready", flush=True)
    sys.stdin.readline()
    [t.start() for t in threads]
    [t.join() for t in threads]
    print("written", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.slow
@pytest.mark.store
def test_a_thousand_changes_while_the_connection_fails(any_house: House, supabase: Supabase) -> None:
    """2 processes of 5 threads make 1,000 changes, and everything goes wrong meanwhile: the same rows in the end."""
    supabase.execute(HISTORY)
    any_house.storage.create_job({"job_id": "shared"})
    with ExitStack() as stack:
        writers = [stack.enter_context(child(f"NAME = {name!r}\n" + _flat(WRITER))) for name in "xy"]
        for writer in writers:
            assert said(writer) == "ready"
        for writer in writers:
            tell(writer)
        _trouble(supabase, any_house)
        for writer in writers:
            assert said(writer) == "written"
            tell(writer)
            finish(writer)
    assert any_house.mirror.flush(PATIENCE), any_house.mirror.why
    assert any_house.noted() == []
    fates = {line.rpartition(" ")[2] for line in supabase.gateway.requests}
    assert fates >= {"201", "200", "lost", "429", "500", "503"}
    done = sum(any_house.storage.count_jobs(limit) for limit in ("pending", "processing"))
    assert done == len(supabase.rows("jobs")) == 1 + 2 * 5 * 3
    assert len(supabase.rows("api_costs")) == 2 * 5 * 10
    require_same(any_house.database, supabase, any_house.costs)
    require_order(supabase)


def _trouble(supabase: Supabase, house: House) -> None:
    """Let everything go wrong, each time after a request got through, or had the chance to."""
    gateway = supabase.gateway
    for trouble in ("cut", "lose", 503, 429, "cut", 500, "lose"):
        before = len(gateway.requests)
        until(lambda before=before: len(gateway.requests) > before or not house.noted())  # type: ignore[misc]
        if trouble == "lose":
            gateway.lose_answers(2)
        elif isinstance(trouble, int):
            gateway.answer_with(trouble, 2, Retry_After="1")
        else:
            gateway.cut()
            noted = len(house.noted())
            until(lambda noted=noted: len(house.noted()) > noted + 20 or _is_quiet(house))  # type: ignore[misc]
            gateway.restore()


def _is_quiet(house: House) -> bool:
    """Whether the writers have made their last changes."""
    job: dict[str, Any] = house.storage.get_job("shared") or {}
    return sum(key.endswith("-97") for key in job) == 10


@pytest.mark.slow
@pytest.mark.store
def test_who_dies_while_sending_is_followed_by_another(any_house: House, supabase: Supabase) -> None:
    supabase.gateway.hold()
    program = """
        from app.services.job_storage import get_job_storage
        storage = get_job_storage()
        for n in range(150):
            storage.create_job({"job_id": str(n)})
        print("written", flush=True)
        input()
    """
    with child(program) as process:
        assert said(process) == "written"
        until(lambda: _holder(any_house.database) is not None)
        before = _holder(any_house.database)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(any_house.noted()) == 150
    any_house.mirror.start()
    assert _holder(any_house.database) == before
    supabase.gateway.release()
    assert any_house.mirror.flush(PATIENCE)
    assert len(supabase.rows("jobs")) == 150
    require_same(any_house.database, supabase, any_house.costs)


@pytest.mark.slow
@pytest.mark.store
def test_who_slept_while_sending_and_finds_another_sending_mends_what_it_did(
    any_house: House, supabase: Supabase
) -> None:
    """Its request arrives after the job's deletion, which another process has sent: the job is gone all the same."""
    supabase.gateway.hold(times=1)
    program = """
        from app.services.job_storage import get_job_storage
        storage = get_job_storage()
        storage.create_job({"job_id": "a"})
        print("written", flush=True)
        input()
    """
    with child(program) as process:
        assert said(process) == "written"
        until(lambda: _holder(any_house.database) is not None)
        until(lambda: supabase.gateway.held == 1)
        process.send_signal(signal.SIGSTOP)
        any_house.storage.create_job({"job_id": "b"})
        any_house.storage.delete_job("a")
        assert any_house.mirror.flush(PATIENCE)
        assert [row["id"] for row in supabase.rows("jobs")] == ["b"]
        supabase.gateway.release()
        until(lambda: len(supabase.rows("jobs")) == 2)
        process.send_signal(signal.SIGCONT)
        until(lambda: len(supabase.rows("jobs")) == 1)
    assert any_house.mirror.flush(PATIENCE)
    require_same(any_house.database, supabase, any_house.costs)


def _holder(database: Database) -> str | None:
    with database.read() as connection:
        return connection.execute(select(leases.c.holder).where(leases.c.name == "outbox")).scalar()


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
    assert _holder(house.database) is None
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


def _flat(program: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in program.split("\n"))
