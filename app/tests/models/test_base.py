import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.models.base import Record, canonical_json, content_key

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


class Point(Record):
    x: int
    y: float = 0.0


def test_records_are_frozen_and_refuse_unknown_fields() -> None:
    point = Point(x=1)
    with pytest.raises(ValidationError):
        setattr(point, "x", 2)  # noqa: B010 - the type checker would refuse the plain way
    with pytest.raises(ValidationError):
        Point.model_validate({"x": 1, "z": 3})
    with pytest.raises(ValidationError):
        Point(x=1, y=float("nan"))


def test_evolve_validates() -> None:
    assert Point(x=1).evolve(x=5) == Point(x=5)
    with pytest.raises(ValidationError):
        Point(x=1).evolve(x="five")


def test_canonical_json_keeps_letters_and_sorts_keys() -> None:
    assert canonical_json({"b": "ș", "a": 1}) == '{"a":1,"b":"ș"}'


@given(plain)
def test_the_same_data_has_the_same_key_whatever_its_order(value: object) -> None:
    def turned(data: object) -> object:
        if isinstance(data, dict):
            return {key: turned(data[key]) for key in reversed(list(data))}
        return [turned(item) for item in data] if isinstance(data, list) else data

    assert content_key(value) == content_key(turned(value))


def test_records_and_their_plain_data_have_one_key() -> None:
    assert content_key(Point(x=1)) == content_key({"x": 1, "y": 0.0})
    assert content_key("a", "b") != content_key("ab")
