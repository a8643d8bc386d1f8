"""Laying a clip end to end over footage that is barely enough: what remains when choosing is no longer possible."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.editing.pool import Place, Pool
from app.editing.selection import Plan, shared_seconds
from app.models.timing import seconds_of

_SHORTEST_PIECE = 18
"""Frames (0.6 s): a cut nearer than this to the end of a run falls on the end instead."""


def lay_out(pool: Pool, plans: Sequence[Plan], plan: Plan) -> None:
    """Fill `plan` with whole runs one after the other; its slots become the pieces this gives.

    Every run is used to its last frame, so a clip fits whenever the runs together are long enough. The runs that
    other plans use least come first, and among them one whose beginning opens no other plan.
    """
    plan.clear()
    total = sum(plan.slots)
    order = _ordered_runs(pool, plans, plan)
    lengths = _run_lengths([pool.usable.runs[run].frames for run in order], total)
    places = list(_pieces(pool, order, lengths, plan.slots))
    pieces = tuple(place.frames for place in places)
    plan.laid, plan.recut = True, pieces != plan.slots
    plan.slots = pieces
    plan.picks = [*places]


def _ordered_runs(pool: Pool, plans: Sequence[Plan], plan: Plan) -> list[int]:
    wholes = [pool.at(i, float(pool.run_start[i]), run.frames) for i, run in enumerate(pool.usable.runs)]
    others = [other for other in plans if other is not plan]

    def cost(place: Place) -> tuple[float, float]:
        shared = sum(shared_seconds([place], other.chosen) for other in others) / place.seconds
        nudge = float(plan.nudge[place.run % len(plan.nudge)])
        return shared, -place.score - 0.1 * nudge

    ordered = sorted(wholes, key=cost)
    openings = [other.opening for other in others if other.opening]
    heads = [pool.at(p.run, p.start, min(p.frames, plan.slots[0])) for p in ordered]
    fresh = next((i for i, head in enumerate(heads) if shared_seconds([head], openings) == 0), 0)
    return [place.run for place in (ordered[fresh], *ordered[:fresh], *ordered[fresh + 1 :])]


def _run_lengths(available: Sequence[int], total: int) -> list[int]:
    """Return how many frames to take of each run, in order, adding up to `total`."""
    lengths: list[int] = []
    for frames in available:
        lengths.append(min(frames, total - sum(lengths)))
        if sum(lengths) == total:
            break
    short = _SHORTEST_PIECE - lengths[-1]
    if len(lengths) > 1 and short > 0:  # no flash of a last run: the one before it gives up some frames
        lengths[-2] -= short
        lengths[-1] += short
    return lengths


def _pieces(pool: Pool, order: Sequence[int], lengths: Sequence[int], slots: Sequence[int]) -> Iterator[Place]:
    """Yield the places: the runs, cut where the slots were, except right beside the end of a run."""
    run_edges = [sum(lengths[:n]) for n in range(len(lengths) + 1)]
    cuts = [sum(slots[:n]) for n in range(1, len(slots))]
    kept = {cut for cut in cuts if all(abs(cut - edge) >= _SHORTEST_PIECE for edge in run_edges)}
    edges = sorted({*run_edges, *kept})
    for begin, end in pairwise(edges):
        row = max(n for n in range(len(lengths)) if run_edges[n] <= begin)
        start = float(pool.run_start[order[row]]) + seconds_of(begin - run_edges[row])
        yield pool.at(order[row], math.ceil(start * 1e6) / 1e6, end - begin)
