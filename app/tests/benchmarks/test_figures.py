"""How figures are told: bars that hold, names that are found, a command that says when one does not."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import Figure
from benchmarks.__main__ import main
from benchmarks.tools.figure import lines, names
from benchmarks.tools.timing import p95

ROOT = Path(__file__).parents[3]


def figure(value: float, bar: float | None = 10, goal: float | None = 3, **more: bool) -> Figure:
    return Figure(name="it", value=value, unit="ms", against="a peer: 2 ms", bar=bar, goal=goal, **more)


@pytest.mark.parametrize(
    ("told", "holds", "verdict"),
    [
        (figure(2.5), True, "reaches its goal"),
        (figure(10), True, "holds"),
        (figure(10.1), False, "MISSES ITS BAR"),
        (figure(11, higher_is_better=True), True, "reaches its goal"),
        (figure(9.9, higher_is_better=True), False, "MISSES ITS BAR"),
        (figure(99, bar=None, goal=None), True, "(no bar)"),
        (figure(5, bar=None), True, "(goal <= 3)"),
    ],
)
def test_a_figure_keeps_to_its_bar_or_not(told: Figure, holds: bool, verdict: str) -> None:
    first, second = lines([told])
    assert told.holds is holds
    assert first.endswith(verdict)
    assert second == "    against a peer: 2 ms"


def test_json_has_what_programs_read() -> None:
    assert figure(2.5).as_dict() == {
        "name": "it",
        "value": 2.5,
        "unit": "ms",
        "against": "a peer: 2 ms",
        "bar": 10,
        "goal": 3,
        "holds": True,
    }


def test_every_name_can_be_run() -> None:
    assert {"job_storage", "progress_write"} <= set(names())
    assert "tools" not in names()
    for name in names():
        assert callable(import_module(f"benchmarks.{name}").run), name


def test_a_bar_that_is_missed_ends_the_command_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = import_module("benchmarks.progress_write")
    for value, status in ((2.5, 0), (99.0, 1)):
        monkeypatch.setattr(module, "run", lambda quick, value=value: [figure(value)])
        assert main(["progress_write"]) == status
        assert main(["progress_write", "--json"]) == status
    told = capsys.readouterr().out
    assert "MISSES ITS BAR" in told
    assert "SQLite" in told
    assert "ffmpeg" in told
    assert "moviepy 2." in told
    assert '"holds": false' in told


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["nothing"])
    assert "job_storage" in capsys.readouterr().err


def test_the_95th_percentile_is_one_of_the_calls() -> None:
    calls: list[int] = []
    assert p95(lambda: calls.append(1), times=20, rounds=3) >= 0
    assert len(calls) == 60


@pytest.mark.slow
def test_the_command_measures_both_databases() -> None:
    command = [sys.executable, "-W", "error", "-m", "benchmarks", "progress_write", "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr  # whether a bar holds on this machine just now is another question
    figures = json.loads(done.stdout)
    assert [found["name"].split(", ")[1] for found in figures] == ["SQLite", "Postgres"]
    assert all(found["value"] > 0 and "driver" in found["against"] for found in figures)
