"""What was chosen, as plain records and plain English."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from app.editing.candidates import Usable
from app.editing.likeness import MOST_ALIKE, alike_share
from app.editing.pool import Place, Pool
from app.editing.reasons import explain
from app.editing.selection import GAP_SECONDS, MOST_SHARED, Plan, alike_neighbours, close_spans, shared_seconds
from app.editing.spoken_of import best_match
from app.models.base import Record
from app.models.timing import Excerpt, seconds_of


class Pick(Record):
    """A span on screen: `frames` output frames of the file `source` (content hash) from `start` seconds.

    `shot` is the shot's index in the file, `score` is 0 to 1, `reason` says in English why it was taken.
    """

    source: str
    shot: int
    start: float
    frames: int
    score: float
    reason: str

    @property
    def excerpt(self) -> Excerpt:
        """What it shows of its file."""
        return Excerpt(start=self.start, frames=self.frames)


class Variant(Record):
    """One variant: its picks in order, and which of those asked for it is (`index`, from 0).

    Each of these has one value for each variant of the choice, in order: `shared_seconds` (of footage that both use; 0
    for itself), `alike` (the part, 0 to 1, of one that looks like something in the other; 0 for itself) and
    `opening_bits` (in how many of 64 bits the pictures they open with differ: unrelated ones in 32).
    `lookalike_neighbours` counts cuts between pictures that look alike, `close_spans` pairs of spans of one shot less
    than 1 s apart: both only where the footage leaves nothing else, or a person pinned them; `out_of_place` counts
    shots of secondary files where nothing speaks of them and nobody pinned them. With `recut` the slots that were asked
    for did not fit the footage, and the cuts lie where its shots end.
    """

    index: int
    picks: tuple[Pick, ...]
    shared_seconds: tuple[float, ...]
    alike: tuple[float, ...] = ()
    opening_bits: tuple[int, ...] = ()
    lookalike_neighbours: int
    close_spans: int
    out_of_place: int = 0
    recut: bool

    @property
    def slots(self) -> tuple[int, ...]:
        """Lengths of the picks in frames."""
        return tuple(pick.frames for pick in self.picks)


class Choice(Record):
    """The variants that are possible, and what there is to say about them in `notes`, in English.

    `wanted` counts those asked for, `possible` those made. `usable_seconds` is what the footage holds, `left_out` the
    seconds not used by reason, `used_seconds` the distinct seconds on screen by file (content hash).
    """

    wanted: int
    possible: int
    variants: tuple[Variant, ...]
    usable_seconds: float
    left_out: dict[str, float]
    used_seconds: dict[str, float]
    notes: tuple[str, ...]


def describe(pool: Pool, plans: Sequence[Plan], left_out: Sequence[str] = ()) -> Choice:
    """Return the finished `plans` as records, in their order; `left_out` says of others how they were too alike."""
    variants = tuple(_variant(pool, plan, plans) for plan in plans)
    return Choice(
        wanted=len(plans) + len(left_out),
        possible=len(variants),
        variants=variants,
        usable_seconds=round(seconds_of(pool.usable.frames), 3),
        left_out=pool.usable.left_out,
        used_seconds=_used_seconds(pool, plans),
        notes=tuple(_notes(variants, left_out, pool.usable)),
    )


def more_seconds(choice: Choice) -> int:
    """Return about how many more seconds of footage would allow all variants that were asked for.

    A new variant may share `MOST_SHARED` of its seconds; half as much again is lost to gaps and cut ends.
    """
    longest = max(seconds_of(sum(variant.slots)) for variant in choice.variants)
    return math.ceil((choice.wanted - choice.possible) * longest * (1 - MOST_SHARED) * 1.5)


def _variant(pool: Pool, plan: Plan, plans: Sequence[Plan]) -> Variant:
    shared = (0.0 if other is plan else shared_seconds(plan.chosen, other.chosen) for other in plans)
    alike = (0.0 if other is plan else alike_share(pool, plan.chosen, other.chosen) for other in plans)
    first = plan.chosen[0].hashes[1]
    return Variant(
        index=plan.number,
        picks=tuple(pick_of(pool, plan, slot, place) for slot, place in enumerate(plan.chosen)),
        shared_seconds=tuple(round(seconds, 3) for seconds in shared),
        alike=tuple(round(share, 3) for share in alike),
        opening_bits=tuple((first ^ other.chosen[0].hashes[1]).bit_count() for other in plans),
        lookalike_neighbours=alike_neighbours(plan.chosen),
        close_spans=close_spans(plan.chosen),
        out_of_place=_out_of_place(pool, plan),
        recut=plan.recut,
    )


def _out_of_place(pool: Pool, plan: Plan) -> int:
    return sum(
        pool.is_aside(place) and slot not in plan.fixed and best_match(plan.spoken_in(slot), place) is None
        for slot, place in enumerate(plan.chosen)
    )


def pick_of(pool: Pool, plan: Plan, slot: int, place: Place) -> Pick:
    """Return `place` in `slot` of `plan` as a record, with the reasons for it."""
    return Pick(
        source=pool.usable.footage[place.source].info.content_hash,
        shot=pool.usable.runs[place.run].shot,
        start=round(pool.source_start(place), 6),
        frames=place.frames,
        score=round(place.score, 4),
        reason=explain(pool, plan, slot, place),
    )


def _used_seconds(pool: Pool, plans: Sequence[Plan]) -> dict[str, float]:
    """Return the distinct seconds of each file that are on screen in some variant."""
    used = {item.info.content_hash: 0.0 for item in pool.usable.footage}
    edge = -math.inf
    for place in sorted((place for plan in plans for place in plan.chosen), key=lambda place: place.start):
        new = max(0.0, place.end - max(edge, place.start))
        edge = max(edge, place.end)
        used[pool.usable.footage[place.source].info.content_hash] += new
    return {content_hash: round(seconds, 3) for content_hash, seconds in used.items()}


_TOO_LIKE = {
    "opening": ("would open with the same picture as one of these", "other things to open with"),
    "shared": (f"would share more than {MOST_SHARED:.0%} of its footage with one of these", "more footage"),
    "looks": (f"would look like one of these in more than {MOST_ALIKE:.0%} of it", "other places or views"),
    "short": ("could not be filled", "more footage"),
}
"""By what plans are too alike in: what another variant would do, and what to film for it."""


def _or_allow(left_out: Sequence[str]) -> str:
    return ", or --allow-alike" if {"opening", "looks"} & set(left_out) else ""


def _notes(variants: Sequence[Variant], left_out: Sequence[str], found: Usable) -> Iterable[str]:
    if left_out:
        made, asked = len(variants), len(variants) + len(left_out)
        kinds = [_TOO_LIKE[kind] for kind, _ in sorted(Counter(left_out).items(), key=lambda pair: (-pair[1], pair[0]))]
        yield (
            f"{asked} variants were asked for and {made} {_are(made)} possible with this footage: another"
            f" {' or '.join(would for would, _ in kinds)}. What would help:"
            f" {' and '.join(dict.fromkeys(film for _, film in kinds))}{_or_allow(left_out)}."
        )
    for number, variant in enumerate(variants, 1):
        problems = _problems(variant)
        if problems:
            yield f"Variant {number}: {'; '.join(problems)}. The footage has nothing else to offer there."
    if found.left_out_text():
        yield f"Of the footage, {found.left_out_text()}."


def _problems(variant: Variant) -> list[str]:
    alike, close = variant.lookalike_neighbours, variant.close_spans
    problems = []
    if alike:
        problems.append(f"{alike} {'cut joins' if alike == 1 else 'cuts join'} pictures that look alike")
    if close:
        pairs = "pair of spans of one shot lies" if close == 1 else "pairs of spans of one shot lie"
        problems.append(f"{close} {pairs} less than {GAP_SECONDS:g} s apart")
    if variant.out_of_place:
        shots = "shot of secondary files stands" if variant.out_of_place == 1 else "shots of secondary files stand"
        problems.append(f"{variant.out_of_place} {shots} where the script does not speak of them")
    return [*problems, "cuts lie where the shots end instead of on words"] if variant.recut else problems


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
