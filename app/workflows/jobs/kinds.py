"""The kinds of work: which queue each waits in, and how many of each run at once on a machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.workflows.jobs.engine import Queue

MEMORY_EACH_MB = {"render": 1_500, "analyze": 1_000, "mute_voice": 500, "speak": 800, "receive": 600}
"""Memory, in MB, that one job of a kind may take: generous, as several that swap are slower than one after another."""

HIGH, NORMAL, LOW = 10, 100, 1_000
"""Priorities: somebody waits at a terminal; the usual; upkeep."""


@dataclass(frozen=True)
class Machine:
    """What a worker may use: cores and memory in MB."""

    cores: int
    memory_mb: int


def queues(machine: Machine) -> list[Queue]:
    """Return all queues with their limits on this machine.

    A render and an analysis use two cores each; jobs that only wait for others may be many. Voices over the network
    are limited everywhere together, since the service counts them together.
    """
    pairs = max(1, machine.cores // 2)
    return [
        Queue("generate", per_worker=8),
        Queue("import_files", per_worker=8),
        Queue("make", per_worker=8),
        *(Queue(kind, per_worker=4) for kind in ("mute_sent", "analyze_sent", "hear_sent", "tts")),
        Queue("alternatives", per_worker=pairs),
        Queue("revoice", per_worker=4),
        Queue("export", per_worker=2),
        Queue("analyze", per_worker=_fitting("analyze", pairs, machine)),
        Queue("render", per_worker=_fitting("render", pairs, machine)),
        Queue("mute_voice", per_worker=_fitting("mute_voice", pairs, machine)),
        Queue("receive", per_worker=_fitting("receive", max(2, machine.cores), machine)),
        Queue("prepare", per_worker=1, look_seconds=_SELDOM),  # in the background: one at a time leaves room for others
        Queue("speak", per_worker=1),  # synthesisers use every core themselves
        *(Queue(f"speak-{name}", everywhere=limit, look_seconds=_SELDOM) for name, limit in PROVIDER_LIMITS.items()),
        Queue("cleanup", per_worker=1, everywhere=1, look_seconds=5 * _SELDOM),
    ]


PROVIDER_LIMITS: Mapping[str, int] = {"edge": 2, "elevenlabs": 2, "other": 2}
"""Jobs at once that speak through a service: few, as small plans allow few; no service was asked how many."""


_SELDOM = 1.0  # each look is a query: a worker without work should cost little


def queue_of(kind: str, request: Mapping[str, Any]) -> str:
    """Return the queue in which a job of `kind` waits; a voice's depends on who speaks."""
    if kind != "speak":
        return kind
    provider = str(request.get("voice", {}).get("provider", ""))
    if provider in {"piper", "espeak"}:
        return "speak"
    return f"speak-{provider if provider in PROVIDER_LIMITS else 'other'}"


def _fitting(kind: str, wanted: int, machine: Machine) -> int:
    return max(1, min(wanted, machine.memory_mb // MEMORY_EACH_MB[kind]))
