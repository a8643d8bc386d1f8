"""The condition that every query of the library has: rows of others are as unknown as rows that are not there."""

from sqlalchemy import ColumnElement, Table


def owned(table: Table, owner: str | None) -> ColumnElement[bool]:
    """Return the condition that a row of `table` belongs to `owner`; None is the person whose machine this is."""
    column = table.c.owner
    return column.is_(None) if owner is None else column == owner
