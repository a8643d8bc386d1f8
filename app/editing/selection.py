"""Choosing the span for one slot of one variant, with everything chosen so far in view."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from app.editing.pool import (
    LOOKALIKE_BITS,
    Flags,
    Floats,
    Place,
    Pool,
    Spans,
    differing_bits,
    look_alike,
)
from app.editing.spoken_of import SpokenOf, match_of
from app.models.timing import Span, seconds_of

GAP_SECONDS = 1.0
"""Spans of one shot in one clip lie at least this far apart while there are others."""

MOST_SHARED = 0.5
"""Two variants that share more than this part of the shorter one's footage are not different."""

# What moves a choice, in units of score (0 to 1). Set by eye: a better picture beats the seed's nudge, a fresh
# picture beats a slightly better one, and what a variant shares already makes sharing more dearer.
_NUDGE = 0.12
_OPENING_SCORE = 1.6
_OPENING_UNLIKE = 0.5
_SHARING, _SHARING_MORE, _SHARING_TOO_MUCH = 0.6, 1.5, 3.0
_SAME_SHOT_BESIDE, _SAME_SOURCE_BESIDE = 0.25, 0.05
_SHOT_AGAIN = 0.2
_MATCH, _FAVOURITE = 1.5, 0.4
_CLEARLY = 0.75  # of the best match there is: what says clearly less is no match beside it
_EPSILON = 1e-9  # seconds: binary fractions


@dataclass(eq=False)
class Plan:
    """One variant in the making: its slots in frames, the seed's nudge for every place, and the picks so far.

    `fixed` holds the picks of slots in which a person pinned something (with `own_pins`, for this variant and not for
    all), of which those in the first `numbered` slots have a place of their own; `spoken` what its voice speaks of. One
    that `may_look_alike` need only show other footage. `laid` says that its picks were laid end to end, `recut` that
    its slots had to change for that, `too_like` how it was too like another variant to be kept.
    """

    number: int
    slots: tuple[int, ...]
    nudge: Floats
    fixed: dict[int, Place] = field(default_factory=dict)
    own_pins: bool = False
    numbered: int = 0
    may_look_alike: bool = False
    spoken: tuple[SpokenOf, ...] = ()
    too_like: str = ""
    picks: list[Place | None] = field(default_factory=list)
    laid: bool = False
    recut: bool = False

    def clear(self) -> None:
        """Forget all picks but those that are fixed."""
        self.picks = [self.fixed.get(slot) for slot in range(len(self.slots))]
        self.laid = self.recut = False

    @property
    def seconds(self) -> float:
        """Length of the clip in seconds."""
        return seconds_of(sum(self.slots))

    @property
    def opening(self) -> Place | None:
        """The pick that the variant begins with."""
        return self.picks[0] if self.picks else None

    @property
    def chosen(self) -> list[Place]:
        """The picks made so far, in the clip's order."""
        return [pick for pick in self.picks if pick]

    @property
    def complete(self) -> bool:
        """Whether every slot has its pick."""
        return bool(self.picks) and all(self.picks)

    def without(self, slot: int) -> list[Place]:
        """Return the picks of all other slots."""
        return [pick for index, pick in enumerate(self.picks) if pick and index != slot]

    def beside(self, slot: int) -> list[Place]:
        """Return the picks right before and after `slot`."""
        around = (self._at(slot - 1), self._at(slot + 1))
        return [pick for pick in around if pick]

    def free(self, slots: Iterable[int]) -> list[int]:
        """Return those of `slots` whose pick is not fixed."""
        return [slot for slot in slots if slot not in self.fixed]

    def spoken_in(self, slot: int) -> list[tuple[SpokenOf, float]]:
        """Return what is spoken of while `slot` is on screen, and how many seconds into it each word begins."""
        begin = sum(self.slots[:slot])
        end = begin + self.slots[slot]
        return [(one, seconds_of(one.frame - begin)) for one in self.spoken if begin <= one.frame < end]

    def monotonous_shots(self, slot: int) -> set[int]:
        """Return the shots that would be on screen three times in a row if `slot` took them too."""
        pairs = ((slot - 2, slot - 1), (slot - 1, slot + 1), (slot + 1, slot + 2))
        both = ((self._at(a), self._at(b)) for a, b in pairs)
        return {a.shot for a, b in both if a and b and a.shot == b.shot}

    def _at(self, slot: int) -> Place | None:
        return self.picks[slot] if 0 <= slot < len(self.picks) else None


def shared_seconds(one: Iterable[Place], other: Sequence[Place]) -> float:
    """Return the seconds of footage that both use."""
    return sum(max(0.0, min(a.end, b.end) - max(a.start, b.start)) for a in one for b in other)


@dataclass(frozen=True)
class Weighed:
    """Every place for one slot: whether it is allowed, after all wishes that could be granted, and its worth."""

    allowed: Flags
    worth: Floats


def best_place(
    pool: Pool, plans: Sequence[Plan], plan: Plan, slot: int, *, keep_gap: float = 0.0, pack: bool = False
) -> Place | None:
    """Return the best span for `slot` of `plan`, or None when no allowed one fits; see `weigh`."""
    weighed = weigh(pool, plans, plan, slot, keep_gap=keep_gap, pack=pack)
    if not weighed.allowed.any():
        return None
    return pool.place(int(np.argmax(np.where(weighed.allowed, weighed.worth, -np.inf))), plan.slots[slot])


def weigh(
    pool: Pool,
    plans: Sequence[Plan],
    plan: Plan,
    slot: int,
    *,
    keep_gap: float = 0.0,
    pack: bool = False,
    barred: Flags | None = None,
) -> Weighed:
    """Return which spans may fill `slot` of `plan`, and what each is worth there.

    Never allowed: footage within `keep_gap` seconds of what the plan uses already, what is `barred`, single-use
    segments that another plan shows, and for an opening the footage of another plan's opening. Avoided while there is
    another, in this order: what is not spoken of where something is, and secondary files where nothing is; openings
    that look like another's; spans nearer than `GAP_SECONDS`, look-alike neighbours, variants more than `MOST_SHARED`
    alike, a third span of one shot in a row. Among the rest the worth decides. For footage that is barely enough,
    `pack` avoids look-alike neighbours only, and then takes the span that leaves least space unused before it.
    """
    frames = plan.slots[slot]
    spans = pool.spans(frames)
    mine = plan.without(slot)
    allowed = spans.fits & _clear_of(pool, mine, frames, keep_gap) & _clear_of(pool, spent(pool, plans, plan), frames)
    if barred is not None:
        allowed &= ~barred
    if slot == 0:
        allowed &= _clear_of(pool, _openings(plans, plan), frames)
    price, too_alike = _sharing(pool, plans, plan, slot)
    match = match_of(plan.spoken_in(slot), pool.start, pool.shot, seconds_of(frames))
    unlike = _unlike_neighbours(spans, plan, slot)
    fitting = _fitting(pool, match, allowed & ~too_alike)
    gap = _clear_of(pool, mine, frames, GAP_SECONDS)
    monotonous = np.isin(pool.shot, list(plan.monotonous_shots(slot)))
    opening = _unlike_openings(spans, _openings(plans, plan)) if slot == 0 else fitting
    for wish in (fitting, opening, unlike) if pack else (fitting, opening, gap, unlike, ~too_alike, ~monotonous):
        if (allowed & wish).any():
            allowed &= wish
    worth = _worth(pool, plans, plan, slot, spans) + _MATCH * match - price
    if pack:
        worth = 0.01 * worth - _unused_before(pool, mine)
    # Rounded, so that the last bits of a sum, which differ between processors, decide nothing.
    return Weighed(allowed, np.round(worth, 6))


def _openings(plans: Sequence[Plan], plan: Plan) -> list[Place]:
    return [p.opening for p in plans if p is not plan and p.opening]


def _fitting(pool: Pool, match: Floats, possible: Flags) -> Flags:
    """Return which spans show what is spoken of, by the best `match` that is possible; else which are not aside."""
    best = float(match[possible].max(initial=0.0))
    return possible & (match >= _CLEARLY * best) if best > 0 else ~pool.aside


def _unlike_openings(spans: Spans, openings: Sequence[Place]) -> Flags:
    """Return which spans look unlike all `openings`, by the same measure as `openings_alike`."""
    unlike = np.ones(len(spans.score), dtype=np.bool_)
    for opening in openings:
        for mine, theirs in zip(spans.hashes[:2], opening.hashes[:2], strict=True):
            unlike &= differing_bits(mine, theirs) > LOOKALIKE_BITS
    return unlike


def openings_alike(one: Place, other: Place) -> bool:
    """Whether two openings show much the same picture, in their first frames or in their middles."""
    return any((a ^ b).bit_count() <= LOOKALIKE_BITS for a, b in zip(one.hashes[:2], other.hashes[:2], strict=True))


def spent(pool: Pool, plans: Sequence[Plan], plan: Plan) -> list[Span]:
    """Return the single-use segments of which another plan shows a part."""
    others = [place for other in plans if other is not plan for place in other.chosen] if pool.single_use else []
    return [
        part
        for parts in pool.single_use
        if any(place.start < one.end and one.start < place.end for place in others for one in parts)
        for part in parts
    ]


def _clear_of(pool: Pool, taken: Iterable[Place | Span], frames: int, gap: float = 0.0) -> Flags:
    """Return which spans of `frames` keep `gap` seconds from all of `taken`."""
    clear = np.ones(len(pool.start), dtype=np.bool_)
    for place in taken:
        after = pool.start >= place.end + gap - _EPSILON
        clear &= after | (pool.start + seconds_of(frames) <= place.start - gap + _EPSILON)
    return clear


def _unlike_neighbours(spans: Spans, plan: Plan, slot: int) -> Flags:
    """Return which spans look unlike the neighbours, by the same measure as `look_alike`."""
    first, middle, last = spans.hashes
    unlike = np.ones(len(first), dtype=np.bool_)
    for index, near, far in ((slot - 1, first, 2), (slot + 1, last, 0)):
        pick = plan.picks[index] if 0 <= index < len(plan.picks) else None
        if pick:
            unlike &= differing_bits(middle, pick.hashes[1]) > LOOKALIKE_BITS
            unlike &= differing_bits(near, pick.hashes[far]) > LOOKALIKE_BITS
    return unlike


def _sharing(pool: Pool, plans: Sequence[Plan], plan: Plan, slot: int) -> tuple[Floats, Flags]:
    """Return what sharing costs each span, and which spans would make two variants too alike."""
    seconds = seconds_of(plan.slots[slot])
    others = [other for other in plans if other is not plan and other.chosen]
    too_alike = np.zeros(len(pool.start), dtype=np.bool_)
    if not others:
        return np.zeros(len(pool.start)), too_alike
    owner = np.repeat(np.arange(len(others)), [len(other.chosen) for other in others])
    start, end = _edges([place for other in others for place in other.chosen])
    already = np.bincount(owner, _covered(start, end, plan.without(slot)), len(others)) / plan.seconds
    weight = (_SHARING + _SHARING_MORE * already[owner]) / seconds
    price = _weighed_overlap(pool.start, seconds, start, end, weight)
    for index in np.flatnonzero(already + seconds / plan.seconds > MOST_SHARED):
        mine = owner == index
        overlap = _weighed_overlap(pool.start, seconds, start[mine], end[mine], np.ones(int(mine.sum())))
        too_alike |= already[index] + overlap / plan.seconds > MOST_SHARED
    return price + _SHARING_TOO_MUCH * too_alike, too_alike


def _edges(places: Sequence[Place]) -> tuple[Floats, Floats]:
    return np.array([place.start for place in places]), np.array([place.end for place in places])


def _covered(start: Floats, end: Floats, places: Sequence[Place]) -> Floats:
    """Return for each span from `start` to `end` how many of its seconds `places` cover."""
    first, last = _edges(places)
    common = np.minimum(end[:, None], last) - np.maximum(start[:, None], first)
    covered: Floats = np.maximum(common, 0.0).sum(axis=1)
    return covered


def _weighed_overlap(at: Floats, seconds: float, start: Floats, end: Floats, weight: Floats) -> Floats:
    """Return, for spans of `seconds` from each of `at`, the seconds in common with weighed spans, times their weight.

    The weights on screen at a time are a step function, so its integral is straight between the spans' edges.
    """
    edges = np.concatenate([start, end])
    order = np.argsort(edges, kind="stable")
    edges = edges[order]
    height = np.cumsum(np.concatenate([weight, -weight])[order])
    integral = np.concatenate([[0.0], np.cumsum(height[:-1] * np.diff(edges))])
    overlap: Floats = np.interp(at + seconds, edges, integral) - np.interp(at, edges, integral)
    return overlap


def _worth(pool: Pool, plans: Sequence[Plan], plan: Plan, slot: int, spans: Spans) -> Floats:
    """Return the worth of each span: its score, how fresh it is beside the others, and the seed's nudge."""
    worth = spans.score * (_OPENING_SCORE if slot == 0 else 1.0) + _NUDGE * plan.nudge
    peers = plan.without(slot)
    if slot == 0:
        peers = [p.opening for p in plans if p is not plan and p.opening]
        worth += _OPENING_UNLIKE * _unlikeness(spans, peers)
    worth -= _SHOT_AGAIN * _crowding(pool, peers, len(plan.slots))
    if pool.favourites:
        worth += _FAVOURITE * favourite_share(pool, pool.start, seconds_of(plan.slots[slot]))
    for neighbour in plan.beside(slot):
        worth -= _SAME_SHOT_BESIDE * (pool.shot == neighbour.shot)
        worth -= _SAME_SOURCE_BESIDE * (pool.source == neighbour.source)
    return worth


def favourite_share(pool: Pool, at: Floats, seconds: float) -> Floats:
    """Return which part, 0 to 1, of spans of `seconds` from each of `at` a person marked as a favourite."""
    edges = sorted((stretch.start, stretch.end) for stretch in pool.favourites)
    start, end = np.array([a for a, _ in edges]), np.array([b for _, b in edges])
    return np.minimum(1.0, _weighed_overlap(at, seconds, start, end, np.full(len(edges), 1 / seconds)))


def _unlikeness(spans: Spans, places: Sequence[Place]) -> Floats:
    """Return how much, 0 to 1, the middle of each span differs from the most similar of `places`."""
    nearest = np.full(len(spans.score), 32.0)  # unrelated pictures differ in 32 of the 64 bits
    for place in places:
        nearest = np.minimum(nearest, differing_bits(spans.hashes[1], place.hashes[1]))
    return nearest / 32


def _crowding(pool: Pool, places: Sequence[Place], slots: int) -> Floats:
    """Return how often each span's shot is used already, beside what its share of the footage would be."""
    room = np.bincount(pool.shot, minlength=len(pool.offset))
    expected = np.maximum(1.0, slots * room / room.sum())
    used = np.bincount([place.shot for place in places], minlength=len(pool.offset)) if places else 0.0 * room
    crowding: Floats = (used / expected)[pool.shot]
    return crowding


def _unused_before(pool: Pool, mine: Sequence[Place]) -> Floats:
    """Return the seconds between each place and what lies before it: the run's start or a pick."""
    before = pool.run_start[pool.run]
    for place in mine:
        behind = (pool.run == place.run) & (pool.start >= place.end - _EPSILON)
        before = np.where(behind, np.maximum(before, place.end), before)
    return pool.start - before


def alike_neighbours(picks: Sequence[Place]) -> int:
    """Return how many cuts join two spans that look alike."""
    return sum(look_alike(a, b) for a, b in pairwise(picks))


def close_spans(picks: Sequence[Place]) -> int:
    """Return how many pairs of spans of one shot lie nearer than `GAP_SECONDS`."""
    ordered = sorted(picks, key=lambda pick: pick.start)
    return sum(b.start - a.end < GAP_SECONDS - _EPSILON for a, b in pairwise(ordered))
