"""How alike two variants are, measured; and from where on they are not different."""

from collections.abc import Sequence

import numpy as np

from app.editing.pool import LOOKALIKE_BITS, Place, Pool
from app.editing.selection import MOST_SHARED, Plan, openings_alike, shared_seconds

MOST_ALIKE = 0.9
"""Two variants of which more than this part of one looks like something in the other are not different.

Measured on real footage: clips cut from one take of a camera that stands still (four takes, clips of 8 to 10 s) are
alike by 0.95 to 1.00, whatever is chosen, and their openings differ in 0 to 25 of 64 bits; four of an edited film of
30 s by 0.59 to 0.82, ten of 20 s from six files by 0.89 at most, with openings from 17 bits on.
"""


def alike_share(pool: Pool, one: Sequence[Place], other: Sequence[Place]) -> float:
    """Return the part, 0 to 1, of a clip's seconds whose picture looks like something in the other clip.

    Pictures are compared every step of the analysis. Of both clips the one counts of which more is alike: whoever has
    seen the other has seen that much of it.
    """
    mine, theirs = pool.hashes_in(one), pool.hashes_in(other)
    near = np.bitwise_count(mine[:, None] ^ theirs) <= LOOKALIKE_BITS
    return float(max(near.any(axis=1).mean(), near.any(axis=0).mean()))


def too_like(pool: Pool, one: Plan, other: Plan) -> str:
    """Return how two plans are too alike ("opening", "shared" or "looks"), or nothing when they differ.

    Openings that a person pinned in both clips may be the same.
    """
    first, second = one.chosen[0], other.chosen[0]
    pinned = 0 in one.fixed and 0 in other.fixed
    by_footage_only = one.may_look_alike and other.may_look_alike
    alike = not by_footage_only and openings_alike(first, second)
    if not pinned and (alike or shared_seconds([first], [second]) > 0):
        return "opening"
    if shared_seconds(one.chosen, other.chosen) > MOST_SHARED * min(one.seconds, other.seconds) + 1e-6:
        return "shared"
    if by_footage_only:
        return ""
    return "looks" if alike_share(pool, one.chosen, other.chosen) > MOST_ALIKE else ""
