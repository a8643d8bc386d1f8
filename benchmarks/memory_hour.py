"""Peak memory for an hour of 1080p against that for ten minutes: it must not grow with the footage."""

from benchmarks.memory import BAR, GOAL, PIECE, peaks
from benchmarks.tools.clips import SCRIPT
from benchmarks.tools.figure import Figure

BY_NAME_ONLY = True
"""It takes a quarter of an hour."""

GROWTH = 1.10
TEN_MINUTES, HOUR = 10, 60
"""Times the piece that is looped."""


def run(quick: bool) -> list[Figure]:
    """Measure both lengths once; `quick` measures a tenth of them."""
    short, long = (times // (10 if quick else 1) for times in (TEN_MINUTES, HOUR))
    both = zip(("looking at", "one clip of"), peaks(PIECE, short, SCRIPT), peaks(PIECE, long, SCRIPT), strict=True)
    return [figure for what, small, large in both for figure in _figures(f"{what} {long} min", small, large, short)]


def _figures(what: str, small: float, large: float, short: int) -> list[Figure]:
    return [
        Figure(
            name=f"memory, {what} of 1080p, growth",
            value=large / small,
            against=f"{short} min: {small:.0f} MB ({large:.0f} MB)",
            bar=GROWTH,
        ),
        Figure(name=f"memory, {what} of 1080p, peak", value=large, unit="MB", against="nothing", bar=BAR, goal=GOAL),
    ]
