"""Choosing all variants of a clip together, so that they differ as far as the footage allows."""

import math
import random
from collections.abc import Iterable, Sequence

import numpy as np

from app.editing.candidates import Footage, Usable, usable
from app.editing.choice import Choice, describe, more_seconds
from app.editing.matching import Match
from app.editing.pins import has_own_pins, pinned_spans, place_pins
from app.editing.planning import differing_plans
from app.editing.pool import Pool, build_pool
from app.editing.selection import Plan
from app.editing.spoken_of import spoken_of
from app.editing.timing import SHORTEST_SLOT
from app.errors import FootageError, InputError, NotEnoughFootage, TooFewVariants
from app.models.timing import seconds_of

_ATTEMPTS = 5
"""Times scarce footage is shared out anew: at the limit of what is possible, how many fit is a matter of luck."""


def choose(
    footage: Iterable[Footage],
    slots_per_variant: Sequence[Sequence[int]],
    seed: int,
    *,
    strict: bool = False,
    allow_alike: bool = False,
    spoken: Sequence[Sequence[Match]] = (),
) -> Choice:
    """Choose the picks of all variants; each variant is given by the lengths of its slots in output frames.

    `spoken` says for each variant what its voice speaks of. Two variants differ when their openings share no footage
    and look unlike, they share at most `MOST_SHARED` of the shorter one, and no more than `MOST_ALIKE` of one looks
    like something in the other; with `allow_alike` only footage counts, not looks. When that is not possible for all,
    those that are possible are returned and `Choice.notes` says so; with `strict` it raises `TooFewVariants`. The order
    of `footage` means nothing; the same seed always gives the same choice. What is pinned is shown, slots becoming one
    where it is longer; what is marked never-use is not, and a single-use segment in one variant at most. Raises
    `NotEnoughFootage` when the usable footage is shorter than a clip, and `FootageError` (pin_not_possible) when a pin
    cannot be kept.
    """
    _check_asked(slots_per_variant)
    shortest = min(SHORTEST_SLOT, *(min(slots) for slots in slots_per_variant))
    found = usable(footage, shortest)
    _check_enough(found, max(sum(slots) for slots in slots_per_variant))
    pool = build_pool(found, shortest)
    said = spoken or [()] * len(slots_per_variant)
    plans, left_out = _most_plans(pool, list(zip(slots_per_variant, said, strict=True)), seed, allow_alike)
    _check_pins_kept(plans, left_out)
    choice = describe(pool, plans, [plan.too_like for plan in left_out])
    if strict and choice.possible < choice.wanted:
        raise _too_few(choice)
    return choice


def _check_asked(slots_per_variant: Sequence[Sequence[int]]) -> None:
    if not slots_per_variant or any(not slots or min(slots) < 1 for slots in slots_per_variant):
        raise InputError(
            "There is no variant to make, or one of no length.",
            hint="Ask for at least one variant of more than 0 s.",
            subject="variants",
        )


def _check_enough(found: Usable, frames: int) -> None:
    """Raise `NotEnoughFootage` when no clip of `frames` can be made without showing something twice."""
    missing = frames - found.frames
    if missing <= 0:
        return
    given = sum(item.info.duration for item in found.footage)
    seconds, have = math.ceil(missing / 3) / 10, seconds_of(found.frames)  # tenths of a second, rounded up
    left_out = found.left_out_text()
    shorter = f", or make the clip at most {math.floor(have * 10) / 10:.1f} s long (a shorter script or --duration)"
    raise NotEnoughFootage(
        f"The clip needs {seconds_of(frames):.1f} s of footage, but of the {given:.1f} s given {have:.1f} s can be"
        f" used: {seconds:.1f} s are missing{f' ({left_out})' if left_out else ''}.",
        hint=f"Add at least {seconds:.1f} s of sharp, lit footage{shorter if have >= 1 else ''}.",
        subject="footage",
    )


def _check_pins_kept(plans: Sequence[Plan], left_out: Sequence[Plan]) -> None:
    """Raise `FootageError` when no plan could be filled around its pins, or one with pins of its own was left out."""
    lost = [plan for plan in left_out if plan.own_pins or not plans]
    if not lost:
        return
    plan = lost[0]
    why = "what is left does not fill the clip" if plan.too_like == "short" else "it would be too like another clip"
    raise FootageError(
        f"Clip {plan.number + 1} cannot be made with what is pinned in it: {why}.",
        hint="Add footage, take a pin away, or ask for fewer clips.",
        subject="pins",
        code="pin_not_possible",
    )


def _too_few(choice: Choice) -> TooFewVariants:
    return TooFewVariants(
        f"{choice.wanted} different variants were asked for, but {choice.usable_seconds:.1f} s of usable footage"
        f" allow {choice.possible} (possible: {choice.possible}).",
        hint=f"Add about {more_seconds(choice)} s of other footage, ask for {choice.possible}, or leave out --strict.",
        subject="variants",
    )


def _most_plans(
    pool: Pool, wanted: Sequence[tuple[Sequence[int], Sequence[Match]]], seed: int, allow_alike: bool
) -> tuple[list[Plan], list[Plan]]:
    """Return the plans of the first attempt in which all differ, or else of the one with most that do; and the rest."""
    most: list[Plan] = []
    left_out: list[Plan] = []
    for attempt in range(_ATTEMPTS):
        plans = [_new_plan(pool, n, *each, f"{seed}/{attempt}/{n}") for n, each in enumerate(wanted)]
        for plan in plans:
            plan.may_look_alike = allow_alike
        differing = differing_plans(pool, plans)
        if len(differing) > len(most) or not attempt:
            most, left_out = differing, [plan for plan in plans if plan not in differing]
        if not left_out:
            break
    return most, left_out


def _new_plan(pool: Pool, number: int, slots: Sequence[int], spoken: Sequence[Match], seed: str) -> Plan:
    rng = random.Random(seed)  # noqa: S311 (variety, not secrecy)
    pins = pinned_spans(pool, number)
    pinned, fixed = place_pins(pool, slots, pins)
    plan = Plan(number, pinned, np.array([rng.random() for _ in pool.start]), fixed, has_own_pins(pool, number))
    plan.numbered = max((pin.shot for pin in pins if pin.shot), default=0)
    plan.spoken = spoken_of(pool, spoken)
    plan.clear()
    return plan
