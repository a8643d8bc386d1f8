"""A map of time is monotone, exact to a sample, and takes words along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.models.time_map import TimeMap
from app.models.voice import WordTime

MAP = TimeMap(rate=1000, kept=((100, 1100), (1600, 2000), (2500, 2600)))


@pytest.mark.parametrize(
    ("old", "new"),
    [(0.0, 0.0), (0.1, 0.0), (0.6, 0.5), (1.1, 1.0), (1.3, 1.0), (1.6, 1.0), (1.8, 1.2), (2.2, 1.4), (2.55, 1.45)],
)  # fmt: skip
def test_moments_are_found_again(old: float, new: float) -> None:
    assert MAP.at(old) == pytest.approx(new, abs=1e-9)


def test_length_and_joints_are_whole_samples() -> None:
    assert MAP.length == 1500
    assert MAP.joints == ((1000, 1100, 1600), (1400, 2000, 2500))
    assert TimeMap(rate=48_000, kept=((5, 9),)).joints == ()


def test_words_go_along_and_keep_their_order() -> None:
    words = (WordTime(word=0, start=0.2, end=1.05), WordTime(word=1, start=1.2, end=1.7))
    mapped = MAP.words(words)
    assert [word.word for word in mapped] == [0, 1]
    assert [word.start for word in mapped] == pytest.approx([0.1, 1.0])
    assert [word.end for word in mapped] == pytest.approx([0.95, 1.1])


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=12), st.lists(st.floats(0, 12), min_size=2, max_size=9))
def test_order_never_changes(edges: list[int], times: list[float]) -> None:
    edges = sorted(edges)[: len(edges) // 2 * 2]
    by = TimeMap(rate=1000, kept=tuple(zip(edges[::2], edges[1::2], strict=True)))
    mapped = [by.at(time) for time in sorted(times)]
    assert mapped == sorted(mapped)
    assert all(0 <= time <= by.length / 1000 for time in mapped)


@pytest.mark.parametrize("kept", [(), ((5, 4),), ((0, 10), (9, 12)), ((3, 4), (1, 2))])
def test_what_overlaps_is_refused(kept: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValidationError):
        TimeMap(rate=1000, kept=kept)
