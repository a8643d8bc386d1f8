"""`--marks` and `--keywords`: what a person marked in the footage."""

from collections.abc import Sequence
from pathlib import Path

from app.cli.texts import Kind, read_text
from app.editing.marking import read_marks, with_keywords
from app.models.marks import FootageMarks

_MARKS = Kind(
    name="The marks",
    option="marks",
    hint="Name a TOML or JSON file; docs/marks.md shows one.",
    code="bad_marks",
    most_mb=8,
)


def marks_given(place: Path | None, keywords: Sequence[str]) -> FootageMarks:
    """Return the marks in the file `place` with those of the `keywords` lines. Raises `InputError` (bad_marks)."""
    marks = read_marks(read_text(place, _MARKS), str(place)) if place else FootageMarks()
    return with_keywords(marks, keywords)
