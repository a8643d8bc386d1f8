"""One choice at a time, packing, laying out, and telling which plans differ."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.editing.candidates import usable
from app.editing.layout import lay_out
from app.editing.planning import differing_plans
from app.editing.pool import Place, Pool, build_pool
from app.editing.selection import GAP_SECONDS, Plan, best_place, close_spans, shared_seconds
from app.models.media import Moment
from app.models.timing import Excerpt
from app.tests.editing.synthetic import cut_footage, footage, moment, shot, take


def excerpt(start: float, frames: int) -> Excerpt:
    return Excerpt(start=start, frames=frames)


def pool_of(*lengths: float, name: str = "a.mp4") -> Pool:
    return build_pool(usable([cut_footage(name, lengths)]))


def plan_for(pool: Pool, slots: tuple[int, ...], number: int = 0) -> Plan:
    rng = random.Random(number)  # noqa: S311
    plan = Plan(number, slots, np.array([rng.random() for _ in pool.start]))
    plan.clear()
    return plan


def chosen(pool: Pool, plans: list[Plan], plan: Plan, slot: int, **how: float) -> Place:
    found = best_place(pool, plans, plan, slot, keep_gap=how.get("keep_gap", 0.0), pack=bool(how.get("pack")))
    assert found
    plan.picks[slot] = found
    return found


def test_a_gap_is_kept_while_there_is_room_and_given_up_after() -> None:
    pool = pool_of(6.2)  # 6.0 s: two spans of 2 s with a gap, a third only without
    plan = plan_for(pool, (60, 60, 54))
    plan.picks[0] = pool.at(0, excerpt(0.1, 60))
    assert chosen(pool, [plan], plan, 1).start >= 3.1
    plan.picks[1] = pool.at(0, excerpt(4.1, 60))
    third = best_place(pool, [plan], plan, 2)
    assert third is not None
    assert 2.1 <= third.start <= 2.3
    assert best_place(pool, [plan], plan, 2, keep_gap=GAP_SECONDS) is None


def test_a_slot_that_fits_nowhere_gets_nothing() -> None:
    pool = pool_of(3.0)
    plan = plan_for(pool, (100,))
    assert best_place(pool, [plan], plan, 0) is None


def test_packing_begins_where_free_footage_begins() -> None:
    pool = pool_of(12.0)
    plan = plan_for(pool, (60, 45, 45))
    assert chosen(pool, [plan], plan, 0, pack=True).start == pytest.approx(0.1)
    second = chosen(pool, [plan], plan, 1, pack=True, keep_gap=1.0)
    assert 3.1 <= second.start < 3.1 + 0.25 + 1e-9


def test_an_opening_avoids_the_openings_of_others_and_their_looks() -> None:
    def dark(time: float) -> Moment:
        return moment(time, dhash="0" * 16)

    def bright(time: float) -> Moment:
        return moment(time, dhash="f" * 16)

    shots = [shot(n, 6.0 * n, 6.0 * n + 6, dark if n < 2 else bright) for n in range(4)]
    pool = build_pool(usable([footage("a.mp4", shots)]))
    one, other = plan_for(pool, (60,)), plan_for(pool, (60,), 1)
    first = chosen(pool, [one, other], one, 0)
    second = chosen(pool, [one, other], other, 0)
    assert shared_seconds([first], [second]) == 0
    assert (first.shot < 2) != (second.shot < 2)


def test_footage_of_other_plans_is_dearer_than_fresh_footage() -> None:
    pool = pool_of(10.0, 10.0, 10.0)
    other, plan = plan_for(pool, (60, 120, 120), 1), plan_for(pool, (60, 90))
    other.picks = [pool.at(0, excerpt(0.1, 60)), pool.at(0, excerpt(3.2, 120)), pool.at(0, excerpt(7.2, 80))]
    plan.picks[0] = pool.at(1, excerpt(float(pool.run_start[1]), 60))
    found = chosen(pool, [other, plan], plan, 1)
    assert shared_seconds([found], other.chosen) == 0


def test_shared_seconds_are_those_both_cover() -> None:
    pool = pool_of(20.0)
    one = [pool.at(0, excerpt(1.0, 60)), pool.at(0, excerpt(10.0, 60))]
    other = [pool.at(0, excerpt(2.0, 90)), pool.at(0, excerpt(11.5, 60))]
    assert shared_seconds(one, other) == pytest.approx(1.0 + 0.5)
    assert shared_seconds(one, one) == pytest.approx(4.0)


def test_close_spans_are_counted_within_a_shot_only() -> None:
    pool = pool_of(10.0, 10.0)
    second = float(pool.run_start[1])
    picks = [
        pool.at(0, excerpt(0.1, 60)),
        pool.at(0, excerpt(2.6, 60)),
        pool.at(0, excerpt(6.0, 60)),
        pool.at(1, excerpt(second, 60)),
    ]
    assert close_spans(picks) == 1


def test_three_of_one_shot_in_a_row_are_known_on_every_side() -> None:
    pool = pool_of(30.0, 30.0)
    plan = plan_for(pool, (60,) * 5)
    here = [pool.at(0, excerpt(0.1 + 4 * n, 60)) for n in range(5)]
    plan.picks = [here[0], here[1], None, None, None]
    assert plan.monotonous_shots(2) == {0}
    assert plan.monotonous_shots(3) == set()
    plan.picks = [None, here[1], None, here[3], here[4]]
    assert plan.monotonous_shots(2) == {0}
    assert plan.monotonous_shots(0) == set()


@settings(max_examples=60)
@given(
    st.lists(st.integers(45, 400), min_size=1, max_size=8),
    st.lists(st.integers(36, 120), min_size=1, max_size=12),
)
def test_laying_out_fits_whenever_the_runs_hold_the_clip(frames: list[int], slots: list[int]) -> None:
    pool = pool_of(*(each / 30 + 0.2 for each in frames))
    if pool.usable.frames < sum(slots):
        return
    plan = plan_for(pool, tuple(slots))
    lay_out(pool, [plan], plan)
    assert plan.complete
    assert plan.laid
    assert sum(place.frames for place in plan.chosen) == sum(slots)
    assert plan.recut == (plan.slots != tuple(slots))
    for one, other in itertools.combinations(plan.chosen, 2):
        assert shared_seconds([one], [other]) < 1e-5
    for place in plan.chosen:
        run = pool.usable.runs[place.run]
        assert place.frames >= min(18, sum(slots))
        assert run.span.start - 1e-6 <= pool.source_start(place)
        assert pool.source_start(place) + place.seconds <= run.span.end + 1e-5


def test_laying_out_keeps_the_slots_where_one_run_holds_them_all() -> None:
    pool = pool_of(20.0)
    plan = plan_for(pool, (60, 80, 70))
    lay_out(pool, [plan], plan)
    assert plan.slots == (60, 80, 70)
    assert not plan.recut


def test_laying_out_opens_with_a_run_that_opens_no_other_plan() -> None:
    pool = pool_of(8.0, 8.0)
    one, other = plan_for(pool, (60, 60)), plan_for(pool, (60, 60), 1)
    lay_out(pool, [one, other], one)
    lay_out(pool, [one, other], other)
    assert one.chosen[0].run != other.chosen[0].run


def test_plans_that_cannot_differ_are_dropped_and_the_rest_keeps_its_order() -> None:
    pool = build_pool(usable([take("a.mp4", 20.4)]))
    plans = [plan_for(pool, (60,) * 10, number) for number in range(4)]
    kept = differing_plans(pool, plans)
    assert len(kept) == 1
    pool = build_pool(usable([take("a.mp4", 90)]))
    plans = [plan_for(pool, (60,) * 10, number) for number in range(4)]
    kept = differing_plans(pool, plans)
    assert [plan.number for plan in kept] == [0, 1, 2, 3]
    assert all(plan.complete for plan in kept)


def test_a_dropped_plan_gets_back_the_slots_it_was_asked_for_before_it_is_tried_again() -> None:
    pool = pool_of(*[2.0] * 20)
    plans = [plan_for(pool, (100, 100, 100), number) for number in range(3)]
    for plan in differing_plans(pool, plans):
        assert sum(plan.slots) == 300
        assert plan.complete
