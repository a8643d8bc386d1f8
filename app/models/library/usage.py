"""What was used and what it cost, as the library tells it. Money is whole micro-dollars, a million to the dollar."""

from datetime import date, datetime
from typing import Any

from pydantic import Field, computed_field

from app.models.base import Record
from app.models.cost import MICRO, CostEntry, Grouping


class Spent(Record):
    """A sum over many calls."""

    calls: int = Field(default=0, description="How many calls of providers.")
    units: int = Field(default=0, description="Characters and tokens, together.")
    cost_microdollars: int = Field(default=0, description="Exact.", examples=[1234])

    @computed_field(description="The same in dollars, to show.")  # type: ignore[prop-decorator]
    @property
    def cost_usd(self) -> float:
        """The cost in dollars."""
        return self.cost_microdollars / MICRO

    def plus(self, other: "Spent") -> "Spent":
        """Return both together."""
        return Spent(
            calls=self.calls + other.calls,
            units=self.units + other.units,
            cost_microdollars=self.cost_microdollars + other.cost_microdollars,
        )


class SpentOn(Spent):
    """The sum of what has one service, day, project, clip or job in common."""

    name: str | None = Field(description="The service, the day in UTC, or an id; null: none.", examples=["edge_tts"])
    label: str | None = Field(description="What people call it; null: it is gone, or has no name.")


class CostReport(Record):
    """What was spent in some days, by what one asked for; days in order, everything else the dearest first."""

    group_by: Grouping
    first_day: date | None = Field(description="Null: since the beginning.")
    last_day: date | None = Field(description="Null: until now.")
    totals: tuple[SpentOn, ...]
    total: Spent


class Call(Record):
    """One call of a provider."""

    id: str
    created_at: datetime
    service: str
    operation: str
    units: int
    cost_microdollars: int
    job_id: str
    project_id: str | None
    clip_id: str | None
    details: dict[str, Any] = Field(description="What more is known of it, such as the voice.")

    @classmethod
    def of(cls, entry: CostEntry) -> "Call":
        """Return an entry of the ledger as the library tells it."""
        known = {name: getattr(entry, name) for name in cls.model_fields if hasattr(entry, name)}
        return cls(**known, created_at=entry.timestamp, units=entry.input_units)


class CallPage(Record):
    """Calls, newest first."""

    calls: tuple[Call, ...]
    next_cursor: str | None


class UsageReport(Record):
    """What was used: today and this month (UTC), and ever."""

    today: Spent
    this_month: Spent
    total: Spent
    services: tuple[SpentOn, ...] = Field(description="Of all time, the dearest first.")
    latest: tuple[Call, ...] = Field(description="The last ten calls, newest first.")
