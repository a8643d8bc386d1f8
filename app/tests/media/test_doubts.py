"""Where pictures that are some frames apart leave open whether a shot changes between them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.media.doubts import Slow, doubts, is_told, may_be_cuts, neighbours, united
from app.media.signals import NUMBERS, Signals
from app.models.timing import Span

FPS = 30.0


def sparse(frames: list[int], **numbers: dict[int, float]) -> Signals:
    """Signals of these frames; each of `numbers` by row, else 1 (differences to earlier pictures: large)."""
    count = len(frames)
    columns: dict[str, Any] = {
        name: np.full(count, 40.0 if name.startswith("lag") else 1.0, np.float32) for name in NUMBERS
    }
    columns["histogram"][:] = 0.05
    for name, values in numbers.items():
        for row, value in values.items():
            columns[name][row] = value
    time = np.array(frames) / FPS
    return Signals(fps=FPS, time=time, dhash=np.zeros(count, np.uint64), **columns)


EVERY_SECOND = list(range(0, 60, 2))
CALM = np.zeros(30, np.bool_)


def test_what_is_no_further_apart_than_frames_are_is_a_neighbour() -> None:
    assert neighbours(sparse([0, 2, 3, 6, 7])).tolist() == [False, False, True, False, True]


def test_even_motion_is_no_doubt() -> None:
    moving = sparse(EVERY_SECOND, diff=dict.fromkeys(range(30), 14.0), histogram=dict.fromkeys(range(30), 0.3))
    assert doubts(moving, CALM, [0, 30]) == []


def test_a_step_is_looked_at_from_the_picture_before_it() -> None:
    signals = sparse(EVERY_SECOND, diff={15: 40.0}, histogram={15: 0.6})
    assert may_be_cuts(signals, 0, 30) == [15]
    (span,) = doubts(signals, CALM, [0, 30])
    assert (span.start, span.end) == pytest.approx((28 / FPS - 0.4, 1.0 + 0.4))


def test_a_step_at_the_end_of_a_group_is_none_within_it() -> None:
    signals = sparse(EVERY_SECOND, diff={15: 40.0}, histogram={15: 0.6})
    assert may_be_cuts(signals, 0, 15) == may_be_cuts(signals, 15, 30) == []


def test_a_cut_at_a_key_frame_is_told_when_the_frame_before_it_was_seen() -> None:
    joined, apart = [0, 2, 4, 6, 8, 9, 11, 13, 15], [0, 2, 4, 6, 8, 10, 12, 14, 16]
    for frames, told in ((joined, True), (apart, False)):
        cut = sparse(frames, diff={5: 60.0}, histogram={5: 0.7}, change={5: 50.0})
        assert is_told(cut, 5) is told
        assert (doubts(cut, np.zeros(9, np.bool_), [0, 5]) == []) is told


def test_a_change_at_a_key_frame_that_is_no_clear_cut_is_looked_at() -> None:
    frames = [0, 2, 4, 6, 8, 9, 11, 13, 15]
    shaken = sparse(frames, diff={4: 20.0, 5: 22.0, 6: 21.0})
    assert not is_told(shaken, 5)
    assert len(doubts(shaken, np.zeros(9, np.bool_), [0, 5])) == 1


def test_slow_changes_are_looked_at_up_to_a_little_beyond_the_last_group() -> None:
    slow = CALM.copy()
    slow[[3, 4, 28]] = True
    (first,) = doubts(sparse([*range(0, 40, 2), *range(39, 59, 2)]), slow, [0, 20])
    assert first.start == 0.0 and first.end == pytest.approx(8 / FPS + 0.6)
    assert len(doubts(sparse(EVERY_SECOND), slow, [0, 30])) == 2


def test_a_mix_of_two_pictures_is_noticed_however_far_apart_the_pictures_are() -> None:
    rng = np.random.default_rng(1)
    one, other = (rng.uniform(0, 255, (22, 40)).astype(np.float32) for _ in range(2))
    slow, noticed = Slow(), []
    for frame in [0, 3, 4, 6, 9, 10, 12, 14, 15, 18]:
        share = min(1.0, frame / 14)
        noticed.append(slow.is_blended(frame / FPS, one * (1 - share) + other * share))
    assert any(noticed)
    assert not any(map(Slow().is_blended, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5], [one, one, one, other, other, other]))


def test_pictures_of_another_size_are_not_compared() -> None:
    slow = Slow()
    sizes = [(22, 40)] * 4 + [(40, 22)] * 4
    assert not any(slow.is_blended(i / 10, np.full(size, 9.0, np.float32)) for i, size in enumerate(sizes))


def test_spans_that_touch_are_one() -> None:
    spans = [Span(start=2, end=3), Span(start=0, end=1), Span(start=1, end=1.5)]
    assert united(spans) == [Span(start=0, end=1.5), Span(start=2, end=3)]


def test_frames_that_were_all_seen_leave_a_cut_told() -> None:
    cut = sparse(list(range(30)), diff={15: 60.0}, histogram={15: 0.7}, change={15: 50.0})
    assert is_told(cut, 15) and is_told(replace(cut), 1)
