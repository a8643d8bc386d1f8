from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.judge import WEIGHTS, flaw_of, is_blurred, rejection, score_of, without_pauses
from app.media.shots import Stretch
from app.models.media import RejectReason
from app.tests.media.test_shots import steady

ALL = Stretch(0, 120)
GOOD = {"sharpness": 150.0, "luma": 118.0, "contrast": 55.0, "motion": 2.0}


def test_a_good_shot_is_kept() -> None:
    assert rejection(steady(), ALL, 4.0) == (None, "")


def test_black() -> None:
    signals = steady()
    signals.luma[:], signals.contrast[:] = 3, 1
    reason, detail = rejection(signals, ALL, 4.0)
    assert reason == "black"
    assert "3.0" in detail and "20" in detail


def test_night_with_lights_is_not_black() -> None:
    signals = steady()
    signals.luma[:], signals.contrast[:] = 10, 30
    assert rejection(signals, ALL, 4.0)[0] is None


def test_frozen() -> None:
    signals = steady()
    signals.change[1:] = 0
    assert rejection(signals, ALL, 4.0)[0] == "frozen"


def test_the_change_at_the_cut_and_settling_do_not_thaw_a_frozen_shot() -> None:
    signals = steady(cuts=(60,))
    signals.change[67:] = 0
    assert rejection(signals, Stretch(60, 120), 2.0)[0] == "frozen"


def test_repeated_frames_of_a_low_rate_are_not_frozen() -> None:
    signals = steady()
    signals.change[np.arange(120) % 3 > 0] = 0  # 10 pictures a second in a file of 30
    assert rejection(signals, ALL, 4.0)[0] is None


def test_a_tripod_with_grain_is_not_frozen() -> None:
    signals = steady()
    signals.change[:], signals.motion[:] = 0.1, 0.01
    assert rejection(signals, ALL, 4.0)[0] is None


def test_blurred() -> None:
    signals = steady()
    signals.sharpness[:] = 9
    reason, detail = rejection(signals, ALL, 4.0)
    assert reason == "blurred"
    assert "9.0" in detail and "25.0" in detail


def test_sharp_for_a_while_is_not_blurred() -> None:
    signals = steady()
    signals.sharpness[:90] = 4
    assert rejection(signals, ALL, 4.0)[0] is None


def test_an_empty_road_is_not_blurred() -> None:
    assert not is_blurred(sharpness=11.4, contrast=19)  # measured: little contrast, but what there is is sharp
    assert is_blurred(sharpness=11.4, contrast=55)
    assert is_blurred(sharpness=2, contrast=5)


def test_too_short() -> None:
    reason, detail = rejection(steady(), Stretch(0, 10), 10 / 30)
    assert reason == "too_short" and "0.33" in detail


def test_flaws_of_parts() -> None:
    signals = steady()
    signals.luma[20:30], signals.contrast[20:30] = 2, 1
    signals.change[40:50] = 0
    signals.sharpness[60:70] = 12
    parts = {Stretch(20, 28): "black", Stretch(40, 48): "frozen", Stretch(60, 68): "blurred", Stretch(80, 88): None}
    assert {p: flaw_of(signals, p, 100.0, first_of_shot=0) for p in parts} == parts


def test_a_first_frame_alone_is_not_frozen() -> None:
    signals = steady()
    signals.change[0] = 0
    assert flaw_of(signals, Stretch(0, 1), 100.0, first_of_shot=0) is None


def test_short_pauses_are_no_freeze() -> None:
    freeze: list[RejectReason | None] = ["frozen"]
    assert without_pauses([None, *freeze * 3, None], 0.25) == [None] * 5
    assert without_pauses([None, *freeze * 4, "black"], 0.25) == [None, *freeze * 4, "black"]
    assert without_pauses([], 0.25) == []


@given(st.floats(0, 5000), st.floats(0, 255), st.floats(0, 128), st.floats(0, 255))
def test_scores_are_the_sum_of_their_reasons(sharpness: float, luma: float, contrast: float, motion: float) -> None:
    score, reasons = score_of(sharpness=sharpness, luma=luma, contrast=contrast, motion=motion)
    assert 0 <= score <= 1
    assert score == pytest.approx(sum(reasons.values()), abs=1e-3)
    assert list(reasons) == list(WEIGHTS)
    assert all(0 <= reasons[name] <= WEIGHTS[name] for name in WEIGHTS)


def test_weights_add_up() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "worse",
    [{"sharpness": 15.0}, {"luma": 20.0}, {"luma": 235.0}, {"contrast": 10.0}, {"motion": 25.0}, {"motion": 0.0}],
)
def test_each_fault_costs(worse: dict[str, float]) -> None:
    assert score_of(**{**GOOD, **worse})[0] < score_of(**GOOD)[0] - 0.03


def test_rejection_counts_the_shot_only() -> None:
    signals = replace(steady(), luma=np.r_[np.zeros(60), np.full(60, 110)].astype(np.float32))
    signals.contrast[:60] = 1
    assert rejection(signals, Stretch(0, 60), 2.0)[0] == "black"
    assert rejection(signals, Stretch(60, 120), 2.0)[0] is None
