"""What a running step tells: shares that never fall, time left from its own speed, signs of life; and what stops it."""

import time
from collections.abc import Iterator

import pytest

from app.errors import Cancelled
from app.tests.ground.children import until
from app.workflows.jobs.pulse import Pace, Pulse
from app.workflows.jobs.submit import Desk


@pytest.fixture
def pulse(any_desk: Desk) -> Iterator[Pulse]:
    one = Pulse(any_desk.storage)
    one.start()
    yield one
    one.close()


def told(desk: Desk, key: str) -> object:
    return (desk.storage.get_job("one") or {})[key]


def test_progress_is_in_the_row_and_never_falls(any_desk: Desk, pulse: Pulse) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    with pulse.during("one", 1, "analyze", (0.2, 0.6), Pace(0.2), 0.0) as control:
        control.report(0.5)
        until(lambda: told(any_desk, "percentage") == 40)
        control.report(0.1)
        control.report(0.75)
        until(lambda: told(any_desk, "percentage") == 50)
        control.report(1.0)
    with pulse.during("one", 1, "render", (0.6, 1.0), Pace(0.2), 0.8) as control:
        until(lambda: told(any_desk, "progress") == "render")
        assert told(any_desk, "percentage") == 80  # as far as a run before had come
        control.report(1.0)
        until(lambda: told(any_desk, "percentage") == 99)  # 100 is for a finished job
    shares = [event.data["percentage"] for event in any_desk.storage.events("one") if "percentage" in event.data]
    assert shares == sorted(shares)


def pace(
    share: float, *, at: float = 0.0, seconds: float = 30.0, found: float = 0.0, expected: float | None = None
) -> Pace:
    """Return the pace of a run that has come to `share` in so many seconds."""
    return Pace(at, time.monotonic() - seconds, share, found, expected)


def test_time_left_is_reckoned_from_the_speed_of_this_run() -> None:
    assert pace(0.4, at=0.1).remaining() == pytest.approx(60, abs=0.5)  # 0.3 of the whole took 30 s; 0.6 are left
    assert pace(0.11, at=0.1).remaining() is None  # too early to tell
    assert pace(0.5, seconds=0).remaining() is None


def test_what_was_there_already_says_nothing_of_the_speed() -> None:
    assert pace(0.7, found=0.4).remaining() == pytest.approx(30, abs=0.5)  # 0.3 took 30 s, 0.3 are left
    assert pace(0.7, found=0.7).remaining() is None


def test_what_this_machine_took_before_counts_until_the_run_has_a_speed_of_its_own() -> None:
    assert pace(0.0, seconds=0, expected=80).remaining() == pytest.approx(80, abs=0.5)
    assert pace(0.6, seconds=0, found=0.6, expected=80).remaining() == pytest.approx(32, abs=0.5)
    slow = pace(0.5, seconds=100, expected=80).remaining()  # at this speed 100 s, by what was expected 40 s
    assert slow is not None and 80 < slow < 100
    assert pace(1.0, seconds=100, expected=80).remaining() == 0.0


def test_time_left_is_in_the_row(any_desk: Desk, pulse: Pulse) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    with pulse.during("one", 1, "analyze", (0.0, 1.0), Pace(0.0, time.monotonic() - 10), 0.0) as control:
        control.report(0.5)
        until(lambda: told(any_desk, "percentage") == 50)
        left = told(any_desk, "estimated_remaining")
    assert isinstance(left, float) and 9 < left < 20


def test_time_left_that_changes_is_told_while_the_share_stands(any_desk: Desk, pulse: Pulse) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    slow = Pace(0.0, expected=10.0)
    with pulse.during("one", 1, "analyze", (0.0, 1.0), slow, 0.0):
        until(lambda: 9 < float(str(told(any_desk, "estimated_remaining") or 0)) < 15)
        slow.began -= 10
        until(lambda: float(str(told(any_desk, "estimated_remaining"))) > 90)
    assert len([event for event in any_desk.storage.events("one") if event.kind == "progress"]) < 4


def test_what_is_found_in_a_step_is_so_much_of_the_whole(any_desk: Desk, pulse: Pulse) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    whole = Pace(0.2)
    with pulse.during("one", 1, "render", (0.2, 0.6), whole, 0.0) as control:
        control.part(0.5, 1.0).found(0.5)
    assert whole.found == pytest.approx(0.1)


@pytest.mark.parametrize("how", ["cancelled", "deleted", "tried again"])
def test_a_step_whose_job_was_ended_is_stopped(any_desk: Desk, pulse: Pulse, how: str) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    any_desk.submit("analyze", {}, job_id="other")
    with (
        pulse.during("one", 1, "analyze", (0.0, 1.0), Pace(0.0), 0.0) as control,
        pulse.during("other", 1, "analyze", (0.0, 1.0), Pace(0.0), 0.0) as other,
    ):
        any_desk.cancel("one")
        if how == "deleted":
            any_desk.storage.delete_job("one")
        if how == "tried again":
            any_desk.retry("one")
        until(lambda: control.cancelled)
        with pytest.raises(Cancelled):
            control.check()
        assert not other.cancelled


def test_only_reports_are_signs_of_life(any_desk: Desk, pulse: Pulse) -> None:
    with pulse.during("one", 1, "analyze", (0.0, 1.0), Pace(0.0), 0.0) as control:
        until(lambda: pulse.silent(0.2) == [("one", 1)])
        control.report(0.0)
        assert pulse.silent(0.2) == []
    assert pulse.silent(0.0) == []


def test_leaving_stops_every_step(any_desk: Desk, pulse: Pulse) -> None:
    with pulse.during("one", 1, "analyze", (0.0, 1.0), Pace(0.0), 0.0) as control:
        pulse.stop_all()
        assert control.cancelled
