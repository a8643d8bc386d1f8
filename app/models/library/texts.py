"""Texts that people write into the library: bounded, and without the one letter that Postgres does not take."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints


def _one_line(text: str) -> str:
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in text):
        raise ValueError("it holds letters that cannot be shown in one line")
    return text


def without_nul(text: str) -> str:
    """Return the text, or raise `ValueError`: Postgres does not take that letter."""
    if "\0" in text:
        raise ValueError("it holds the letter NUL")
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)]
"""What something is called, in one line."""

Prose = Annotated[str, Field(max_length=10_000), AfterValidator(without_nul)]
"""Lines of text."""

Id = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
"""What something of the library is known by."""
