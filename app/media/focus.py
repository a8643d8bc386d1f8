"""Where a picture is looked at: what moves in it, and what has detail.

Both are taken from thumbnails about 160 samples along the longer side, in means of 4x4 samples, so that grain counts
for nothing. What moves like the whole picture does (a pan, a shaking hand) is not what moves in it.
"""

import numpy as np
import numpy.typing as npt

from app.models.media import Focus, Rotation

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.float32]

HOLDS = 0.7
"""The share of the interest that lies within `Focus.spread` of its middle."""

_BLOCK = 4  # samples
_SMALLEST = 3  # blocks along a side: fewer have no inside
_GRAIN = 1.5  # luma; what is left of a phone's grain in the dark after the mean of 4x4
_OWN = 2.5  # times the median change: less is how the whole picture moves
_HALF_MOTION = 0.25  # luma; the mean change from which on motion counts for half of the interest
_MOST_MOTION = 0.85  # of the interest: what stands still is never worth nothing
_LEAST_MOTION = 0.02  # luma; grain with a deviation of 6 gives 0.014, a mouth that speaks 0.03
_LEAST_DETAIL = 0.4  # luma, the mean of all blocks: strong grain alone gives 0.3, a small thing on an empty wall 1
_EVERYWHERE = 1.5  # times the median detail: less is the texture of all of it
_EDGE = 60.0  # luma; the rim of a picture in a picture is no more of a subject than a face is
_RIM = 0.1  # of the side
_REACH = 0.25  # of the width, to either side: what is further apart is another subject
_TO_MIDDLE = 0.5  # of two subjects as strong as each other, the one nearer to the middle is meant
_DIGITS = 4


def focus_of(y: Bytes, before: Bytes | None = None, turn: Rotation = 0) -> Focus:
    """Return where the picture of the luma thumbnail `y` is looked at.

    `y` is (height, width) uint8 in stored orientation, `before` the same of a picture shortly before (0.03 to 0.5 s;
    None, or another size: motion is not looked at), `turn` the clockwise degrees to the upright picture that the
    answer is about. Where nothing stands out, and in pictures of less than 12 samples along a side, it is the middle.
    """
    small = _smooth(y)
    if min(small.shape) < _SMALLEST:
        return Focus()
    interest = _interest(small, _smooth(before) if before is not None and before.shape == y.shape else None)
    return _middle(np.rot90(interest, k=-(turn // 90)))  # numpy turns anticlockwise


def _smooth(y: Bytes) -> Numbers:
    """Return the means of 4x4 samples; what is left over at the right and at the bottom is left out."""
    height, width = (side // _BLOCK for side in y.shape)
    if not height or not width:
        return np.zeros((0, 0), np.float32)
    blocks = y[: height * _BLOCK, : width * _BLOCK].reshape(height, _BLOCK, width, _BLOCK)
    means: Numbers = blocks.mean(axis=(1, 3), dtype=np.float32)
    return means


def _interest(small: Numbers, before: Numbers | None) -> Numbers:
    """Return how much each block draws the eye: shares that sum to 1, or zeros when nothing stands out."""
    detail = _shares(_detail(small))
    if before is None:
        return detail
    moved = np.abs(small - before)
    moved = np.maximum(0, moved - _OWN * np.median(moved) - _GRAIN)
    mean = float(moved.mean())
    if mean < _LEAST_MOTION:
        return detail
    weight = _MOST_MOTION * mean / (mean + _HALF_MOTION)
    blend: Numbers = _shares(moved) * weight + detail * (1 - weight)
    return blend


def _detail(small: Numbers) -> Numbers:
    """Return the steps of brightness around each block beyond those that are everywhere, fewer towards the rim."""
    edges = np.zeros_like(small)
    across, down = np.abs(np.diff(small, axis=1)), np.abs(np.diff(small, axis=0))
    edges[:, 1:] += across
    edges[:, :-1] += across
    edges[1:] += down
    edges[:-1] += down
    stands_out = np.clip(edges - _EVERYWHERE * np.median(edges) - 3 * _GRAIN, 0, _EDGE)
    if stands_out.mean() < _LEAST_DETAIL:
        return np.zeros_like(small)
    weighted: Numbers = stands_out * _rim(small.shape[0])[:, None] * _rim(small.shape[1])
    return weighted


def _rim(count: int) -> Numbers:
    """Return weights of `count` blocks: less than 1 near both ends, where things are cut off by the picture's edge."""
    places = _places(count)
    return np.minimum(1.0, np.minimum(places, 1 - places) / _RIM).astype(np.float32)


def _shares(weights: Numbers) -> Numbers:
    total = float(weights.sum())
    return weights / total if total > 0 else weights


def _middle(interest: Numbers) -> Focus:
    """Return the middle of the densest stretch of the interest, and how far around it most of all of it lies."""
    columns = interest.sum(axis=0)
    total = float(columns.sum())
    if total <= 0:
        return Focus()
    places = _places(columns.size)
    dense = _densest(columns, places)
    near = interest * np.maximum(0, 1 - np.abs(places - dense) / _REACH)
    x = float((near.sum(axis=0) * places).sum() / near.sum())
    y = float((near.sum(axis=1) * _places(interest.shape[0])).sum() / near.sum())
    away = np.abs(places - x)
    nearest = np.argsort(away, kind="stable")
    enough = int(np.searchsorted(np.cumsum(columns[nearest]), HOLDS * total))
    spread = float(away[nearest[min(enough, columns.size - 1)]]) + 0.5 / columns.size
    return Focus(x=round(x, _DIGITS), y=round(y, _DIGITS), spread=round(min(0.5, spread), _DIGITS))


def _densest(columns: Numbers, places: npt.NDArray[np.float64]) -> float:
    """Return the place around which most of the interest is; of equal ones the nearest to the middle, or between."""
    kernel = np.maximum(0, 1 - np.abs(places[:, None] - places) / _REACH)
    weights = (kernel @ columns) * (1 - _TO_MIDDLE * np.abs(places - 0.5))
    return float(places[weights >= weights.max() * (1 - 1e-5)].mean())


def _places(count: int) -> npt.NDArray[np.float64]:
    """Return the middles of `count` blocks as shares of the side."""
    return (np.arange(count) + 0.5) / count
