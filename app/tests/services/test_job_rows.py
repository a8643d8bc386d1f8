"""What a job may hold: all of JSON, and it comes back as it went in; anything else is refused by name."""

import json
import math
from datetime import UTC, datetime
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InputError
from app.services.job_rows import COLUMNS, checked, is_id
from app.services.job_storage import JobStorage

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.recursive(plain, lambda part: st.lists(part) | st.dictionaries(texts, part), max_leaves=30)
jobs_of = st.dictionaries(texts.filter(lambda key: key not in COLUMNS), values, max_size=6)


@pytest.mark.store
@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(job=jobs_of, changes=jobs_of)
def test_any_json_comes_back_as_it_went_in(
    any_storage: JobStorage, job: dict[str, Any], changes: dict[str, Any]
) -> None:
    created = any_storage.create_job({**job, "job_id": "a"})
    assert same(without_columns(created), job)
    any_storage.update_job("a", changes)
    assert same(without_columns(any_storage.get_job("a") or {}), {**job, **changes})
    assert same(any_storage.events("a")[-1].data, changes)
    any_storage.delete_job("a")


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: 1.0 is not 1, and -0.0 is not 0.0."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def without_columns(job: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in job.items() if key not in COLUMNS}


@pytest.mark.store
@pytest.mark.parametrize(
    "value",
    [10**3000, -(2**63) - 1, 1e300, 5e-324, -0.0, "\u2028\U0001f3ac", "'; DROP TABLE jobs; --", {"": [[]]}],
    ids=["large", "64 bits", "1e300", "smallest", "-0.0", "letters", "quotes", "empty"],
)
def test_values_at_the_edge(any_storage: JobStorage, value: Any) -> None:
    any_storage.create_job({"job_id": "a", "value": value})
    assert same((any_storage.get_job("a") or {})["value"], value)


@pytest.mark.store
def test_nesting_up_to_the_bound(any_storage: JobStorage) -> None:
    value: Any = 1
    for _ in range(100):
        value = [value]
    any_storage.create_job({"job_id": "a", "value": value})
    assert (any_storage.get_job("a") or {})["value"] == value
    with pytest.raises(InputError, match="nested"):
        any_storage.update_job("a", {"value": [value]})


class Colour(str, Enum):  # noqa: UP042 - callers have such classes, whose str() is not their value
    RED = "red"


class Level(IntEnum):
    HIGH = 3


def test_what_has_one_meaning_in_json_is_turned_into_it() -> None:
    job = {
        "path": Path("a/b"),
        "id": UUID(int=1),
        "at": datetime(2026, 1, 2, tzinfo=UTC),
        "pair": (1, {2}),
        "colour": Colour.RED,
        "level": Level.HIGH,
        7: "seven",
    }
    data, _ = checked(job)  # type: ignore[arg-type]
    assert json.loads(json.dumps(data)) == {
        "path": "a/b",
        "id": "00000000-0000-0000-0000-000000000001",
        "at": "2026-01-02T00:00:00+00:00",
        "pair": [1, [2]],
        "colour": "red",
        "level": 3,
        "7": "seven",
    }


CYCLE: list[Any] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, b"bytes", object(), 1j, CYCLE, 10**5000, [{"deep": {"x": b""}}]],
    ids=["nan", "inf", "-inf", "bytes", "object", "complex", "cycle", "huge", "deep"],
)
def test_what_json_cannot_hold_is_refused_by_name(storage: JobStorage, value: Any) -> None:
    storage.create_job({"job_id": "a"})
    with pytest.raises(InputError, match="footage cannot be kept") as caught:
        storage.update_job("a", {"footage": value})
    assert caught.value.subject == "footage"
    assert [event.number for event in storage.events("a")] == [1]


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x\udfffy"])
def test_what_is_no_text_is_refused(storage: JobStorage, text: str) -> None:
    for job in ({"x": text}, {text: 1}, {"x": [{text: 1}]}, {"progress": text}, {"job_id": text}):
        with pytest.raises(InputError, match="no text"):
            storage.create_job({"job_id": "a", **job})
    assert not is_id(text)


@pytest.mark.parametrize("key", ["progress", "job_type"])
def test_columns_of_text_hold_text(storage: JobStorage, key: str) -> None:
    with pytest.raises(InputError, match=f"{key} must be text") as caught:
        storage.create_job({"job_id": "a", key: 40})
    assert "percentage" in caught.value.hint
    stored = storage.create_job({"job_id": "a", key: "text"})
    assert stored[key] == "text"


def test_progress_can_be_taken_back_and_a_type_cannot(storage: JobStorage) -> None:
    storage.create_job({"job_id": "a", "progress": "x", "job_type": "render"})
    stored = storage.update_job("a", {"progress": None, "job_type": None}) or {}
    assert (stored["progress"], stored["job_type"]) == (None, "render")
