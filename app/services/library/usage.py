"""What calls of providers cost one owner: sums by the database, over however many rows there are."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce

from sqlalchemy import Connection, Table, select

from app.db import Database
from app.db.tables import clips, costs, projects
from app.models.cost import CostTotal, Grouping
from app.models.library.usage import Call, CallPage, CostReport, Spent, SpentOn, UsageReport
from app.services import cost_rows
from app.services.cost_rows import CostFilter
from app.services.library.ownership import owned

_NAMED: dict[Grouping, Table] = {"project": projects, "clip": clips}
_AT_ONCE = 500
"""Ids in one question: databases take no end of them."""
_LATEST = 10


class Usage:
    """The ledger of one database, as one owner sees it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def costs(
        self, owner: str | None, by: Grouping, first_day: date | None, last_day: date | None, wanted: CostFilter
    ) -> CostReport:
        """Return what was spent from `first_day` to `last_day` (UTC, both among them) on what fits `wanted`."""
        within = wanted.evolve(since=first_day, before=_day_after(last_day))
        with self._database.read() as connection:
            found = cost_rows.totals(connection, by, within, owned(costs, owner))
            names = _labels(connection, owner, by, [one.name for one in found if one.name is not None])
        totals = tuple(_spent_on(one, names.get(one.name or "")) for one in found)
        return CostReport(group_by=by, first_day=first_day, last_day=last_day, totals=totals, total=_sum(totals))

    def calls(self, owner: str | None, wanted: CostFilter, *, limit: int = 100, cursor: str | None = None) -> CallPage:
        """Return one page of calls, newest first."""
        with self._database.read() as connection:
            rows = cost_rows.newest(connection, wanted, limit + 1, cursor, owned(costs, owner))
        more = len(rows) > limit
        return CallPage(
            calls=tuple(Call.of(cost_rows.entry_of(row)) for row in rows[:limit]),
            next_cursor=cost_rows.cursor_after(rows[limit - 1]) if more else None,
        )

    def report(self, owner: str | None, today: date) -> UsageReport:
        """Return what was used today, in this month, and ever."""
        services = self.costs(owner, "service", None, None, CostFilter())
        days = self.costs(owner, "day", today.replace(day=1), today, CostFilter())
        return UsageReport(
            today=_sum([one for one in days.totals if one.name == today.isoformat()]),
            this_month=days.total,
            total=services.total,
            services=services.totals,
            latest=self.calls(owner, CostFilter(), limit=_LATEST).calls,
        )


def _day_after(day: date | None) -> date | None:
    return None if day is None or day == date.max else day + timedelta(days=1)


def _labels(connection: Connection, owner: str | None, by: Grouping, ids: Sequence[str]) -> dict[str, str]:
    """Return what people call these projects or clips."""
    table = _NAMED.get(by)
    if table is None:
        return {}
    found: dict[str, str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = table.c.id.in_(ids[start : start + _AT_ONCE])
        query = select(table.c.id, table.c.name).where(some, owned(table, owner))
        found |= {row.id: row.name for row in connection.execute(query)}
    return found


def _spent_on(total: CostTotal, label: str | None) -> SpentOn:
    return SpentOn(**dict(total), label=label)


def _sum(totals: Sequence[Spent]) -> Spent:
    return reduce(Spent.plus, totals, Spent())
