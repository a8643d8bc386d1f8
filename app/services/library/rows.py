"""Rows of the library: found, changed and removed by id, for their owner only, and not over somebody else's change."""

from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, Row, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.db.types import now
from app.errors import InputError
from app.models.base import Record
from app.services.library.ownership import owned

R = TypeVar("R", bound=Record)


def unknown(noun: str, row_id: str) -> InputError:
    """Return the error for a thing that there is not, or that is somebody else's: nobody can tell which."""
    shown = row_id if row_id.isprintable() and len(row_id) <= 64 else f"{row_id[:64]!r}"
    name = noun.replace("_", " ")
    return InputError(f"There is no {name} {shown}.", subject=f"{noun}_id", code=f"{noun}_unknown")


def add(connection: Connection, table: Table, values: dict[str, Any]) -> Row[Any]:
    """Write a new row in version 1 and return it.

    One of that id and owner that is there already is returned as it is: the request that made it was sent again.
    Raises `InputError` (id_taken) when it is somebody else's.
    """
    new = sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
    moment = now()
    fresh = new.values(version=1, created_at=moment, updated_at=moment, **values)
    told = fresh.on_conflict_do_nothing(index_elements=[table.c.id]).returning(table)
    row = connection.execute(told).one_or_none() or find(connection, table, values["owner"], values["id"])
    if row is None:
        raise InputError("Something else has this id.", hint="Leave the choice of ids to us.", code="id_taken")
    return row


def find(
    connection: Connection, table: Table, owner: str | None, row_id: str, *, lock: bool = False
) -> Row[Any] | None:
    """Return the row, or None; with `lock` nobody else changes or removes it before this transaction has ended."""
    if "\0" in row_id:  # Postgres would refuse to look for it
        return None
    query = select(table).where(table.c.id == row_id, owned(table, owner))
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def require(
    connection: Connection, table: Table, noun: str, owner: str | None, row_id: str, *, lock: bool = False
) -> Row[Any]:
    """Return the row. Raises `InputError` with the code `<noun>_unknown`."""
    row = find(connection, table, owner, row_id, lock=lock)
    if row is None:
        raise unknown(noun, row_id)
    return row


def require_version(row: Row[Any], noun: str, expected: int | None) -> None:
    """Raise `InputError` (version_conflict) when the row is not in the version that whoever changes it has seen."""
    if expected is None or row.version == expected:
        return
    raise InputError(
        f"The {noun.replace('_', ' ')} was changed meanwhile: it is in version {row.version}.",
        hint="Look at it again, and repeat the change with its new version.",
        subject=f"{noun}_id",
        code="version_conflict",
    )


def change(
    connection: Connection,
    table: Table,
    noun: str,
    owner: str | None,
    row_id: str,
    changes: dict[str, Any],
    expected: int | None,
) -> Row[Any]:
    """Change columns of a row, raise its version, and return it as it is then.

    Raises `InputError` with the code `<noun>_unknown` or version_conflict.
    """
    row = require(connection, table, noun, owner, row_id, lock=True)
    require_version(row, noun, expected)
    values = {**changes, "version": row.version + 1, "updated_at": now()}
    return connection.execute(update(table).where(table.c.id == row.id).values(values).returning(table)).one()


def remove(
    connection: Connection, table: Table, noun: str, owner: str | None, row_id: str, expected: int | None
) -> Row[Any]:
    """Remove a row and return it. Raises `InputError` as `change` does."""
    row = require(connection, table, noun, owner, row_id, lock=True)
    require_version(row, noun, expected)
    connection.execute(delete(table).where(table.c.id == row.id))
    return row


def valid(kind: type[R], fields: dict[str, Any]) -> R:
    """Return the record of these fields. Raises `InputError`, which names the field that is wrong."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        raise InputError(
            f"{place}: {message}." if place else f"{message[:1].upper()}{message[1:]}.",
            hint="Change the other fields with it.",
            subject=place,
        ) from error


def record(kind: type[R], row: Row[Any], **more: Any) -> R:
    """Return what a row says as a record: its columns of the names of the record's fields, and `more`."""
    known = {name: value for name, value in row._mapping.items() if name in kind.model_fields}
    return kind.model_validate({**known, **more})
