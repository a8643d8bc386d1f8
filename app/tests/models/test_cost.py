from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.models.cost import CostEntry, Price, Unit, dollars, microdollars

FREE = Price(date="2026-11-24", source="here")
counts = st.integers(0, 10**9)


def entry(**changes: object) -> CostEntry:
    given = {"job_id": "a", "service": "gemini", "operation": "analysis", "input_units": 3}
    return CostEntry.model_validate({**given, **changes})


@given(counts, counts, counts, counts)
def test_a_cost_is_exact_and_rounded_up_once(price_in: int, price_out: int, tokens_in: int, tokens_out: int) -> None:
    price = FREE.evolve(input_tokens=price_in, output_tokens=price_out)
    units: dict[Unit, int] = {"input_tokens": tokens_in, "output_tokens": tokens_out}
    assert price.of(units) == ceil(Fraction(price_in * tokens_in + price_out * tokens_out, 1_000_000))


def test_a_thousand_characters_at_ten_cents_are_ten_cents() -> None:
    price = FREE.evolve(characters=100_000_000)
    assert price.of({"characters": 1_000}) == 100_000
    assert price.of({"characters": 1}) == 100
    assert price.of({}) == 0
    assert FREE.evolve(characters=1).of({"characters": 1}) == 1  # the smallest amount there is


@given(st.integers(0, 2**63 - 1))
def test_dollars_say_the_amount_exactly(amount: int) -> None:
    assert Decimal(dollars(amount)) == Decimal(amount) / 1_000_000
    assert microdollars(dollars(amount)) == amount
    assert len(dollars(amount).partition(".")[2]) == 6


@pytest.mark.parametrize(
    ("given_usd", "amount"), [(0.0, 0), (0.1, 100_000), (0.0000001, 1), ("1.000001", 1_000_001), (3, 3_000_000)]
)
def test_an_entry_may_be_given_dollars(given_usd: object, amount: int) -> None:
    made = entry(cost_usd=given_usd)
    assert made.cost_microdollars == amount
    assert made.cost_usd == amount / 1_000_000


@pytest.mark.parametrize("cost", ["nan", "inf", "a lot", -1, None])
def test_what_is_no_amount_is_refused(cost: object) -> None:
    with pytest.raises(ValidationError):
        entry(cost_usd=cost)


@pytest.mark.parametrize(
    "wrong",
    [
        {"job_id": ""},
        {"job_id": "a\0"},
        {"job_id": "x" * 513},
        {"service": "two words"},
        {"operation": ""},
        {"input_units": -1},
        {"input_units": 2**63},
        {"cost_microdollars": -1},
        {"surprise": 1},
    ],
)
def test_what_a_database_cannot_hold_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        entry(**wrong)


def test_an_entry_outlives_being_written_down() -> None:
    made = entry(cost_microdollars=7, details={"note": "ț"})
    assert CostEntry.model_validate(made.model_dump()) == made
    assert CostEntry.model_validate_json(made.model_dump_json()) == made
    assert made.evolve(owner="o").cost_microdollars == 7


def test_the_id_is_of_the_key_and_keys_are_fresh() -> None:
    assert entry(key="k").id == entry(key="k", input_units=9).id
    assert entry(key="k").id != entry(key="l").id
    assert entry().key != entry().key


def test_timestamps_are_utc() -> None:
    assert entry(timestamp="2026-11-24T12:00:00+02:00").timestamp == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert entry(timestamp=datetime(2026, 11, 24, 10).isoformat()).timestamp.tzinfo is UTC  # noqa: DTZ001 - as the original interface gives it
    assert entry().timestamp.tzinfo is UTC
