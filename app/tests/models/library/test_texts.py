"""What people write is taken as it is, but for what no database or line can hold."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.models.library.texts import Id, Name, Prose

NAMES: TypeAdapter[str] = TypeAdapter(Name)
PROSE: TypeAdapter[str] = TypeAdapter(Prose)
IDS: TypeAdapter[str] = TypeAdapter(Id)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Șosete de toamnă", "Șosete de toamnă"),
        ("  Cafea  ", "Cafea"),
        ("s\N{COMBINING COMMA BELOW}osete", "s\N{COMBINING COMMA BELOW}osete"),
        ("👨‍👩‍👧 și ☕", "👨‍👩‍👧 și ☕"),
        ("a/b\\c: <b>%_'\"", "a/b\\c: <b>%_'\""),
        ("x" * 200, "x" * 200),
    ],
)
def test_names_are_kept_as_they_are_written(given: str, kept: str) -> None:
    assert NAMES.validate_python(given) == kept


@pytest.mark.parametrize(
    "wrong", ["", " \t ", "a\nb", "a\rb", "a\tb", "a\0", "\x1b[31m", "a\u2028b", "x" * 201, 7, None, ["a"]]
)
def test_what_is_no_name(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        NAMES.validate_python(wrong)


def test_prose_has_lines_and_no_nul() -> None:
    assert PROSE.validate_python("a\n\tb ") == "a\n\tb "
    assert PROSE.validate_python("") == ""
    for wrong in ("\0", "x" * 10_001, None):
        with pytest.raises(ValidationError):
            PROSE.validate_python(wrong)


def test_ids_are_any_short_text() -> None:
    assert IDS.validate_python("not even / a UUID") == "not even / a UUID"
    for wrong in ("", "a\0b", "x" * 129):
        with pytest.raises(ValidationError):
            IDS.validate_python(wrong)
