"""Answers as CSV (RFC 4180), for those that ask for `text/csv`."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import Response

CSV = "text/csv"

_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What makes a formula of a cell in spreadsheets."""


def wants_csv(accept: str | None) -> bool:
    """Whether a header `Accept` prefers CSV to JSON."""
    return _quality(accept or "", CSV) > _quality(accept or "", "application/json")


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Return the table as an answer; texts that a spreadsheet would reckon with begin with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"}
    return Response(out.getvalue().encode(), media_type=f"{CSV}; charset=utf-8; header=present", headers=headers)


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_RISKY) else value


def _quality(accept: str, wanted: str) -> float:
    """Return how much a type is wanted, 0 to 1 (RFC 9110, 12.5.1); without a header everything is wanted."""
    fitting = (wanted, f"{wanted.partition('/')[0]}/*", "*/*")
    best = (-len(fitting), 0.0 if accept.strip() else 1.0)
    for part in accept.split(","):
        name, *parameters = [piece.strip().lower() for piece in part.split(";")]
        if name in fitting:
            best = max(best, (-fitting.index(name), _q(parameters)))
    return best[1]


def _q(parameters: Sequence[str]) -> float:
    given = next((one.removeprefix("q=") for one in parameters if one.startswith("q=")), "1")
    try:
        return min(1.0, max(0.0, float(given)))
    except ValueError:
        return 0.0
