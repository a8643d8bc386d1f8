"""What calls of providers cost: prices, and rows of a ledger. Money is whole micro-dollars, a million to the dollar."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_OID, uuid4, uuid5

from pydantic import Field, StringConstraints, computed_field, field_validator, model_validator

from app.models.base import Record

MICRO = 1_000_000
_MOST = 2**63 - 1

Count = Annotated[int, Field(ge=0, le=_MOST)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]
Id = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\x00]*$")]
"""Text that any database can hold."""

Unit = Literal["characters", "input_tokens", "output_tokens"]
Grouping = Literal["service", "day", "project", "job", "clip"]


class Price(Record):
    """What one model of a provider charges, in micro-dollars for a million units of each kind.

    A picture counts as `tokens_per_image` input tokens where the provider says so. `source` is the public page that
    the price is from and `date` when it was; only the provider's invoice is sure.
    """

    date: str
    source: str
    characters: Count = 0
    input_tokens: Count = 0
    output_tokens: Count = 0
    tokens_per_image: Count = 0

    def of(self, units: Mapping[Unit, int]) -> int:
        """Return the cost in micro-dollars; the sum over all kinds of units is rounded up, once."""
        millionths = sum(count * int(getattr(self, kind)) for kind, count in units.items())
        return -(-millionths // MICRO)


class CostEntry(Record):
    """One call of a provider: `input_units` characters or tokens, and what they cost.

    `key` names the call that was paid: an entry told twice counts once. May be given `cost_usd` instead of
    `cost_microdollars`; a fraction of a micro-dollar is rounded up. A timestamp without a zone is local time.
    """

    timestamp: datetime = Field(default_factory=lambda: datetime.now(UTC))
    job_id: Id
    service: Slug
    operation: Slug
    input_units: Count
    cost_microdollars: Count = 0
    details: dict[str, Any] = Field(default_factory=dict)
    project_id: Id | None = None
    clip_id: Id | None = None
    owner: Id | None = None
    key: Id = Field(default_factory=lambda: str(uuid4()))

    @model_validator(mode="before")
    @classmethod
    def _from_dollars(cls, values: Any) -> Any:
        if not isinstance(values, dict) or "cost_usd" not in values:
            return values
        rest = {name: value for name, value in values.items() if name != "cost_usd"}
        if "cost_microdollars" not in rest:
            rest["cost_microdollars"] = microdollars(values["cost_usd"])
        return rest

    @field_validator("timestamp")
    @classmethod
    def _in_utc(cls, moment: datetime) -> datetime:
        return moment.astimezone(UTC)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cost_usd(self) -> float:
        """The cost in dollars, to show; sums are made of micro-dollars."""
        return self.cost_microdollars / MICRO

    @property
    def id(self) -> str:
        """The row's id here and in every copy: the same key gives the same one."""
        return str(uuid5(NAMESPACE_OID, f"edit-factory cost {self.key}"))


class CostTotal(Record):
    """The sum of many entries. `name` is what they have in common: a service, a day (UTC), a job; None for none."""

    name: str | None
    calls: int
    units: int
    cost_microdollars: int


class CostPage(Record):
    """Entries, newest first; `next_cursor` asks for those after them, and is None at the end."""

    entries: tuple[CostEntry, ...]
    next_cursor: str | None


def microdollars(dollars: float | str | Decimal) -> int:
    """Return dollars, read as the decimal number they are written as, in micro-dollars rounded up.

    Raises `ValueError` for what is no amount of money.
    """
    try:
        return int((Decimal(str(dollars)) * MICRO).to_integral_value(rounding=ROUND_CEILING))
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"{dollars!r} is no amount of money") from error


def dollars(amount: int) -> str:
    """Return micro-dollars as an exact decimal number of dollars with 6 places: `0.000123`."""
    return f"{amount // MICRO}.{amount % MICRO:06d}"
