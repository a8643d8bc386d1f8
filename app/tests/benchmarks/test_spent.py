"""What work takes is measured in a process of its own, with all that it starts."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from benchmarks.tools.spent import Spent, in_turn, peak_of, spent, tree_megabytes

BURN = "import time\nwhile time.process_time() < {seconds}: pass"


def burn(seconds: float) -> str:
    """Use so many CPU seconds, and as many again in another process."""
    begun = time.process_time()
    while time.process_time() < begun + seconds:
        pass
    subprocess.run([sys.executable, "-c", BURN.format(seconds=seconds)], check=True)
    return f"burnt {seconds}"


def hold(megabytes: int) -> int:
    kept = np.ones(megabytes * 125_000)
    time.sleep(0.3)  # several looks of the watcher
    return len(kept)


def fail() -> None:
    raise ValueError("not today")


def die() -> None:
    os._exit(3)


def test_cpu_of_the_process_and_of_what_it_starts_counts() -> None:
    taken = spent(burn, 0.3)
    assert taken.answer == "burnt 0.3"
    assert 0.6 <= taken.cpu < 3
    assert taken.wall > 0.3


def test_the_peak_is_that_of_the_work() -> None:
    small, large = spent(hold, 1), spent(hold, 300)
    assert large.peak > small.peak + 250


def test_work_that_fails_is_told() -> None:
    with pytest.raises(RuntimeError, match="ValueError: not today"):
        spent(fail)
    with pytest.raises(RuntimeError, match="died"):
        spent(die)


def test_the_size_of_a_process_that_is_gone_is_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        pass
    assert tree_megabytes(process.pid) == 0
    assert tree_megabytes(os.getpid()) > 10
    with peak_of(os.getpid()) as peak:
        time.sleep(0.2)
    assert peak() > 10


def test_works_are_measured_in_turn_and_the_medians_count() -> None:
    order: list[str] = []
    values = iter([1.0, 20.0, 9.0, 10.0, 2.0, 30.0])

    def one(name: str) -> Spent:
        order.append(name)
        value = next(values)
        return Spent(value, value, value)

    first, second = in_turn(3, lambda: one("a"), lambda: one("b"))
    assert order == ["a", "b"] * 3
    assert (first.cpu, second.wall) == (2.0, 20.0)
