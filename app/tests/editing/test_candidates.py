"""What may be shown of the footage."""

import pytest

from app.editing.candidates import CUT_MARGIN, longest_slot, quality, typical_sharpness, usable
from app.editing.timing import LONGEST_SLOT, SHORTEST_SLOT
from app.models.media import Moment
from app.tests.editing.synthetic import cut_footage, footage, moment, shot, take, unrelated_hash


def looks(**changes: float) -> Moment:
    return moment(0.0, **changes)


def test_one_take_is_one_run_clear_of_its_ends() -> None:
    (run,) = usable([take("a.mp4", 20)]).runs
    assert run.span.start == pytest.approx(CUT_MARGIN)
    assert run.span.end == pytest.approx(20 - CUT_MARGIN)
    assert run.frames == 594


def test_slow_footage_gets_a_margin_of_whole_source_frames() -> None:
    item = take("slow.mp4", 20)
    slow = item.evolve(info=item.info.evolve(fps=10.0))
    (run,) = usable([slow]).runs
    assert run.span.start == pytest.approx(0.3)
    assert run.span.end == pytest.approx(19.7)


def test_a_shot_said_to_last_longer_than_its_file_ends_with_the_file() -> None:
    item = footage("a.mp4", [shot(0, 0, 20)], duration=12)
    assert usable([item]).runs[0].span.end == pytest.approx(12 - CUT_MARGIN)


def test_rejected_shots_are_left_out_and_counted_by_reason() -> None:
    shots = [shot(0, 0, 8), shot(1, 8, 20, reject="black"), shot(2, 20, 23.1, reject="too_short"), shot(3, 23.1, 30)]
    found = usable([footage("a.mp4", shots)])
    assert {run.shot for run in found.runs} == {0, 3}
    assert found.left_out["black"] == pytest.approx(12)
    assert found.left_out["too short"] == pytest.approx(3.1)
    assert found.left_out_text() == "12.0 s black and 3.1 s too short were left out"


def test_nothing_left_out_says_nothing() -> None:
    assert usable([take("a.mp4", 20)]).left_out_text() == ""


def test_black_and_blurred_moments_split_a_shot() -> None:
    def look(time: float) -> Moment:
        if 5 <= time < 6:
            return moment(time, flaw="black")
        if 12 <= time < 13:
            return moment(time, flaw="blurred")
        return moment(time, dhash=unrelated_hash(time))

    found = usable([footage("a.mp4", [shot(0, 0, 20, look)])])
    spans = [(run.span.start, run.span.end) for run in found.runs]
    assert spans == [pytest.approx((0.1, 5)), pytest.approx((6, 12)), pytest.approx((13, 19.9))]
    assert found.left_out == pytest.approx({"black": 1.0, "blurred": 1.0, "too short": 0.0})


def test_a_flaw_in_the_margin_is_not_counted_twice() -> None:
    def look(time: float) -> Moment:
        return moment(time, flaw="black") if time > 19 else moment(time)

    found = usable([footage("a.mp4", [shot(0, 0, 20, look)])])
    assert len(found.runs) == 1
    assert found.left_out["black"] == pytest.approx(1 - CUT_MARGIN)


def test_frozen_moments_are_left_out() -> None:
    def look(time: float) -> Moment:
        return moment(time, flaw="frozen") if 10 <= time < 12 else moment(time, motion=0.0)

    found = usable([footage("a.mp4", [shot(0, 0, 20, look)])])
    assert found.left_out["frozen"] == pytest.approx(2.0)
    assert len(found.runs) == 2


def test_dark_and_soft_footage_without_a_flaw_stays() -> None:
    def look(time: float) -> Moment:
        return moment(time, luma=14.0, contrast=22.0, sharpness=20.0)

    soft = shot(0, 0, 10, look).evolve(sharpness=20.0)
    assert usable([footage("night.mp4", [soft])]).frames == 294


def test_rests_shorter_than_the_shortest_slot_count_as_too_short() -> None:
    found = usable([cut_footage("a.mp4", [5.0, 1.0, 5.0])])
    assert [run.shot for run in found.runs] == [0, 2]
    assert found.left_out["too short"] == pytest.approx(0.8)
    assert len(usable([cut_footage("a.mp4", [5.0, 1.0, 5.0])], shortest=20).runs) == 3


def test_files_are_sorted_and_counted_once_whatever_their_order() -> None:
    a, b = take("a.mp4", 10), take("b.mp4", 12)
    assert usable([a, b]) == usable([b, a, b, a])
    assert len(usable([a, a]).runs) == 1


def test_a_shot_without_moments_is_one_run() -> None:
    bare = shot(0, 0, 10).evolve(moments=())
    assert usable([footage("a.mp4", [bare])]).frames == 294


def test_quality_prefers_sharp_lit_calm_and_rich_pictures() -> None:
    good = quality(looks(), 300)
    assert 0 < good <= 1
    assert quality(looks(sharpness=20.0), 300) < good
    assert quality(looks(luma=20.0), 300) < good
    assert quality(looks(luma=245.0), 300) < good
    assert quality(looks(motion=50.0), 300) < good
    assert quality(looks(motion=0.0), 300) < good
    assert quality(looks(contrast=5.0), 300) < good


def test_typical_sharpness_ignores_rejected_shots() -> None:
    def blurred(time: float) -> Moment:
        return moment(time, sharpness=1.0)

    def sharp(time: float) -> Moment:
        return moment(time, sharpness=400.0)

    shots = [shot(0, 0, 20, blurred, reject="blurred"), shot(1, 20, 25, sharp)]
    assert typical_sharpness([footage("a.mp4", shots)]) == 400.0
    assert typical_sharpness([]) == 1.0


def test_slots_may_be_long_where_shots_are_and_not_where_they_are_short() -> None:
    assert longest_slot(usable([take("a.mp4", 60)]), 600) == LONGEST_SLOT
    assert longest_slot(usable([cut_footage("a.mp4", [2.0] * 30)]), 600) == 54
    assert SHORTEST_SLOT < longest_slot(usable([cut_footage("a.mp4", [2.5] * 4)]), 600) <= 69
