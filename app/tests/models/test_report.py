"""A check report as one answer."""

import pytest

from app.errors import CheckFailed
from app.models.report import CheckItem, CheckReport


def report(*oks: bool) -> CheckReport:
    return CheckReport(items=tuple(CheckItem(name=f"n{i}", ok=ok, detail=f"d{i}") for i, ok in enumerate(oks)))


def test_all_well() -> None:
    good = report(True, True)
    assert good.ok
    assert good.require() is good


def test_first_reasons_are_told() -> None:
    with pytest.raises(CheckFailed, match="n1: d1; n3: d3\\.") as caught:
        report(True, False, True, False).require()
    assert caught.value.subject == "n1"
    assert caught.value.hint


def test_many_reasons_are_counted() -> None:
    with pytest.raises(CheckFailed, match=r"n0: d0; n1: d1; n2: d2 \(and 2 more\)"):
        report(*[False] * 5).require()
