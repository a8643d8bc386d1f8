"""Supabase, the network and who sends fail in the midst of it all: no change is lost, and none is there twice."""

import signal
from collections import defaultdict
from contextlib import ExitStack
from typing import Any

import pytest

from app.tests.ground.children import PATIENCE, child, finish, said, tell, until
from app.tests.ground.supabase import Supabase
from app.tests.services.mirrors import House, holder, require_same

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
        until(lambda: holder(any_house.database) is not None)
        before = holder(any_house.database)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(any_house.noted()) == 150
    any_house.mirror.start()
    assert holder(any_house.database) == before
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
        until(lambda: holder(any_house.database) is not None)
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


def _flat(program: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in program.split("\n"))
