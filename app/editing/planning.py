"""The order in which slots are filled, reconsidered and, where footage is scarce, packed or laid out."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from app.editing.layout import lay_out
from app.editing.pool import Place, Pool
from app.editing.selection import (
    GAP_SECONDS,
    MOST_SHARED,
    Plan,
    alike_neighbours,
    best_place,
    close_spans,
    shared_seconds,
)

_SWEEPS = 2
"""Times each pick is reconsidered with all others in view."""

_GAPS = (GAP_SECONDS, 0.5, 0.25, 0.0)
"""Seconds between spans of one shot, tried in this order when footage is scarce."""


def differing_plans(pool: Pool, plans: Sequence[Plan]) -> list[Plan]:
    """Return those of `plans` that can be filled and differ from one another, filled, at least one.

    All are planned together. Those too like the others are then tried once more beside the ones kept.
    """
    asked = {plan.number: plan.slots for plan in plans}
    for plan in plans:
        plan.picks[0] = best_place(pool, plans, plan, 0)
    together = [plan for plan in plans if plan.opening] or [plans[0]]
    _fill(pool, together, together)
    kept = _without_conflicts(together)
    for plan in plans:
        if plan not in kept:
            plan.slots = asked[plan.number]
            plan.clear()
            beside = [*kept, plan]
            plan.picks[0] = best_place(pool, beside, plan, 0)
            _fill(pool, beside, [plan])
            kept += [] if any(_conflict(plan, other) for other in kept) else [plan]
    return sorted(kept, key=lambda plan: plan.number)


def _fill(pool: Pool, plans: Sequence[Plan], wanting: Sequence[Plan]) -> None:
    """Fill the plans `wanting`, whose openings are chosen, with all `plans` in view.

    They take turns, so that the first one does not get all the best footage. Slots are filled in the clip's order:
    then only the one before can look alike, and of two looks there is always the other.
    """
    for slot in range(1, max(len(plan.slots) for plan in wanting)):
        for plan in wanting:
            if slot < len(plan.slots):
                plan.picks[slot] = best_place(pool, plans, plan, slot)
    for plan in wanting:
        _mend(pool, plans, plan)
    for plan, slot in _reconsidered(wanting):
        plan.picks[slot] = best_place(pool, plans, plan, slot)
    for plan in wanting:
        _part_alike(pool, plans, plan)


def _part_alike(pool: Pool, plans: Sequence[Plan], plan: Plan) -> None:
    """Choose two neighbouring picks anew where that leaves fewer look-alike cuts: one alone had nowhere to go."""
    if plan.laid:
        return
    for slot in range(1, len(plan.slots) - 1):
        for pair in ((slot, slot + 1), (slot + 1, slot)):
            before, worst = list(plan.picks), _faults(plan)
            if not worst[0]:
                return
            for each in pair:
                plan.picks[each] = None
            for each in pair:
                plan.picks[each] = best_place(pool, plans, plan, each)
            if not plan.complete or _faults(plan) >= worst:
                plan.picks = before


def _faults(plan: Plan) -> tuple[int, int]:
    return alike_neighbours(plan.chosen), close_spans(plan.chosen)


def _reconsidered(plans: Sequence[Plan]) -> Iterator[tuple[Plan, int]]:
    """Yield the slots to choose again: what was best when it was chosen may not be any more.

    The pick there is always one of the places to choose from, so that none gets lost.
    """
    for _ in range(_SWEEPS):
        for plan in plans:
            if not plan.laid:
                yield from ((plan, slot) for slot in range(1, len(plan.slots)))


def _mend(pool: Pool, plans: Sequence[Plan], plan: Plan) -> None:
    """Pack a plan in which slots stayed empty or spans came too close; lay it out when packing fails too."""
    if plan.complete and not close_spans(plan.chosen):
        return
    before = list(plan.picks)
    in_order = range(1, len(plan.slots))
    if _pack(pool, plans, plan, before[0], in_order, GAP_SECONDS):
        return
    if all(before):
        plan.picks = before
        return
    long_first = sorted(in_order, key=lambda slot: -plan.slots[slot])  # short slots fit into what is left
    openings = [before[0], None] if before[0] else [None]  # an opening in mid-take may be what is in the way
    tries = product(_GAPS, openings, (in_order, long_first))
    if not any(_pack(pool, plans, plan, opening, order, gap) for gap, opening, order in tries):
        lay_out(pool, plans, plan)


def _pack(
    pool: Pool, plans: Sequence[Plan], plan: Plan, opening: Place | None, order: Sequence[int], gap: float
) -> bool:
    """Choose again all but the `opening`, `gap` seconds apart and close together; tell whether it all fitted."""
    plan.clear()
    plan.picks[0] = opening
    for slot in [*([] if opening else [0]), *order]:
        plan.picks[slot] = best_place(pool, plans, plan, slot, keep_gap=gap, pack=True)
        if not plan.picks[slot]:
            return False
    return True


def _without_conflicts(plans: Sequence[Plan]) -> list[Plan]:
    """Return the plans that differ from one another: those with most conflicts go first."""
    kept = list(plans)
    conflicts = [{a.number, b.number} for a, b in combinations(kept, 2) if _conflict(a, b)]
    while conflicts:
        worst = max(kept, key=lambda plan: (sum(plan.number in pair for pair in conflicts), plan.number))
        kept.remove(worst)
        conflicts = [pair for pair in conflicts if worst.number not in pair]
    return kept


def _conflict(one: Plan, other: Plan) -> bool:
    """Whether two plans are too alike: one opening, or more than `MOST_SHARED` of the shorter clip in common."""
    same_opening = shared_seconds(one.chosen[:1], other.chosen[:1]) > 0
    most = MOST_SHARED * min(one.seconds, other.seconds) + 1e-6
    return same_opening or shared_seconds(one.chosen, other.chosen) > most
