"""The page of results tells the last figures of each benchmark, failing ones as failing."""

from pathlib import Path

import pytest

import benchmarks.tools.page as page_of_results
from benchmarks import Figure
from benchmarks.__main__ import by_default, main, measure
from benchmarks.tools.figure import lines
from benchmarks.tools.page import PAGE, RESULTS, keep, read

GOOD = Figure(name="it", value=1.0, unit="ms", against="a | b", bar=2.0, goal=1.0)
BAD = Figure(name="other", value=0.5, against="what is known", bar=0.9, higher_is_better=True)
NONE = Figure(name="third", value=None, against="a peer, which did not run", bar=1.0)


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "results.json", tmp_path / "page.md"


def test_the_page_has_every_figure_with_its_verdict(places: tuple[Path, Path]) -> None:
    results, page = places
    keep({"one": [GOOD], "two": [BAD, NONE]}, quick=True, results=results, page=page)
    told = page.read_text()
    assert "| it | 1 ms | a \\| b | <= 2 | <= 1 | reaches its goal |" in told
    assert "| other | 0.5 | what is known | >= 0.9 |  | MISSES ITS BAR |" in told
    assert "| third | not measured | a peer, which did not run | <= 1 |  | NOT MEASURED |" in told
    assert "2 figures missed the bar" in told
    assert told.count(", quick; ") == 2


def test_a_benchmark_that_runs_again_takes_its_own_place_only(places: tuple[Path, Path]) -> None:
    results, page = places
    keep({"one": [GOOD], "two": [BAD]}, quick=True, results=results, page=page)
    keep({"two": [BAD.evolve(value=0.95)]}, quick=False, results=results, page=page)
    told = page.read_text()
    assert "| it |" in told
    assert "| other | 0.95 |" in told
    assert "no figure missed" in told
    assert [read(results)[name]["quick"] for name in ("one", "two")] == [True, False]


def test_the_kept_page_is_that_of_the_kept_results(places: tuple[Path, Path]) -> None:
    results, page = places
    results.write_text(RESULTS.read_text())
    keep({}, quick=False, results=results, page=page)
    assert page.read_text() == PAGE.read_text()


def test_a_figure_that_was_not_measured_does_not_hold() -> None:
    assert not NONE.holds
    assert NONE.as_dict()["value"] is None
    assert next(lines([NONE])) == "third: not measured (bar <= 1) NOT MEASURED"
    assert not NONE.evolve(bar=None).holds


def test_a_bar_of_zero_is_told() -> None:
    assert "(bar >= 0)" in next(lines([BAD.evolve(bar=0.0)]))


def test_a_benchmark_that_fails_is_a_figure_that_was_not_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(quick: bool) -> list[Figure]:
        raise OSError(f"no disk, quick {quick}")

    monkeypatch.setattr("benchmarks.mute.run", fail)
    (figure,) = measure("mute", quick=True)
    assert figure.value is None
    assert "OSError: no disk, quick True" in figure.against
    assert "Traceback" in capsys.readouterr().err
    assert main(["mute", "--quick"]) == 1


def test_what_takes_very_long_runs_by_name_only() -> None:
    assert "memory" in by_default()
    assert "memory_hour" not in by_default()


def test_results_are_written_when_asked(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept: list[object] = []
    monkeypatch.setattr("benchmarks.mute.run", lambda quick: [GOOD])
    monkeypatch.setattr("benchmarks.__main__.keep", lambda measured, quick: kept.append((measured, quick)))
    assert main(["mute"]) == 0
    assert kept == []
    assert main(["mute", "--quick", "--write"]) == 0
    assert kept == [({"mute": [GOOD]}, True)]
    assert capsys.readouterr().out.count("reaches its goal") == 2
    assert page_of_results.keep is keep
