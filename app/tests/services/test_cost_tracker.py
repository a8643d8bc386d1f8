"""Every call of a provider is a row, exact to the micro-dollar, summed over all rows there are, and sent once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.config import Settings, load_settings
from app.db.tables import costs, outbox
from app.errors import InputError, UnknownName
from app.models.cost import CostEntry
from app.services import cost_rows
from app.services.cost_tracker import CostTracker, get_cost_tracker, tracker_for
from app.services.job_storage import JobStorage
from app.tests.ground.supabase import Supabase

OWNER = "4c1d7f7e-52ba-4a6e-9d1e-0f5a5d9d5a01"


@pytest.fixture
def tracker(any_settings: Settings) -> CostTracker:
    return CostTracker(any_settings)


class Nudged:
    """What stands for the mirror: it only counts how often it was woken."""

    def __init__(self) -> None:
        self.times = 0

    def nudge(self) -> None:
        self.times += 1


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def connected(
    supabase: Supabase, waits: list[float], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> CostTracker:
    """A tracker of a project that is there; it notes how long it would have waited."""
    monkeypatch.setenv("SUPABASE_URL", supabase.url)
    monkeypatch.setenv("SUPABASE_KEY", supabase.service_key)
    tracker = CostTracker(load_settings(), wait=waits.append)
    tracker._supabase = Nudged()
    return tracker


def noted(tracker: CostTracker) -> list[dict[str, Any]]:
    """What is still to be sent."""
    with tracker.database.read() as connection:
        return list(connection.execute(select(outbox.c.payload).order_by(outbox.c.id)).scalars())


def test_each_provider_has_its_method(tracker: CostTracker) -> None:
    speech = tracker.log_elevenlabs_tts("a", 1_000, note="take 1")
    assert (speech.service, speech.operation, speech.input_units) == ("elevenlabs", "tts", 1_000)
    assert speech.cost_microdollars == tracker.price("elevenlabs").of({"characters": 1_000}) > 0
    assert speech.details == {"model": "eleven_multilingual_v2", "note": "take 1"}
    free = tracker.log_edge_tts(job_id="b", characters=345, note="Free tier - volume tracking only")
    assert (free.service, free.input_units, free.cost_usd) == ("edge_tts", 345, 0.0)
    assert free.details == {"note": "Free tier - volume tracking only"}
    other = tracker.log("c", "piper", "tts", 7, 0, project_id="p", clip_id="k", owner="o")
    assert (other.project_id, other.clip_id, other.owner) == ("p", "k", "o")
    assert tracker.entries().entries == (other, free, speech)


def test_gemini_is_charged_by_the_token_and_frames_are_tokens_where_no_answer_tells(tracker: CostTracker) -> None:
    told = tracker.log_gemini_analysis("a", 30, input_tokens=9_000, output_tokens=1_000)
    assert told.cost_microdollars == 2_700 + 2_500
    assert told.input_units == 10_000
    assert told.details["input_tokens"] == 9_000
    assert not told.details["estimated"]
    frames = tracker.log_gemini_analysis("a", 30)
    assert frames.input_units == 30 * 258
    assert frames.cost_microdollars == 2_322
    assert frames.details["estimated"]
    unknown = tracker.log_gemini_analysis("a", 30, model="gemini-99")
    assert unknown.cost_microdollars == 9_675  # the dearest


def test_a_persons_own_price_counts(settings: Settings) -> None:
    (settings.data_dir / "prices.toml").write_text(
        '[elevenlabs.eleven_multilingual_v2]\ndate = "2027-01-01"\nsource = "invoice"\ncharacters = 300_000_000\n'
    )
    assert CostTracker(settings).log_elevenlabs_tts("a", 1_000).cost_microdollars == 300_000


def test_a_key_that_is_told_twice_counts_once(tracker: CostTracker) -> None:
    first = tracker.log("a", "elevenlabs", "tts", 10, 1_000, key="call 1")
    tracker.log("a", "elevenlabs", "tts", 99, 9_999, key="call 1")
    tracker.log("a", "elevenlabs", "tts", 10, 1_000)
    assert [total.cost_microdollars for total in tracker.totals()] == [2_000]
    assert first in tracker.entries().entries


def test_a_row_comes_and_goes_with_the_callers_transaction(tracker: CostTracker) -> None:
    with pytest.raises(RuntimeError), tracker.database.write() as connection:
        tracker.log("a", "gemini", "analysis", 1, 1, connection=connection)
        raise RuntimeError
    assert tracker.entries().entries == ()
    with tracker.database.write() as connection:
        assert tracker.record(connection, tracker.entry("a", "gemini", "analysis", 1, 1, key="k"))
        assert not tracker.record(connection, tracker.entry("a", "gemini", "analysis", 1, 1, key="k"))
    assert len(tracker.entries().entries) == 1


@pytest.mark.slow
def test_sums_are_over_all_rows(tracker: CostTracker) -> None:
    """1,500 rows over three days: sums that stop at the first 1,000 rows are found out."""
    noon = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    with tracker.database.write() as connection:
        for number in range(1_500):
            entry = CostEntry(
                timestamp=noon + timedelta(days=number % 3, seconds=number % 2 * 59),
                job_id=f"job{number % 5}",
                service=("gemini", "elevenlabs")[number % 2],
                operation="x",
                input_units=number,
                cost_microdollars=number + 1,
                project_id=("p", None)[number % 2],
            )
            assert tracker.record(connection, entry)
    everything = sum(range(1, 1_501))
    for by in ("service", "day", "project", "job", "clip"):
        found = tracker.totals(by)
        assert sum(total.cost_microdollars for total in found) == everything, by
        assert sum(total.units for total in found) == sum(range(1_500))
        assert sum(total.calls for total in found) == 1_500
    assert [total.name for total in tracker.totals("day")] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert [(total.name, total.calls) for total in tracker.totals("service")] == [("elevenlabs", 750), ("gemini", 750)]
    assert {total.name for total in tracker.totals("project")} == {"p", None}
    assert [total.calls for total in tracker.totals("service", service="gemini", job_id="job0")] == [150]
    some = tracker.totals("day", since=date(2026, 3, 2), before=date(2026, 3, 3))
    assert [(total.name, total.calls) for total in some] == [("2026-03-02", 500)]
    assert sum(tracker_sizes(tracker, 400)) == 1_500


def tracker_sizes(tracker: CostTracker, limit: int) -> list[int]:
    """Turn all pages; return how many entries each had, and see that none comes twice."""
    sizes, seen, cursor = [], set(), None
    while True:
        page = tracker.entries(limit, cursor)
        sizes.append(len(page.entries))
        seen |= {entry.key for entry in page.entries}
        cursor = page.next_cursor
        if cursor is None:
            assert len(seen) == sum(sizes)
            return sizes


def test_a_jobs_costs_are_those_of_its_parts_too(any_settings: Settings) -> None:
    storage, tracker = JobStorage(any_settings), CostTracker(any_settings)
    with storage.database.write() as connection:
        storage.rows.create(connection, {"job_id": "whole"})
        storage.rows.create(connection, {"job_id": "part"}, parent_id="whole")
    tracker.log("part", "gemini", "analysis", 1, 5)
    tracker.log("whole", "gemini", "analysis", 1, 7)
    tracker.log("other", "gemini", "analysis", 1, 11)
    assert [total.cost_microdollars for total in tracker.totals(job_id="whole")] == [12]
    assert len(tracker.entries(job_id="whole").entries) == 2


@pytest.mark.parametrize(
    ("arguments", "subject"),
    [
        (("", "gemini", "x", 1, 1), "job_id"),
        (("a", "two words", "x", 1, 1), "service"),
        (("a", "gemini", "x", -1, 1), "input_units"),
        (("a", "gemini", "x", 1, -1), "cost_microdollars"),
        (("a", "gemini", "x", 1, 1, {"when": object()}), "details"),
    ],
)
def test_what_is_wrong_is_named(tracker: CostTracker, arguments: tuple[Any, ...], subject: str) -> None:
    with pytest.raises(InputError) as caught:
        tracker.log(*arguments)
    assert caught.value.subject == subject


def test_wrong_questions_are_told(tracker: CostTracker) -> None:
    with pytest.raises(InputError, match="colour"):
        tracker.totals("service", colour="red")
    with pytest.raises(UnknownName, match="fax"):
        tracker.price("fax")
    for cursor in ("x", "bm8=", "WyIyMDI2LTAxLTAxIiwgIm5vIl0="):
        with pytest.raises(InputError, match="cursor"):
            tracker.entries(cursor=cursor)
    with pytest.raises(InputError, match="limit"):
        tracker.entries(-1)
    assert tracker.entries(0).next_cursor is None


def test_there_is_one_ledger_for_each_database(any_settings: Settings) -> None:
    assert get_cost_tracker() is get_cost_tracker()
    assert get_cost_tracker() is tracker_for(any_settings)


def test_without_a_project_nothing_is_noted_for_it(tracker: CostTracker) -> None:
    entry = tracker.log_edge_tts("a", 3)
    assert noted(tracker) == []
    assert not tracker._save_to_supabase(entry)
    assert tracker.entries().entries == (entry,)


def test_logging_notes_what_is_to_be_sent_and_sends_nothing(connected: CostTracker, supabase: Supabase) -> None:
    entry = connected.log_elevenlabs_tts("a", 1_234, owner=OWNER, project_id="p", clip_id="c")
    assert supabase.gateway.requests == []
    assert noted(connected) == [
        {
            "id": entry.id,
            "job_id": "a",
            "service": "elevenlabs",
            "operation": "tts",
            "units": 1_234,
            "estimated_cost": "0.123400",
            "details": {"model": "eleven_multilingual_v2"},
            "owner": OWNER,
            "project_id": "p",
            "clip_id": "c",
            "created_at": entry.timestamp.isoformat(),
        }
    ]
    assert isinstance(connected._supabase, Nudged)
    assert connected._supabase.times == 1
    with connected.database.read() as connection:
        assert connection.execute(select(costs.c.id)).scalar_one() == entry.id


def test_sending_at_once_leaves_nothing_to_be_sent(
    connected: CostTracker, supabase: Supabase, waits: list[float]
) -> None:
    other = connected.log_edge_tts("b", 1)
    entry = connected.log_elevenlabs_tts("a", 7, owner=OWNER, project_id="p", clip_id="c", note="ș")
    assert connected._save_to_supabase(entry)
    assert [row["id"] for row in noted(connected)] == [other.id]
    assert connected._save_to_supabase(entry)
    (row,) = supabase.rows("api_costs")
    assert row["estimated_cost"] == Decimal("0.000700")
    assert {**row, "id": str(row["id"]), "owner": str(row["owner"])} == {
        **cost_rows.replica_of(entry),
        "estimated_cost": row["estimated_cost"],
        "created_at": entry.timestamp,
    }
    assert waits == []


@pytest.mark.parametrize(
    ("failures", "retries", "sent", "waited"),
    [(1, 3, True, [1.0]), (2, 3, True, [1.0, 2.0]), (9, 3, False, [1.0, 2.0]), (9, 4, False, [1.0, 2.0, 4.0])],
)
def test_it_is_tried_again_and_kept_when_that_does_not_help(
    connected: CostTracker,
    supabase: Supabase,
    waits: list[float],
    failures: int,
    retries: int,
    sent: bool,
    waited: list[float],
) -> None:
    supabase.gateway.answer_with(503, failures)
    entry = connected.log_edge_tts("a", 3)
    assert connected._save_to_supabase(entry, max_retries=retries) is sent
    assert waits == waited
    assert len(noted(connected)) == (0 if sent else 1)
    assert len(supabase.rows("api_costs")) == int(sent)


def test_an_answer_that_never_came_makes_no_second_row(connected: CostTracker, supabase: Supabase) -> None:
    supabase.gateway.lose_answers(1)
    entry = connected.log_edge_tts("a", 3)
    assert connected._save_to_supabase(entry)
    assert len(supabase.gateway.requests) == 2
    assert len(supabase.rows("api_costs")) == 1
    assert noted(connected) == []


def test_a_project_that_cannot_be_reached_holds_up_nobody_who_logs(
    connected: CostTracker, supabase: Supabase, waits: list[float]
) -> None:
    supabase.gateway.cut()
    entry = connected.log_edge_tts("a", 3)
    assert waits == []
    assert not connected._save_to_supabase(entry)
    assert waits == [1.0, 2.0]
    supabase.gateway.restore()
    assert connected._save_to_supabase(entry)
    assert len(supabase.rows("api_costs")) == 1
    assert noted(connected) == []


def test_an_entry_that_was_never_logged_is_kept_first(connected: CostTracker, supabase: Supabase) -> None:
    entry = CostEntry(
        timestamp=datetime.now(UTC),
        job_id="a",
        service="edge_tts",
        operation="tts",
        input_units=3,
        cost_microdollars=0,
        details={"note": "ș"},
    )
    supabase.gateway.cut()
    assert not connected._save_to_supabase(entry)
    assert noted(connected)[0]["details"] == {"note": "ș"}
    supabase.gateway.restore()
    connected._supabase = None
    assert not connected._save_to_supabase(entry)
    assert len(connected.entries().entries) == len(noted(connected)) == 1
    assert supabase.gateway.requests == []
