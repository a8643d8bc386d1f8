import pytest

from app.errors import Cancelled
from app.models.control import Control
from app.workflows.steps import Steps


def test_one_percentage_covers_the_whole_job() -> None:
    seen: list[tuple[str, float]] = []
    steps = Steps(lambda name, share: seen.append((name, round(share, 3))), Control())
    steps.plan({"a": 1, "b": 3})
    with steps.step("a") as control:
        control.report(0.5)
    with steps.step("b") as control:
        control.report(0.5)
    assert seen == [("a", 0), ("a", 0.125), ("a", 0.25), ("b", 0.25), ("b", 0.625), ("b", 1.0)]


def test_a_new_plan_keeps_what_is_done() -> None:
    seen: list[float] = []
    steps = Steps(lambda _, share: seen.append(share), Control())
    steps.plan({"look": 1, "rest": 99})
    with steps.step("look"):
        pass
    steps.plan({"x": 1, "y": 1})
    for name in "xy":
        with steps.step(name):
            pass
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)


def test_an_unplanned_step_takes_no_share() -> None:
    seen: list[float] = []
    steps = Steps(lambda _, share: seen.append(share), Control())
    with steps.step("surprise"):
        pass
    assert seen == [0.0, 0.0]


def test_times_are_kept_also_of_a_step_that_fails() -> None:
    steps = Steps(lambda *_: None, Control())
    with pytest.raises(RuntimeError), steps.step("bad"):
        raise RuntimeError
    with steps.step("bad"):
        pass
    assert [time.step for time in steps.times] == ["bad"]


def test_a_cancelled_job_begins_no_step() -> None:
    control = Control()
    steps = Steps(lambda *_: None, control)
    control.cancel()
    with pytest.raises(Cancelled), steps.step("never"):
        raise AssertionError("the step ran")


def test_cancelling_reaches_the_running_step() -> None:
    control = Control()
    with Steps(lambda *_: None, control).step("a") as inner:
        control.cancel()
        with pytest.raises(Cancelled):
            inner.check()
