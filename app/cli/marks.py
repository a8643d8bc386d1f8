"""`--marks` and `--keywords`: what a person marked in the footage."""

from collections.abc import Sequence
from pathlib import Path

from app.editing.marking import read_marks, with_keywords
from app.errors import InputError
from app.models.marks import FootageMarks

_LARGEST = 8 << 20


def marks_given(place: Path | None, keywords: Sequence[str]) -> FootageMarks:
    """Return the marks in the file `place` with those of the `keywords` lines. Raises `InputError` (bad_marks)."""
    marks = read_marks(_text(place), str(place)) if place else FootageMarks()
    return with_keywords(marks, keywords)


def _text(place: Path) -> str:
    try:
        if place.stat().st_size <= _LARGEST:
            return place.read_text(encoding="utf-8-sig")
        reason = "it is larger than 8 MB"
    except OSError as error:
        reason = str(error.strerror).lower()
    except UnicodeDecodeError:
        reason = "it is not text in UTF-8"
    raise InputError(
        f"The marks {place} cannot be read: {reason}.",
        hint="Name a TOML or JSON file; docs/marks.md shows one.",
        subject="marks",
        code="bad_marks",
    )
