"""How many jobs of a kind run at once, which queue they wait in, and which comes first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.tests.chaos.trials import Trials
from app.tests.chaos.workers import Workers, workers_in
from app.workflows.jobs.kinds import HIGH, LOW, MEMORY_EACH_MB, PROVIDER_LIMITS, Machine, queue_of, queues


def limits(cores: int, memory_mb: int) -> dict[str, int | None]:
    return {queue.name: queue.per_worker for queue in queues(Machine(cores, memory_mb))}


@pytest.mark.parametrize(("cores", "renders"), [(1, 1), (2, 1), (4, 2), (16, 8)])
def test_renders_and_analyses_get_two_cores_each(cores: int, renders: int) -> None:
    found = limits(cores, 1_000_000)
    assert (found["render"], found["analyze"], found["speak"]) == (renders, renders, 1)


def test_memory_allows_fewer_than_cores_do_but_never_none() -> None:
    assert limits(32, 4 * MEMORY_EACH_MB["render"])["render"] == 4
    assert set(limits(32, 100).values()) >= {1}
    assert all(limit is None or limit >= 1 for limit in limits(32, 100).values())


def test_voice_services_are_limited_everywhere_together() -> None:
    found = {queue.name: queue.everywhere for queue in queues(Machine(64, 1_000_000))}
    assert {name.removeprefix("speak-"): found[name] for name in found if name.startswith("speak-")} == PROVIDER_LIMITS


@pytest.mark.parametrize(
    ("provider", "queue"),
    [
        ("piper", "speak"),
        ("espeak", "speak"),
        ("edge", "speak-edge"),
        ("a plug-in", "speak-other"),
        ("", "speak-other"),
    ],
)
def test_speech_waits_where_its_provider_is_limited(provider: str, queue: str) -> None:
    assert queue_of("speak", {"voice": {"provider": provider}}) == queue
    assert queue in limits(2, 8_000)


def test_every_other_kind_has_a_queue_of_its_name() -> None:
    for kind in ("generate", "analyze", "render", "mute_voice", "prepare", "cleanup"):
        assert queue_of(kind, {}) == kind
        assert kind in limits(2, 8_000)


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with workers_in(tmp_path / "workers") as some:
        yield some


@pytest.mark.slow
def test_the_urgent_comes_first_and_two_at_once_are_two(any_trials: Trials, workers: Workers) -> None:
    """The trial's queue does two at once: those that wait at the gate are the two most urgent."""
    folder = {"folder": str(any_trials.folder), "gates": ["one"]}
    for name, priority in (("late", LOW), ("usual", 100), ("soon", HIGH), ("first", 1)):
        any_trials.desk.submit("trial", folder, job_id=name, priority=priority)
    workers.start()
    for name in ("first", "soon"):
        any_trials.at(name, "one")
    assert [any_trials.steps(name) for name in ("usual", "late")] == [[], []]
    any_trials.open("one")
    assert {any_trials.ended(name)["status"] for name in ("first", "soon", "usual", "late")} == {"completed"}
