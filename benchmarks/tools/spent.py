"""What a piece of work takes: CPU seconds of its process and all that it started, wall seconds, peak memory.

It runs in a process of its own, which has loaded the code before the clock starts: imports do not count.
"""

import multiprocessing
import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

import psutil

_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Spent:
    """CPU and wall in seconds, `peak` the largest resident size of the process tree in MB, and what the work gave."""

    cpu: float
    wall: float
    peak: float
    answer: Any = None


def spent(work: Callable[..., Any], *arguments: Any) -> Spent:
    """Call `work`, a function of a module, with `arguments` in a new process, and return what it took.

    Memory is looked at 20 times a second; pages that several processes share count for each. Raises `RuntimeError`
    with the other process' own words when it fails.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_child, args=(there, work, arguments))
    process.start()
    there.close()
    with peak_of(process.pid or 0) as peak:
        told = _told(here)
    process.join()
    if isinstance(told, str):
        raise RuntimeError(told)
    cpu, wall, answer = told
    return Spent(cpu, wall, peak(), answer)


def _told(here: Connection) -> Any:
    try:
        return here.recv()
    except EOFError:
        return "the measured process died"


def _child(there: Connection, work: Callable[..., Any], arguments: Sequence[Any]) -> None:
    before, began = _cpu(), time.perf_counter()
    try:
        answer = work(*arguments)
    except Exception as error:
        there.send(f"{type(error).__name__}: {error}")
        return
    there.send((_cpu() - before, time.perf_counter() - began, answer))


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def peak_of(pid: int) -> Iterator[Callable[[], float]]:
    """Watch a process and its descendants while the block runs; gives what tells their peak resident size in MB."""
    over, peak = threading.Event(), [0.0]

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            peak[0] = max(peak[0], tree_megabytes(pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: peak[0]
    finally:
        over.set()
        watcher.join()


def tree_megabytes(pid: int) -> float:
    """Return the memory of a process and its descendants now, in MB, each shared page once; 0 when it is gone."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += getattr(one.memory_full_info(), "pss", None) or one.memory_info().rss
    return total / 1e6


def in_turn(times: int, *works: Callable[[], Spent]) -> list[Spent]:
    """Measure each of `works` so many times, in turn, so that a busy moment meets all; return each one's medians."""
    rounds = [[work() for work in works] for _ in range(times)]
    return [_median(list(column)) for column in zip(*rounds, strict=True)]


def _median(all_of_one: Sequence[Spent]) -> Spent:
    cpu, wall, peak = (median(getattr(one, name) for one in all_of_one) for name in ("cpu", "wall", "peak"))
    return Spent(cpu, wall, peak, all_of_one[-1].answer)
