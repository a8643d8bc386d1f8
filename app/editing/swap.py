"""Other footage for one shot of a finished edit: the next best, under the rules by which the clip was chosen."""

from collections.abc import Sequence

import numpy as np

from app.editing.candidates import Footage, usable
from app.editing.choice import Pick, pick_of
from app.editing.matching import labels_of, spoken_matches
from app.editing.pool import Flags, Place, Pool, build_pool, look_alike
from app.editing.selection import GAP_SECONDS, Plan, weigh
from app.editing.spoken_of import spoken_of
from app.editing.timing import SHORTEST_SLOT
from app.errors import InputError, NotEnoughFootage
from app.models.edit import Edit, EditShot
from app.models.timing import seconds_of
from app.models.voice import TimedToken

MOST_ALTERNATIVES = 5


def alternatives(
    edit: Edit, number: int, footage: Sequence[Footage], siblings: Sequence[Edit] = ()
) -> tuple[Pick, ...]:
    """Return up to `MOST_ALTERNATIVES` picks for shot `number` (from 1) of `edit`, the best first.

    Each is as long as the shot, shows nothing that the clip shows already, and keeps its marks' rules; they lie apart
    from each other. `siblings` are the clips that were chosen together with it: single-use segments that they show are
    not offered, and what they show is dearer. Raises `InputError` for a number that is no shot, and `NotEnoughFootage`
    when there is nothing else.
    """
    shot = _shot(edit, number)
    shortest = min(SHORTEST_SLOT, *(each.frames for each in edit.shots))
    found = usable(footage, shortest)
    if not found.runs:
        raise _nothing_else(shot, number)
    pool = build_pool(found, shortest)
    plan = _plan(pool, edit, 0)
    if edit.captions:
        matches = spoken_matches(_tokens(edit), labels_of(footage), edit.captions.language)
        plan.spoken = spoken_of(pool, matches)
    plans = [plan, *(_plan(pool, other, n) for n, other in enumerate(siblings, 1))]
    slot = number - 1
    barred = _without_handles(pool, edit, slot) | _near(pool, plan.picks[slot], shot.frames, 0.0)
    places: list[Place] = []
    while len(places) < MOST_ALTERNATIVES:
        weighed = weigh(pool, plans, plan, slot, barred=barred)
        if not weighed.allowed.any():
            break
        best = int(np.argmax(np.where(weighed.allowed, weighed.worth, -np.inf)))
        places.append(pool.place(best, shot.frames))
        barred = barred | _near(pool, places[-1], shot.frames, GAP_SECONDS)
    if not places:
        raise _nothing_else(shot, number)
    return tuple(_told(pool, plan, slot, place) for place in places)


def _nothing_else(shot: EditShot, number: int) -> NotEnoughFootage:
    return NotEnoughFootage(
        f"There is nothing else to show for shot {number}, which is {seconds_of(shot.frames):.1f} s long.",
        hint="Make the clip anew with more footage.",
        subject="footage",
    )


def _shot(edit: Edit, number: int) -> EditShot:
    if not 1 <= number <= len(edit.shots):
        raise InputError(
            f"The clip has {len(edit.shots)} shots, and no shot {number}.",
            hint=f"Give a number from 1 to {len(edit.shots)}.",
            subject="shot",
        )
    return edit.shots[number - 1]


def _plan(pool: Pool, edit: Edit, number: int) -> Plan:
    """Return an edit as a plan; shots that lie in nothing that may be shown have no place in it."""
    plan = Plan(number, tuple(shot.frames for shot in edit.shots), np.zeros(len(pool.start)))
    plan.picks = [_place_of(pool, shot) for shot in edit.shots]
    return plan


def _place_of(pool: Pool, shot: EditShot) -> Place | None:
    span = shot.excerpt.span
    for number, run in enumerate(pool.usable.runs):
        same = pool.usable.footage[run.source].info.content_hash == shot.source
        if same and run.span.start - 1e-3 <= span.start and (span.end <= run.span.end + 1e-3 or pool.is_still(number)):
            start = float(pool.run_start[number]) + span.start - run.span.start
            return pool.at(number, shot.excerpt.evolve(start=start))
    return None


def _tokens(edit: Edit) -> list[TimedToken]:
    """Return what the captions say as a voice's tokens."""
    words = [word for cue in edit.captions.cues for word in cue.words] if edit.captions else []
    return [
        TimedToken(
            index=index,
            text=word.text,
            start=seconds_of(word.start),
            end=seconds_of(word.end),
            breaks_after=word.text[-1:] in ".,;:!?…",
            spoken=word.spoken,
        )
        for index, word in enumerate(words)
    ]


def _without_handles(pool: Pool, edit: Edit, slot: int) -> Flags:
    """Return which places lack the footage beyond their ends that the dissolves around a slot show."""
    behind = edit.shots[slot + 1].enter if slot + 1 < len(edit.shots) else None
    before, after = (
        seconds_of(each.frames // 2) if each and each.kind == "dissolve" else 0.0
        for each in (edit.shots[slot].enter, behind)
    )
    still = np.array([pool.is_still(number) for number in range(len(pool.run_start))])[pool.run]
    short_before = pool.start - before < pool.run_start[pool.run] - 1e-6
    short_behind = pool.room < seconds_of(edit.shots[slot].frames) + after - 1e-6
    return ~still & (short_before | short_behind)


def _near(pool: Pool, place: Place | None, frames: int, gap: float) -> Flags:
    """Return which spans of `frames` come nearer than `gap` seconds to a place."""
    if place is None:
        return np.zeros(len(pool.start), dtype=np.bool_)
    near: Flags = (pool.start < place.end + gap - 1e-9) & (pool.start + seconds_of(frames) > place.start - gap + 1e-9)
    return near


def _told(pool: Pool, plan: Plan, slot: int, place: Place) -> Pick:
    pick = pick_of(pool, plan, slot, place)
    alike = [near for near in plan.beside(slot) if look_alike(*sorted((near, place), key=lambda p: p is place))]
    return pick.evolve(reason=f"{pick.reason}; looks like the shot beside it") if alike else pick
