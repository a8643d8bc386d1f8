"""How answers are held against what is known."""

import pytest

from benchmarks.tools.footage import Truth, changes
from benchmarks.tools.found import Found, matched_cuts, matched_spans


def truth(*changes_at: tuple[int, str]) -> Truth:
    shots = [{"start": 0, "frames": 50, "transition": "cut"}]
    return {"shots": shots + [{"start": start, "frames": 50, "transition": kind} for start, kind in changes_at]}


def test_changes_are_told_by_kind() -> None:
    known = truth((50, "cut"), (100, "dissolve"), (150, "fade"))
    known["shots"].append({"start": 200, "frames": 9, "transition": "fade", "length": 5})
    assert changes(known, "cut") == [(50, 50)]
    assert changes(known, "dissolve", "fade") == [(100, 115), (138, 162), (195, 205)]


@pytest.mark.parametrize(
    ("told", "right"),
    [([50, 100], 2), ([48, 102], 2), ([47, 103], 0), ([49, 51, 100], 2), ([], 0), ([51, 99, 7], 2)],
)
def test_a_cut_is_found_once_and_within_two_frames(told: list[int], right: int) -> None:
    found = matched_cuts(told, truth((50, "cut"), (100, "cut")))
    assert (found.wanted, found.told, found.right) == (2, len(told), right)


def test_what_is_told_in_a_dissolve_is_no_wrong_cut() -> None:
    assert matched_cuts([50, 107, 117], truth((50, "cut"), (100, "dissolve"))) == Found(1, 1, 1)


def test_spans_must_overlap_and_count_once() -> None:
    known = truth((100, "dissolve"), (200, "fade"))
    assert matched_spans([(90, 101), (105, 110), (211, 230), (300, 310)], known) == Found(2, 4, 2)
    assert matched_spans([(80, 100), (115, 120)], known) == Found(2, 2, 0)


def test_shares() -> None:
    found = Found.total([Found(3, 2, 2), Found(1, 2, 1)])
    assert (found.recall, found.precision, found.f1) == (0.75, 0.75, 0.75)
    assert (Found(0, 0, 0).recall, Found(0, 0, 0).precision, Found(0, 0, 0).f1) == (1.0, 1.0, 1.0)
    assert Found.total([]) == Found(0, 0, 0)
