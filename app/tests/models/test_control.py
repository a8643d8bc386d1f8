import pytest

from app.errors import Cancelled
from app.models.control import Control


def test_parts_report_into_their_share_of_the_whole() -> None:
    seen: list[float] = []
    control = Control(seen.append)
    part = control.part(0.5, 0.7)
    part.report(0.0)
    part.report(0.5)
    part.part(0.5, 1.0).report(1.0)
    part.report(7.0)
    assert seen == pytest.approx([0.5, 0.6, 0.7, 0.7])


def test_cancelling_a_part_cancels_all() -> None:
    control = Control()
    control.check()
    control.part(0, 0.5).cancel()
    assert control.cancelled
    with pytest.raises(Cancelled):
        control.part(0.5, 1).check()


def test_without_a_listener_nothing_happens() -> None:
    Control().report(0.5)


def test_a_sign_of_life_is_the_last_share_again() -> None:
    seen: list[float] = []
    control = Control(seen.append)
    control.alive()
    part = control.part(0.5, 1.0)
    part.report(0.5)
    part.alive()
    control.alive()
    assert seen == [0.0, 0.75, 0.75, 0.75]
