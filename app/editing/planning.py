"""The order in which slots are filled, reconsidered and, where footage is scarce, packed or laid out."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from app.editing.layout import lay_out
from app.editing.likeness import too_like
from app.editing.pool import Place, Pool
from app.editing.selection import GAP_SECONDS, Plan, alike_neighbours, best_place, close_spans

_SWEEPS = 2
"""Times each pick is reconsidered with all others in view."""

_GAPS = (GAP_SECONDS, 0.5, 0.25, 0.0)
"""Seconds between spans of one shot, tried in this order when footage is scarce."""


def differing_plans(pool: Pool, plans: Sequence[Plan]) -> list[Plan]:
    """Return those of `plans` that can be filled and differ from one another, filled, at least one where one can be.

    Those with pins of their own come first, for which there are fewer ways; all others are planned together beside
    them. Those too like the others are then tried once more beside the ones kept; one that is left out says in
    `too_like` why.
    """
    asked = {plan.number: plan.slots for plan in plans}
    before: list[Plan] = []
    for group in ([plan for plan in plans if plan.own_pins], [plan for plan in plans if not plan.own_pins]):
        if group:
            before += _together(pool, before, group)
    kept = _without_conflicts(pool, [plan for plan in before if plan.complete])
    for plan in sorted(plans, key=lambda plan: not plan.own_pins):
        if plan not in kept:
            plan.slots = asked[plan.number]
            plan.clear()
            beside = [*kept, plan]
            _begin(pool, beside, [plan])
            _fill(pool, beside, [plan])
            plan.too_like = _too_like_any(pool, plan, kept)
            kept += [] if plan.too_like else [plan]
    return sorted(kept, key=lambda plan: plan.number)


def _together(pool: Pool, before: Sequence[Plan], group: Sequence[Plan]) -> list[Plan]:
    """Fill the plans of `group` that have something to open with, beside those that came `before`; return them."""
    _begin(pool, [*before, *group], group)
    together = [plan for plan in group if plan.opening] or [group[0]]
    _fill(pool, [*before, *together], together)
    return together


def _too_like_any(pool: Pool, plan: Plan, kept: Sequence[Plan]) -> str:
    """Return how `plan` is too like one of `kept`, "short" when it could not be filled, or nothing."""
    if not plan.complete:
        return "short"
    return next((how for other in kept if (how := too_like(pool, plan, other))), "")


def _begin(pool: Pool, plans: Sequence[Plan], wanting: Sequence[Plan]) -> None:
    """Fill the slots of `wanting` in which something is spoken of, the clearest first, and their openings."""
    speaking = [
        (-max(one.match.weight for one, _ in said), slot, plan.number, plan)
        for plan in wanting
        for slot in plan.free(range(len(plan.slots)))
        if (said := plan.spoken_in(slot))
    ]
    for _, slot, _, plan in sorted(speaking, key=lambda each: each[:3]):
        plan.picks[slot] = best_place(pool, plans, plan, slot)
    for plan in wanting:
        if not plan.opening:
            plan.picks[0] = best_place(pool, plans, plan, 0)


def _fill(pool: Pool, plans: Sequence[Plan], wanting: Sequence[Plan]) -> None:
    """Fill what is empty in the plans `wanting`, whose openings are chosen, with all `plans` in view.

    They take turns, so that the first one does not get all the best footage. Slots are filled in the clip's order:
    then only the one before can look alike, and of two looks there is always the other.
    """
    for slot in range(1, max(len(plan.slots) for plan in wanting)):
        for plan in wanting:
            if slot < len(plan.slots) and not plan.picks[slot]:
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
            if len(plan.free(pair)) < len(pair):
                continue
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
                yield from ((plan, slot) for slot in plan.free(range(1, len(plan.slots))))


def _mend(pool: Pool, plans: Sequence[Plan], plan: Plan) -> None:
    """Pack a plan in which slots stayed empty or spans came too close; lay it out when packing fails too."""
    if plan.complete and not close_spans(plan.chosen):
        return
    before = list(plan.picks)
    in_order = plan.free(range(1, len(plan.slots)))
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
    plan.picks[0] = plan.fixed.get(0, opening)
    for slot in [*([] if plan.picks[0] else [0]), *order]:
        plan.picks[slot] = best_place(pool, plans, plan, slot, keep_gap=gap, pack=True)
        if not plan.picks[slot]:
            return False
    return True


def _without_conflicts(pool: Pool, plans: Sequence[Plan]) -> list[Plan]:
    """Return the plans that differ from one another: those with most conflicts go first, those with pins of their own
    last."""
    kept = list(plans)
    conflicts = [{a.number, b.number} for a, b in combinations(kept, 2) if too_like(pool, a, b)]
    while conflicts:
        worst = max(
            (plan for plan in kept if any(plan.number in pair for pair in conflicts)),
            key=lambda plan: (not plan.own_pins, sum(plan.number in pair for pair in conflicts), plan.number),
        )
        kept.remove(worst)
        conflicts = [pair for pair in conflicts if worst.number not in pair]
    return kept
