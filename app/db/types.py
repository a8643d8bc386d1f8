"""Column types and clock that mean the same on SQLite and on Postgres."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Float, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

Json = JSON()
"""JSON that comes back as it went in. (Postgres' jsonb would not do: it makes whole numbers of floats like 1e300.)"""

Number = BigInteger().with_variant(Integer(), "sqlite")
"""A growing 64-bit number: SQLite counts by itself in a column of exactly INTEGER."""


class Utc(TypeDecorator[datetime]):
    """A moment in UTC: SQLite stores it without a zone, and gives it back with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class clock(FunctionElement[float]):  # noqa: N801 - reads as an SQL function
    """The database's own clock, in seconds since 1970: leases of many machines must not depend on each one's clock."""

    type = Float()
    inherit_cache = True


@compiles(clock, "sqlite")
def _clock_of_sqlite(element: clock, compiler: Any, **options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(clock, "postgresql")
def _clock_of_postgres(element: clock, compiler: Any, **options: Any) -> str:
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS double precision)"


def moment_of(text: str) -> datetime:
    """Return the moment that ISO 8601 text with a zone names, in UTC. Raises `ValueError` for all that is none."""
    moment = datetime.fromisoformat(text)
    try:
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except OverflowError as error:  # before the year 1, or after 9999
        raise ValueError(text) from error
    raise ValueError(text)


def now() -> datetime:
    """Return this machine's time in UTC."""
    return datetime.now(UTC)
