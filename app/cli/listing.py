"""What every list of `edit-factory library` takes and tells."""

from typing import Annotated, Any

import typer

from app.cli.output import console
from app.config import load_settings
from app.db import Database, open_database
from app.services.library.pages import Page

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Sort = Annotated[str, typer.Option(help="newest, oldest, name or updated.")]
Limit = Annotated[int, typer.Option(min=1, help="How many.")]
Cursor = Annotated[str | None, typer.Option(help="Go on after a page: its next_cursor.")]


def tell_of_more(page: Page[Any]) -> None:
    """Say how to see the page after this one, when there is one."""
    if page.next_cursor:
        console.print(f"{len(page.items)} of {page.total}. Those after them: --cursor {page.next_cursor}", markup=False)


def database_here() -> Database:
    """Return the database of this process' settings."""
    return open_database(load_settings())
