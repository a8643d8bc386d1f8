"""What was chosen, as plain records and plain English."""

import math
from collections.abc import Iterable, Sequence
from statistics import fmean

from app.editing.candidates import Footage, Usable, typical_sharpness
from app.editing.pool import Place, Pool
from app.editing.selection import GAP_SECONDS, MOST_SHARED, Plan, alike_neighbours, close_spans, shared_seconds
from app.models.base import Record
from app.models.media import Moment
from app.models.timing import seconds_of


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


class Variant(Record):
    """One variant: its picks in order, and which of those asked for it is (`index`, from 0).

    `shared_seconds` has one value for each variant of the choice, in order: the seconds of footage both use (0 for
    itself). `lookalike_neighbours` counts cuts between pictures that look alike, `close_spans` pairs of spans of one
    shot less than 1 s apart: both only where the footage leaves nothing else. With `recut` the slots that were asked
    for did not fit the footage, and the cuts lie where its shots end.
    """

    index: int
    picks: tuple[Pick, ...]
    shared_seconds: tuple[float, ...]
    lookalike_neighbours: int
    close_spans: int
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


def describe(pool: Pool, plans: Sequence[Plan], wanted: int) -> Choice:
    """Return the finished `plans` as records, in their order."""
    variants = tuple(_variant(pool, plan, plans) for plan in plans)
    return Choice(
        wanted=wanted,
        possible=len(variants),
        variants=variants,
        usable_seconds=round(seconds_of(pool.usable.frames), 3),
        left_out=pool.usable.left_out,
        used_seconds=_used_seconds(pool, plans),
        notes=tuple(_notes(variants, wanted, pool.usable)),
    )


def more_seconds(choice: Choice) -> int:
    """Return about how many more seconds of footage would allow all variants that were asked for.

    A new variant may share `MOST_SHARED` of its seconds; half as much again is lost to gaps and cut ends.
    """
    longest = max(seconds_of(sum(variant.slots)) for variant in choice.variants)
    return math.ceil((choice.wanted - choice.possible) * longest * (1 - MOST_SHARED) * 1.5)


def _variant(pool: Pool, plan: Plan, plans: Sequence[Plan]) -> Variant:
    shared = (0.0 if other is plan else shared_seconds(plan.chosen, other.chosen) for other in plans)
    return Variant(
        index=plan.number,
        picks=tuple(_pick(pool, place) for place in plan.chosen),
        shared_seconds=tuple(round(seconds, 3) for seconds in shared),
        lookalike_neighbours=alike_neighbours(plan.chosen),
        close_spans=close_spans(plan.chosen),
        recut=plan.recut,
    )


def _pick(pool: Pool, place: Place) -> Pick:
    item = pool.usable.footage[place.source]
    shot = pool.usable.runs[place.run].shot
    start = round(pool.source_start(place), 6)
    looks = _looks(item, shot, start, place.seconds, typical_sharpness(pool.usable.footage))
    return Pick(
        source=item.info.content_hash,
        shot=shot,
        start=start,
        frames=place.frames,
        score=round(place.score, 4),
        reason=f"{looks}; {place.score:.2f}; shot {shot + 1} of {item.name} at {start:.1f} s",
    )


def _looks(item: Footage, index: int, start: float, seconds: float, typical: float) -> str:
    """Return the looks of a span in three words or so, for example "sharp, steady, well lit"."""
    shot = next(shot for shot in item.analysis.shots if shot.index == index)
    step = item.analysis.step
    moments = [m for m in shot.moments if start - step / 2 <= m.time <= start + seconds + step / 2]
    measured: Sequence[Moment] = moments or shot.moments
    sharpness, motion, luma = (
        fmean(getattr(m, name) for m in measured) if measured else float(getattr(shot, name))
        for name in ("sharpness", "motion", "luma")
    )
    sharp = "sharp" if sharpness >= 0.8 * typical else "softer than most"
    moving = "still" if motion < 0.3 else "steady" if motion < 6 else "lively"
    lit = "dark" if luma < 50 else "bright" if luma > 200 else "well lit"
    return f"{sharp}, {moving}, {lit}"


def _used_seconds(pool: Pool, plans: Sequence[Plan]) -> dict[str, float]:
    """Return the distinct seconds of each file that are on screen in some variant."""
    used = {item.info.content_hash: 0.0 for item in pool.usable.footage}
    edge = -math.inf
    for place in sorted((place for plan in plans for place in plan.chosen), key=lambda place: place.start):
        new = max(0.0, place.end - max(edge, place.start))
        edge = max(edge, place.end)
        used[pool.usable.footage[place.source].info.content_hash] += new
    return {content_hash: round(seconds, 3) for content_hash, seconds in used.items()}


def _notes(variants: Sequence[Variant], wanted: int, found: Usable) -> Iterable[str]:
    if len(variants) < wanted:
        yield (
            f"{wanted} variants were asked for and {len(variants)} {_are(len(variants))} possible: another would open"
            f" with the same footage as one of these or share more than {MOST_SHARED:.0%} of it."
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
    return [*problems, "cuts lie where the shots end instead of on words"] if variant.recut else problems


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
