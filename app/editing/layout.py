"""Laying a clip end to end over footage that is barely enough: what remains when choosing is no longer possible."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from app.editing.pool import Place, Pool
from app.editing.selection import Plan, shared_seconds, spent
from app.models.timing import Excerpt, Span, frames_within, seconds_of, whole_microseconds

_SHORTEST_PIECE = 18
"""Frames (0.6 s): a cut nearer than this to the end of a run falls on the end instead."""

_SPARE = 33.4e-6  # s (1/1000 frame): starts are rounded up to microseconds


def lay_out(pool: Pool, plans: Sequence[Plan], plan: Plan) -> None:
    """Fill `plan` with whole runs one after the other; its slots become the pieces this gives.

    Every run is used to its last frame, so a clip without pins fits whenever the runs together are long enough. The
    runs that other plans use least come first, and among them one whose beginning opens no other plan. What is pinned
    stays where it is, and where its number counts, there are as many pieces before it as there were slots. A plan that
    does not fit stays without picks.
    """
    plan.clear()
    stretches = _ordered(pool, plans, plan)
    picks: list[Place] = []
    fixed: dict[int, Place] = {}
    for is_fixed, group in groupby(range(len(plan.slots)), key=plan.fixed.__contains__):
        slots = list(group)
        if is_fixed:
            fixed |= {len(picks) + n: plan.fixed[slot] for n, slot in enumerate(slots)}
            picks += [plan.fixed[slot] for slot in slots]
            continue
        wanted = [plan.slots[slot] for slot in slots]
        filled = _filled(pool, stretches, wanted, as_many=slots[0] < plan.numbered)
        if filled is None:
            plan.picks = [None] * len(plan.slots)
            return
        pieces, stretches = filled
        picks += pieces
    lengths = tuple(place.frames for place in picks)
    plan.laid, plan.recut = True, lengths != plan.slots
    plan.slots, plan.fixed = lengths, fixed
    plan.picks = [*picks]


def _filled(
    pool: Pool, stretches: Sequence[Place], wanted: Sequence[int], *, as_many: bool
) -> tuple[list[Place], list[Place]] | None:
    """Return places that fill slots of the lengths `wanted`, `as_many` as those if they must be, and what is left of
    the stretches; or None. Where the first ones are too many for the slots, the longest are taken."""
    orders = [[*stretches], sorted(stretches, key=lambda stretch: -stretch.frames)]
    for order in orders if as_many else orders[:1]:
        lengths = _lengths([stretch.frames for stretch in order], sum(wanted))
        if sum(lengths) < sum(wanted):
            return None
        edges = _edges(pool, order, lengths, wanted)
        if as_many:
            edges = _as_many(pool, order, lengths, edges, len(wanted))
        if edges:
            rests = [*_rests(pool, order, lengths), *order[len(lengths) :]]
            return list(_pieces(pool, order, lengths, edges)), rests
    return None


def _ordered(pool: Pool, plans: Sequence[Plan], plan: Plan) -> list[Place]:
    """Return the stretches that the plan may use, as places, the best to begin with first."""
    others = [other for other in plans if other is not plan]

    def cost(place: Place) -> tuple[bool, float, float]:
        shared = sum(shared_seconds([place], other.chosen) for other in others) / place.seconds
        nudge = float(plan.nudge[place.run % len(plan.nudge)])
        return pool.is_aside(place), shared, -place.score - 0.1 * nudge

    ordered = sorted(_unused(pool, [*plan.chosen, *spent(pool, plans, plan)]), key=cost)
    openings = [other.opening for other in others if other.opening]
    heads = [pool.at(p.run, p.excerpt.evolve(frames=min(p.frames, plan.slots[0]))) for p in ordered]
    fresh = next((i for i, head in enumerate(heads) if shared_seconds([head], openings) == 0), 0)
    return [*ordered[fresh : fresh + 1], *ordered[:fresh], *ordered[fresh + 1 :]]


def _unused(pool: Pool, taken: Sequence[Place | Span]) -> Iterator[Place]:
    """Yield the runs without what is taken of them; what is too short to be seen is left out."""
    for number, run in enumerate(pool.usable.runs):
        begin = float(pool.run_start[number])
        finish = begin + run.span.length
        inside = sorted((t.start, t.end) for t in taken if t.start < finish and begin < t.end)
        if not inside:
            yield pool.at(number, Excerpt(start=begin, frames=run.frames))
            continue
        if pool.is_still(number):  # of a photograph that is in the clip already there is no rest
            continue
        free = begin
        for start, end in [*inside, (finish, finish)]:
            frames = frames_within(start - free - _SPARE)
            if frames >= _SHORTEST_PIECE:
                yield pool.at(number, Excerpt(start=whole_microseconds(free), frames=frames))
            free = max(free, end)  # what is taken may lie within something else that is


def _lengths(available: Sequence[int], total: int) -> list[int]:
    """Return how many frames to take of each stretch, in order, adding up to `total` or to all there is."""
    lengths: list[int] = []
    for frames in available:
        lengths.append(min(frames, total - sum(lengths)))
        if sum(lengths) == total:
            break
    short = min(_SHORTEST_PIECE, available[len(lengths) - 1]) - lengths[-1] if lengths else 0
    if len(lengths) > 1 and short > 0:  # no flash of a last run: the one before it gives up some frames
        lengths[-2] -= short
        lengths[-1] += short
    return lengths


def _edges(pool: Pool, stretches: Sequence[Place], lengths: Sequence[int], slots: Sequence[int]) -> list[int]:
    """Return the frames at which the pieces of the stretches begin and end: the stretches' own, and those where the
    slots were, except right beside an end and in photographs."""
    ends = _run_edges(lengths)
    cuts = [sum(slots[:n]) for n in range(1, len(slots))]
    kept = {cut for cut in cuts if all(abs(cut - edge) >= _SHORTEST_PIECE for edge in ends)}
    return sorted({*ends, *(cut for cut in kept if not pool.is_still(stretches[_row(ends, cut)].run))})


def _run_edges(lengths: Sequence[int]) -> list[int]:
    return [sum(lengths[:n]) for n in range(len(lengths) + 1)]


def _as_many(
    pool: Pool, stretches: Sequence[Place], lengths: Sequence[int], edges: Sequence[int], count: int
) -> list[int]:
    """Return `edges` with cuts within stretches taken away or added until there are `count` pieces, or nothing."""
    done, ends = list(edges), _run_edges(lengths)
    while len(done) - 1 > count:
        spare = [n for n in range(1, len(done) - 1) if done[n] not in ends]
        if not spare:
            return []
        done.pop(min(spare, key=lambda n: done[n + 1] - done[n - 1]))
    while len(done) - 1 < count:
        whole = [
            (end - begin, begin) for begin, end in pairwise(done) if not pool.is_still(stretches[_row(ends, begin)].run)
        ]
        length, begin = max(whole, default=(0, 0))
        if length < 2 * _SHORTEST_PIECE:
            return []
        done = sorted([*done, begin + length // 2])
    return done


def _pieces(pool: Pool, stretches: Sequence[Place], lengths: Sequence[int], edges: Sequence[int]) -> Iterator[Place]:
    """Yield the places between `edges`, which are frames of the stretches one after the other."""
    ends = _run_edges(lengths)
    for begin, end in pairwise(edges):
        row = _row(ends, begin)
        start = stretches[row].start + seconds_of(begin - ends[row])
        yield pool.at(stretches[row].run, Excerpt(start=whole_microseconds(start), frames=end - begin))


def _row(run_edges: Sequence[int], frame: int) -> int:
    return max(n for n in range(len(run_edges) - 1) if run_edges[n] <= frame)


def _rests(pool: Pool, stretches: Sequence[Place], lengths: Sequence[int]) -> Iterator[Place]:
    """Yield what is left of the stretches that were used, where it is long enough to be seen."""
    for stretch, length in zip(stretches, lengths, strict=False):
        start = whole_microseconds(stretch.start + seconds_of(length))
        left = stretch.frames - length - 1
        if left >= _SHORTEST_PIECE and not pool.is_still(stretch.run):
            yield pool.at(stretch.run, Excerpt(start=start, frames=left))
