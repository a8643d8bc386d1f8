"""One measured figure with its bar and its goal, and how it is told."""

import pkgutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.models.base import Record


class Figure(Record):
    """A value, what it was measured against in the same run, the bar that must hold and the goal beyond it.

    Lower is better, unless `higher_is_better`. Without a bar the figure is only told.
    """

    name: str
    value: float
    unit: str
    against: str
    bar: float | None = None
    goal: float | None = None
    higher_is_better: bool = False

    @property
    def holds(self) -> bool:
        """Whether the value keeps to its bar."""
        return self.reaches(self.bar)

    def reaches(self, mark: float | None) -> bool:
        """Whether the value is as good as `mark`, or there is no mark."""
        return mark is None or (self.value >= mark if self.higher_is_better else self.value <= mark)

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as `--json` shows it."""
        told = self.model_dump(exclude={"higher_is_better"})
        return {**told, "holds": self.holds}


def names() -> list[str]:
    """Return the names of all benchmarks: the modules beside this package."""
    beside = Path(__file__).parents[1]
    found = pkgutil.iter_modules([str(beside)])
    return sorted(module.name for module in found if not module.ispkg and not module.name.startswith("_"))


def lines(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield the figures as a person reads them."""
    for figure in figures:
        sign = ">=" if figure.higher_is_better else "<="
        marks = [f"{word} {sign} {mark:g}" for word, mark in (("bar", figure.bar), ("goal", figure.goal)) if mark]
        told = f"{figure.name}: {figure.value:.3g} {figure.unit} ({', '.join(marks) or 'no bar'}) {_verdict(figure)}"
        yield told.rstrip()
        yield f"    against {figure.against}"


def _verdict(figure: Figure) -> str:
    if not figure.holds:
        return "MISSES ITS BAR"
    if figure.goal is not None and figure.reaches(figure.goal):
        return "reaches its goal"
    return "holds" if figure.bar is not None else ""
