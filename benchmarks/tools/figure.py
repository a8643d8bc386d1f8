"""One measured figure with its bar and its goal, and how it is told."""

import pkgutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.models.base import Record


class Figure(Record):
    """A value, what it was measured against in the same run, the bar that must hold and the goal beyond it.

    Lower is better, unless `higher_is_better`. Without a bar the figure is only told. One that could not be measured
    has no value, says in `against` why, and does not hold.
    """

    name: str
    value: float | None
    unit: str = ""
    against: str
    bar: float | None = None
    goal: float | None = None
    higher_is_better: bool = False

    @property
    def holds(self) -> bool:
        """Whether the value keeps to its bar."""
        return self.value is not None and self.reaches(self.bar)

    def reaches(self, mark: float | None) -> bool:
        """Whether the value is as good as `mark`, or there is no mark."""
        if mark is None or self.value is None:
            return mark is None
        return self.value >= mark if self.higher_is_better else self.value <= mark

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as `--json` shows it."""
        told = self.model_dump(exclude={"higher_is_better"})
        return {**told, "holds": self.holds}


def names() -> list[str]:
    """Return the names of all benchmarks: the modules beside the folder of this one."""
    beside = Path(__file__).parents[1]
    found = pkgutil.iter_modules([str(beside)])
    return sorted(module.name for module in found if not module.ispkg and not module.name.startswith("_"))


def lines(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield the figures as a person reads them."""
    for figure in figures:
        marks = [told for word in ("bar", "goal") if (told := mark_of(figure, word))]
        yield f"{figure.name}: {value_of(figure)} ({', '.join(marks) or 'no bar'}) {verdict(figure)}".rstrip()
        yield f"    against {figure.against}"


def value_of(figure: Figure) -> str:
    """Return the value as a person reads it."""
    return "not measured" if figure.value is None else f"{figure.value:.3g} {figure.unit}".rstrip()


def mark_of(figure: Figure, word: str) -> str:
    """Return the figure's "bar" or "goal" as a person reads it, nothing when it has none."""
    mark: float | None = getattr(figure, word)
    return "" if mark is None else f"{word} {'>=' if figure.higher_is_better else '<='} {mark:g}"


def verdict(figure: Figure) -> str:
    """Return in words whether the figure keeps to its bar."""
    if figure.value is None:
        return "NOT MEASURED"
    if not figure.holds:
        return "MISSES ITS BAR"
    if figure.goal is not None and figure.reaches(figure.goal):
        return "reaches its goal"
    return "holds" if figure.bar is not None else ""
