"""Lists of the library, page after page: filtered by the query they are given, sorted in one of a few named ways.

A page goes on behind the last row of the one before, however many rows came or went meanwhile: its cursor holds that
row's value and id, and not its number.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, false, func, literal, or_, tuple_

from app.db.folding import folded
from app.db.types import Utc, moment_of
from app.errors import InputError
from app.models.letters import fold

T = TypeVar("T")

_VALUE = "_sorted_by"
_MOST = 2**31 - 1


@dataclass(frozen=True)
class Page(Generic[T]):
    """What fits, in order; `next_cursor` asks for what comes after it, and is None at the end; `total` counts all."""

    items: tuple[T, ...]
    next_cursor: str | None
    total: int


@dataclass(frozen=True)
class Order:
    """A way to sort: by a value that no row lacks, rows with the same one by `id`; `down`: the greatest first."""

    by: ColumnElement[Any]
    id: ColumnElement[Any]
    down: bool = False


def newest_first(table: Table) -> Order:
    """Return the usual order: the last one made comes first."""
    return Order(table.c.created_at, table.c.id, down=True)


def usual_orders(table: Table) -> Mapping[str, Order]:
    """Return the orders `newest`, `oldest`, `name` and `updated`, for a table that has those columns."""
    orders = {"newest": newest_first(table), "oldest": Order(table.c.created_at, table.c.id)}
    if "name" in table.c:
        orders["name"] = Order(folded(table.c.name), table.c.id)
    if "updated_at" in table.c:
        orders["updated"] = Order(func.coalesce(table.c.updated_at, table.c.created_at), table.c.id, down=True)
    return orders


def page_of(
    connection: Connection,
    query: Select[Any],
    orders: Mapping[str, Order],
    sort: str,
    made: Callable[[Row[Any]], T],
    *,
    limit: int,
    cursor: str | None = None,
) -> Page[T]:
    """Return one page of the rows that `query` finds, sorted by `orders[sort]`, each as `made` makes of it.

    `query` has conditions, and no order, groups or limit of its own. `limit` is at least 1. Raises `InputError` for an
    order there is not, and for a cursor that is not of this order.
    """
    order = _order(orders, sort)
    size = max(1, min(limit, _MOST))
    place, ids = (order.by.desc(), order.id.desc()) if order.down else (order.by, order.id)
    wanted = query.add_columns(order.by.label(_VALUE)).order_by(place, ids).limit(size + 1)
    if cursor is not None:
        here = tuple_(order.by, order.id)
        there = _place(cursor, sort, order.by)
        wanted = wanted.where(here < there if order.down else here > there)
    found = connection.execute(wanted).all()
    total = connection.execute(query.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one()
    last = found[size - 1] if len(found) > size else None
    return Page(
        tuple(made(row) for row in found[:size]),
        None if last is None else _cursor(sort, last._mapping[_VALUE], last._mapping[order.id.key or "id"]),
        int(total),
    )


def containing(text: str, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that one of the columns holds `text`, in big or small letters, with or without marks."""
    if "\0" in text:  # Postgres would refuse to look for it
        return false()
    return or_(*(folded(column).contains(fold(text), autoescape=True) for column in columns))


def _order(orders: Mapping[str, Order], sort: str) -> Order:
    if sort in orders:
        return orders[sort]
    raise InputError(f"There is no order {sort!r}.", hint=f"Sort by one of: {', '.join(orders)}.", subject="sort")


def _cursor(sort: str, value: Any, row_id: str) -> str:
    plain = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([sort, plain, row_id]).encode()).decode()


def _place(cursor: str, sort: str, by: ColumnElement[Any]) -> ColumnElement[Any]:
    try:
        made_for, value, row_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if made_for != sort or not isinstance(row_id, str):
            raise ValueError
        place = tuple_(literal(_read(value, by), by.type), literal(row_id.replace("\0", "")))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(
            "The cursor is not one of this list in this order.", hint="Begin without one.", subject="cursor"
        ) from error
    return place


def _read(value: Any, by: ColumnElement[Any]) -> Any:
    """Return a cursor's value as the column's type has it. Raises `ValueError` or `TypeError` for any other."""
    if isinstance(by.type, Utc):
        return moment_of(value)
    wanted = by.type.python_type
    if isinstance(value, bool) or not isinstance(value, (int, float) if wanted is float else wanted):
        raise TypeError
    return value.replace("\0", "") if isinstance(value, str) else float(value) if wanted is float else value
