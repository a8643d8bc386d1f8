"""How long calls take."""

import math
from collections.abc import Callable
from statistics import median
from time import perf_counter


def p95(call: Callable[[], object], times: int, rounds: int = 1) -> float:
    """Return the 95th percentile of `times` calls in milliseconds: the median of so many rounds."""
    return median(_p95_of(call, times) for _ in range(rounds))


def _p95_of(call: Callable[[], object], times: int) -> float:
    taken = sorted(_milliseconds(call) for _ in range(times))
    return taken[math.ceil(0.95 * times) - 1]


def _milliseconds(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1000
