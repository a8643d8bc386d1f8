"""What a running step tells: shares that never fall, time left from its own speed, signs of life; and what stops it."""

import time
from collections.abc import Iterator

import pytest

from app.errors import Cancelled
from app.models.control import Control
from app.tests.ground.children import until
from app.workflows.jobs.pulse import Pulse, Running
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
    with pulse.during("one", 1, "analyze", (0.2, 0.6), (time.monotonic(), 0.2), 0.0) as control:
        control.report(0.5)
        until(lambda: told(any_desk, "percentage") == 40)
        control.report(0.1)
        control.report(0.75)
        until(lambda: told(any_desk, "percentage") == 50)
        control.report(1.0)
    with pulse.during("one", 1, "render", (0.6, 1.0), (time.monotonic(), 0.2), 0.8) as control:
        until(lambda: told(any_desk, "progress") == "render")
        assert told(any_desk, "percentage") == 80  # as far as a run before had come
        control.report(1.0)
        until(lambda: told(any_desk, "percentage") == 99)  # 100 is for a finished job
    shares = [event.data["percentage"] for event in any_desk.storage.events("one") if "percentage" in event.data]
    assert shares == sorted(shares)


def test_time_left_is_reckoned_from_the_speed_of_this_run() -> None:
    began = time.monotonic() - 30
    running = Running("one", 1, "render", Control(), began, 0.1, 0.4)
    assert running.remaining() == pytest.approx(60, abs=0.5)  # 0.3 of the whole took 30 s; 0.6 are left
    running.share = 0.11
    assert running.remaining() is None  # too early to tell
    just = Running("one", 1, "render", Control(), time.monotonic(), 0.0, 0.5)
    assert just.remaining() is None


def test_time_left_is_in_the_row(any_desk: Desk, pulse: Pulse) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    with pulse.during("one", 1, "analyze", (0.0, 1.0), (time.monotonic() - 10, 0.0), 0.0) as control:
        control.report(0.5)
        until(lambda: told(any_desk, "percentage") == 50)
        left = told(any_desk, "estimated_remaining")
    assert isinstance(left, float) and 9 < left < 20


@pytest.mark.parametrize("how", ["cancelled", "deleted", "tried again"])
def test_a_step_whose_job_was_ended_is_stopped(any_desk: Desk, pulse: Pulse, how: str) -> None:
    any_desk.submit("analyze", {}, job_id="one")
    any_desk.submit("analyze", {}, job_id="other")
    with (
        pulse.during("one", 1, "analyze", (0.0, 1.0), (time.monotonic(), 0.0), 0.0) as control,
        pulse.during("other", 1, "analyze", (0.0, 1.0), (time.monotonic(), 0.0), 0.0) as other,
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
    with pulse.during("one", 1, "analyze", (0.0, 1.0), (time.monotonic(), 0.0), 0.0) as control:
        until(lambda: pulse.silent(0.2) == [("one", 1)])
        control.report(0.0)
        assert pulse.silent(0.2) == []
    assert pulse.silent(0.0) == []


def test_leaving_stops_every_step(any_desk: Desk, pulse: Pulse) -> None:
    with pulse.during("one", 1, "analyze", (0.0, 1.0), (time.monotonic(), 0.0), 0.0) as control:
        pulse.stop_all()
        assert control.cancelled
