"""How good a shot is, and why, and what must not be shown.

Limits were measured on the shots of 11 freely licensed clips (people, a street, a bottle on a table, a film of 1916,
animation, a talking head) and on the same clips blurred by ffmpeg's gblur at 1280 pixels' width.
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from app.media.shots import BLACK_CONTRAST, BLACK_LUMA, Stretch
from app.media.signals import Signals, lag_frames
from app.models.media import RejectReason

FROZEN_CHANGE = (0.003, 0.2)
"""A picture is frozen when the luma change (with grain) from frame to frame is below the first in half of the frames
and below the second in 9 of 10. One picture repeated, encoded by x264, x265, VP9 and MPEG-4: medians of 0.000 to
0.004, up to 0.16 where an encoder refines it; a tripod with grain: medians from 0.004 (the poorest encoding) to 0.84;
the stillest real clip 0.04. In doubt a shot is kept. A low rate with repeated frames fails the second."""

SETTLING = 8
"""Frames (at 30 a second) after a cut in which encoders still refine a picture that does not change."""

FROZEN_SECONDS = 1.0
"""A part of a shot is frozen when it stands still for so long; speakers pause, and low rates repeat frames."""

BLURRED_SHARPNESS = 5.0
"""Below this sharpness nothing in a picture has an edge: real clips have 11 (an empty road) to 490, with a blur of
sigma 8 0.2 to 10."""

SOFT_SHARPNESS = 25.0
SOFT_SHARE = 0.012
"""Below both sharpness and its share of the contrast's square a picture is blurred although it is rich in contrast:
real clips have shares of 0.025 and more, with a blur of sigma 8 0.001 to 0.017."""

DIP_SHARPNESS = 40.0
DIP_SHARE = 0.25
"""A moment below both sharpness and this share of its shot's is a whip pan or a lens that hunts."""

SHORTEST_SHOT = 0.5
"""Seconds; a shorter shot cannot be used: cuts keep a margin of some frames on either side."""

WEIGHTS = {"sharpness": 0.4, "exposure": 0.25, "motion": 0.25, "contrast": 0.1}
"""What each reason can give to a score; they add up to 1."""

_MOTION_CURVE = ((0.0, 0.3, 1.0, 4.0, 12.0, 30.0), (0.4, 0.8, 1.0, 1.0, 0.5, 0.1))
"""Motion (luma change in 1/30 s) against its worth: a calm moving picture is best, a shaken one worst."""


def score_of(*, sharpness: float, luma: float, contrast: float, motion: float) -> tuple[float, dict[str, float]]:
    """Return a score of 0 to 1 and the shares it is the sum of; units as in `Moment`."""
    worth = {
        "sharpness": 1 - float(np.exp(-sharpness / 60)),  # half of it at 42, nine tenths at 138
        "exposure": max(0.0, 1 - ((luma - 118) / 118) ** 2),  # 118: middle grey
        "motion": float(np.interp(motion, *_MOTION_CURVE)),
        "contrast": min(1.0, contrast / 50),
    }
    reasons = {name: round(WEIGHTS[name] * value, 4) for name, value in worth.items()}
    return round(min(1.0, sum(reasons.values())), 4), reasons


def rejection(signals: Signals, stretch: Stretch, seconds: float) -> tuple[RejectReason | None, str]:
    """Return why a whole shot must not be shown, and what was measured against which limit; or None and nothing."""
    part = slice(stretch.first, stretch.end)
    luma, contrast = float(np.median(signals.luma[part])), float(np.median(signals.contrast[part]))
    if luma < BLACK_LUMA and contrast < BLACK_CONTRAST:
        return (
            "black",
            f"mean luma {luma:.1f} and contrast {contrast:.1f}, black is below {BLACK_LUMA:g} and {BLACK_CONTRAST:g}",
        )
    settled = min(stretch.first + lag_frames(SETTLING, signals.fps), (stretch.first + stretch.end) // 2)
    if _is_frozen(signals, stretch, settled):
        part = slice(settled + 1, stretch.end)
        change = float(np.median(signals.change[part][signals.is_linked[part]]))
        return "frozen", f"half of the frames change by {change:.4f} or less, frozen is below {FROZEN_CHANGE[0]:g}"
    sharpness = float(np.percentile(signals.sharpness[part], 90))  # a shot that is sharp for a while is not blurred
    if is_blurred(sharpness, contrast):
        limit = BLURRED_SHARPNESS if sharpness < BLURRED_SHARPNESS else min(SOFT_SHARPNESS, SOFT_SHARE * contrast**2)
        return "blurred", f"sharpness {sharpness:.1f} at contrast {contrast:.0f}, blurred is below {limit:.1f}"
    if seconds < SHORTEST_SHOT:
        return "too_short", f"{seconds:.2f} s long, at least {SHORTEST_SHOT:g} s are needed"
    return None, ""


def flaw_of(signals: Signals, frames: Stretch, typical: float, first_of_shot: int) -> RejectReason | None:
    """Return why this part of a shot must not be shown. `typical` is the whole shot's sharpness."""
    part = slice(frames.first, frames.end)
    luma, contrast = float(signals.luma[part].mean()), float(signals.contrast[part].mean())
    if luma < BLACK_LUMA and contrast < BLACK_CONTRAST:
        return "black"
    if _is_frozen(signals, frames, first_of_shot):
        return "frozen"
    sharpness = float(signals.sharpness[part].mean())
    if is_blurred(sharpness, contrast) or sharpness < min(DIP_SHARPNESS, DIP_SHARE * typical):
        return "blurred"
    return None


def is_blurred(sharpness: float, contrast: float) -> bool:
    """Return whether a picture of this sharpness and contrast has no edges worth the name."""
    return sharpness < BLURRED_SHARPNESS or sharpness < min(SOFT_SHARPNESS, SOFT_SHARE * contrast**2)


def without_pauses(flaws: Sequence[RejectReason | None], step: float) -> list[RejectReason | None]:
    """Return the flaws of neighbouring moments, `step` seconds apart, without "frozen" for less than a second."""
    kept: list[RejectReason | None] = []
    for flaw, group in groupby(flaws):
        count = len(list(group))
        kept += [None if flaw == "frozen" and count * step < FROZEN_SECONDS else flaw] * count
    return kept


def _is_frozen(signals: Signals, frames: Stretch, compared_to: int) -> bool:
    """Return whether nothing moves; frames up to `compared_to` have nothing to be compared with.

    What was only glanced at is never frozen.
    """
    part = slice(max(frames.first, compared_to + 1), frames.end)
    if not signals.is_dense[part].all():
        return False
    values = signals.change[part][signals.is_linked[part]]
    if not values.size:
        return False
    half, most = np.percentile(values, [50, 90])
    return bool(half < FROZEN_CHANGE[0] and most < FROZEN_CHANGE[1])
