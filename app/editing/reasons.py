"""Why a span was taken, in words and figures that a person can weigh."""

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from app.editing.candidates import Footage, qualities
from app.editing.pool import Place, Pool
from app.editing.selection import Plan, favourite_share
from app.editing.spoken_of import best_match
from app.models.media import Moment
from app.models.timing import Span


def explain(pool: Pool, plan: Plan, slot: int, place: Place) -> str:
    """Return, for example: sharp, steady, well lit; 0.71; says "cafea"; shot 3 of phone.mp4 at 12.3 s (sharpness
    0.62, light 0.95, motion 1.00, contrast 0.90, shot 0.58).

    The score is the weighed mean of the figures behind it, each 0 to 1.
    """
    item = pool.usable.footage[place.source]
    shot = pool.usable.runs[place.run].shot
    start = pool.source_start(place)
    moments = _moments(item, shot, Span.lasting(start, place.seconds))
    parts = [_looks(moments, pool.typical), f"{place.score:.2f}", *_marks(pool, plan, slot, place)]
    where = f"shot {shot + 1} of {item.name} at {start:.1f} s"
    figures = [qualities(moment, pool.typical) for moment in moments]
    means = {name: fmean(each[name] for each in figures) for name in figures[0]}
    means["shot"] = float(pool.shot_score[place.shot])
    return f"{'; '.join([*parts, where])} ({', '.join(f'{name} {value:.2f}' for name, value in means.items())})"


def _marks(pool: Pool, plan: Plan, slot: int, place: Place) -> list[str]:
    """Return what a person's marks had to do with it."""
    told = []
    if slot in plan.fixed:
        told.append("pinned")
    spoken = plan.spoken_in(slot) if slot < len(plan.slots) else []
    match = best_match(spoken, place)
    if match:
        told.append(f'shown at "{match.said}" for its keyword "{match.keyword}"')
    if pool.favourites and favourite_share(pool, np.array([place.start]), place.seconds)[0] > 0:
        told.append("favourite")
    return told


def _moments(item: Footage, index: int, span: Span) -> Sequence[Moment]:
    """Return what was measured in a span, or what is known of its shot as a whole as one moment."""
    shot = next(shot for shot in item.analysis.shots if shot.index == index)
    step = item.analysis.step
    moments = [m for m in shot.moments if span.start - step / 2 <= m.time <= span.end + step / 2]
    whole = Moment(
        time=span.start,
        motion=shot.motion,
        sharpness=shot.sharpness,
        luma=shot.luma,
        contrast=shot.contrast,
        dhash=shot.dhash,
    )
    return moments or shot.moments or [whole]


def _looks(measured: Sequence[Moment], typical: float) -> str:
    """Return the looks of a span in three words or so, for example "sharp, steady, well lit"."""
    sharpness, motion, luma = (fmean(getattr(m, name) for m in measured) for name in ("sharpness", "motion", "luma"))
    sharp = "sharp" if sharpness >= 0.8 * typical else "softer than most"
    moving = "still" if motion < 0.3 else "steady" if motion < 6 else "lively"
    lit = "dark" if luma < 50 else "bright" if luma > 200 else "well lit"
    return f"{sharp}, {moving}, {lit}"
