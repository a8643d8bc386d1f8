"""Parameters that every list of the library takes."""

from typing import Annotated

from fastapi import Query

MOST = 500
"""Rows on one page."""

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many on a page.")]
Cursor = Annotated[str | None, Query(description="The page before's next_cursor.", max_length=4_000)]
Search = Annotated[
    str | None,
    Query(description="Only what holds this text, in big or small letters, with or without marks.", max_length=200),
]

NEXT = "Asks for the page after this one; null: this is the last."
TOTAL = "How many fit, on all pages."
