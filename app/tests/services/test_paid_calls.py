"""Nothing is paid twice: by threads, by processes, after kill -9, after a pause, after a database that was away."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.config import Settings, load_settings
from app.db import Database, open_database
from app.db.tables import paid_calls
from app.errors import Cancelled, PaidCallUncertain, StorageError, VoiceError
from app.models.control import Control
from app.models.cost import CostEntry
from app.services.cost_tracker import CostTracker
from app.services.job_storage import JobStorage
from app.services.paid_calls import Fate, NotPaid, PaidCalls
from app.tests.ground.children import child, finish, said, tell, until

PRICE = 250


class Provider:
    """A provider in this process that counts what it charges."""

    def __init__(self, database: Database, settings: Settings, wait: Callable[[float], None] | None = None) -> None:
        self.calls = 0
        self.paid = PaidCalls(database, settings, *([wait] if wait else []))
        self.costs = CostTracker(settings)

    def speak(self) -> Any:
        self.calls += 1
        return {"said": self.calls}

    def ask(self, key: str = "k", job_id: str = "job", call: Callable[[], Any] | None = None, **more: Any) -> Any:
        return self.paid.once(
            key, service="acme", operation="tts", job_id=job_id, call=call or self.speak, cost=self.cost, **more
        )

    def cost(self, result: Any) -> CostEntry:
        return CostEntry(job_id="job", service="acme", operation="tts", input_units=5, cost_microdollars=PRICE)

    def charged(self) -> int:
        return sum(total.cost_microdollars for total in self.costs.totals())


@pytest.fixture
def quick(any_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings whose dead are found dead soon."""
    monkeypatch.setenv("EDIT_FACTORY_LEASE_SECONDS", "1")
    monkeypatch.setenv("EDIT_FACTORY_BEAT_SECONDS", "0.2")
    return load_settings()


@pytest.fixture
def provider(any_settings: Settings) -> Provider:
    return Provider(open_database(any_settings), any_settings)


def broken() -> Any:
    raise ConnectionResetError


def rows(provider: Provider) -> list[Any]:
    with provider.costs.database.read() as connection:
        return list(connection.execute(select(paid_calls)))


def test_the_second_who_asks_gets_what_the_first_paid_for(provider: Provider) -> None:
    assert provider.ask() == {"said": 1}
    assert provider.ask(job_id="other") == {"said": 1}
    assert provider.ask("another key") == {"said": 2}
    assert provider.calls == 2
    assert provider.charged() == 2 * PRICE
    assert {entry.key for entry in provider.costs.entries().entries} == {"k", "another key"}


def test_eight_threads_with_one_key_make_one_call(provider: Provider) -> None:
    results: list[Any] = []
    together = threading.Barrier(8)

    def work() -> None:
        together.wait()
        results.append(provider.ask())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [{"said": 1}] * 8
    assert provider.charged() == PRICE


PROGRAM = """
import sys
from app.config import load_settings
from app.db import open_database
from app.models.cost import CostEntry
from app.services.paid_calls import PaidCalls
settings = load_settings()
def call():
    with open(FILE, "a") as file:
        file.write("x")
    print("called", flush=True)
    sys.stdin.readline()
    return {"by": NAME}
def cost(result):
    return CostEntry(job_id="job", service="acme", operation="tts", input_units=5, cost_microdollars=250)
print("ready", flush=True)
sys.stdin.readline()
paid = PaidCalls(open_database(settings), settings)
result = paid.once("k", service="acme", operation="tts", job_id="job", call=call, cost=cost)
print("got " + result["by"], flush=True)
"""


def program(name: str, file: Path) -> str:
    return f"NAME = {name!r}\nFILE = {str(file)!r}\n" + PROGRAM


@pytest.mark.slow
def test_two_processes_with_one_key_make_one_call_however_long_it_takes(quick: Settings, tmp_path: Path) -> None:
    provider = Provider(open_database(quick), quick)
    with ExitStack() as stack:
        first, second = (stack.enter_context(child(program(name, tmp_path / "calls"))) for name in "xy")
        for process in (first, second):
            assert said(process) == "ready"
        tell(first)
        assert said(first) == "called"
        begun = rows(provider)[0].expires
        tell(second)
        until(
            lambda: rows(provider)[0].expires > begun + quick.lease_seconds
        )  # longer than a dead one would be waited for
        tell(first)
        assert said(first) == "got x"
        assert said(second) == "got x"
        finish(first)
        finish(second)
    assert (tmp_path / "calls").read_text() == "x"
    assert provider.charged() == PRICE


@pytest.mark.slow
def test_kill_9_in_mid_call_is_uncertain_until_a_person_says_pay_again(quick: Settings, tmp_path: Path) -> None:
    provider = Provider(open_database(quick), quick)
    with child(program("x", tmp_path / "calls")) as process:
        said(process)
        tell(process)
        assert said(process) == "called"
        process.kill()
    for _ in range(3):
        with pytest.raises(PaidCallUncertain) as caught:
            provider.ask(job_id="later")
        assert "acme" in caught.value.message
        assert "jobs retry later --pay-again" in caught.value.hint
    assert provider.calls == 0
    assert provider.charged() == 0
    assert provider.paid.pay_again("stranger") == 0
    assert provider.paid.pay_again("later") == 1
    assert provider.ask() == {"said": 1}
    assert provider.charged() == PRICE


def test_paying_again_covers_the_parts_of_a_job_and_no_living_call(any_settings: Settings) -> None:
    storage = JobStorage(any_settings)
    provider = Provider(storage.database, any_settings)
    with storage.database.write() as connection:
        storage.rows.create(connection, {"job_id": "whole"})
        storage.rows.create(connection, {"job_id": "part"}, parent_id="whole")
    for key in ("a", "b"):
        with pytest.raises(PaidCallUncertain) as caught:
            provider.ask(key, "part", broken)
        assert "jobs retry whole --pay-again" in caught.value.hint  # a person retries the job, and not a part of it

    def call() -> Any:
        assert provider.paid.pay_again("whole") == 2
        return {"said": 0}

    assert provider.ask("c", "part", call) == {"said": 0}
    assert provider.ask("a", "part") == {"said": 1}


def test_one_who_wakes_up_late_is_counted_and_its_answer_is_not_lost(provider: Provider) -> None:
    """A paused call is taken for dead, a person pays again, and then both turn out to be paid."""
    woken: list[Any] = []

    def paused() -> Any:
        with provider.costs.database.write() as connection:
            connection.execute(update(paid_calls).values(expires=0.0))
        with pytest.raises(PaidCallUncertain):
            provider.ask()
        assert provider.paid.pay_again("job") == 1
        woken.append(provider.ask())
        return {"said": "late"}

    assert provider.ask(call=paused) == {"said": 1} == woken[0]
    assert provider.calls == 1
    assert provider.charged() == 2 * PRICE  # as it is
    assert {entry.key for entry in provider.costs.entries().entries} == {"k", "k#2"}


def test_what_was_surely_not_paid_may_be_asked_again(provider: Provider) -> None:
    def refused() -> Any:
        raise NotPaid(VoiceError("The key is wrong.", hint="Mend it."))

    for _ in range(2):
        with pytest.raises(VoiceError, match="key is wrong"):
            provider.ask(call=refused)
        assert rows(provider) == []
    assert provider.ask() == {"said": 1}
    assert [entry.key for entry in provider.costs.entries().entries] == ["k"]


def test_a_refusal_after_an_uncertain_call_keeps_their_costs_apart(provider: Provider) -> None:
    def refused() -> Any:
        raise NotPaid(VoiceError("no"))

    with pytest.raises(PaidCallUncertain):
        provider.ask(call=broken)
    provider.paid.pay_again("job")
    for _ in range(2):
        with pytest.raises(VoiceError):
            provider.ask(call=refused)
    assert provider.ask() == {"said": 1}
    assert [entry.key for entry in provider.costs.entries().entries] == ["k#2"]


@pytest.mark.parametrize("dies", [True, False])
def test_a_provider_that_remembers_is_asked_for_the_result(provider: Provider, dies: bool) -> None:
    if dies:
        with pytest.raises(PaidCallUncertain):
            provider.ask(call=broken)
        assert provider.ask(recover=lambda: {"said": "before"}) == {"said": "before"}
    else:
        assert provider.ask(call=broken, recover=lambda: {"said": "before"}) == {"said": "before"}
    assert provider.ask() == {"said": "before"}
    assert provider.calls == 0
    assert provider.charged() == PRICE


def test_what_certainly_never_arrived_is_called(provider: Provider) -> None:
    with pytest.raises(PaidCallUncertain):
        provider.ask(call=broken)
    assert provider.ask(recover=lambda: Fate.NEVER_ARRIVED) == {"said": 1}
    assert provider.charged() == PRICE


def test_an_error_of_a_call_that_never_arrived_is_told_as_it_is(provider: Provider) -> None:
    with pytest.raises(ConnectionResetError):
        provider.ask(call=broken, recover=lambda: Fate.NEVER_ARRIVED)
    assert rows(provider) == []


def test_a_provider_that_cannot_tell_leaves_it_uncertain(provider: Provider) -> None:
    def away() -> Any:
        raise VoiceError("away")

    for recover in (None, away, lambda: Fate.UNKNOWN):
        with pytest.raises(PaidCallUncertain):
            provider.ask(call=broken, recover=recover)
    assert provider.calls == 0


def test_a_result_that_is_lost_is_not_paid_again_unasked(provider: Provider) -> None:
    assert provider.ask(is_there=lambda result: False) == {"said": 1}
    for recover in (None, lambda: Fate.NEVER_ARRIVED):  # it was paid, whatever the provider remembers
        with pytest.raises(PaidCallUncertain, match="lost"):
            provider.ask(is_there=lambda result: False, recover=recover)
    assert provider.ask(is_there=lambda result: False, recover=lambda: {"said": "found"}) == {"said": "found"}
    assert provider.charged() == PRICE
    with pytest.raises(PaidCallUncertain):
        provider.ask(is_there=lambda result: False)
    provider.paid.pay_again("job")
    assert provider.ask() == {"said": 2}
    assert provider.charged() == 2 * PRICE


def test_a_database_that_is_away_after_the_call_is_waited_for(
    any_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    provider = Provider(open_database(any_settings), any_settings, waits.append)
    record, away = CostTracker.record, [1, 2, 3]

    def sometimes(tracker: CostTracker, *arguments: Any) -> bool:
        if away.pop() if away else 0:
            raise StorageError("away")
        return record(tracker, *arguments)

    monkeypatch.setattr(CostTracker, "record", sometimes)
    assert provider.ask() == {"said": 1}
    assert waits == [1.0, 2.0, 4.0]
    assert provider.ask() == {"said": 1}
    assert provider.charged() == PRICE


def test_result_and_cost_come_together_or_not_at_all(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider.paid, "_wait", lambda seconds: None)

    def half(tracker: CostTracker, *arguments: Any) -> bool:
        raise StorageError("away for good")

    with monkeypatch.context() as context:
        context.setattr(CostTracker, "record", half)
        with pytest.raises(StorageError):
            provider.ask()
    assert [(row.state, row.result) for row in rows(provider)] == [("intended", None)]
    assert provider.charged() == 0
    with pytest.raises(PaidCallUncertain):
        provider.ask()


def test_who_was_cancelled_calls_nothing_and_does_not_wait(provider: Provider) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        provider.ask(control=control)

    def call() -> Any:
        with pytest.raises(Cancelled):
            provider.ask(control=control)
        return {"said": 0}

    assert provider.ask(call=call) == {"said": 0}
    assert provider.calls == 0


def test_who_waits_for_another_gives_signs_of_life(provider: Provider) -> None:
    told: list[float] = []

    def impatient(share: float) -> None:
        told.append(share)
        if len(told) == 2:
            control.cancel()

    control = Control(impatient)

    def call() -> Any:
        with pytest.raises(Cancelled):
            provider.ask(control=control)
        return {"said": 0}

    assert provider.ask(call=call) == {"said": 0}
    assert told == [0.0, 0.0]
