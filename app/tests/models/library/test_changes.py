"""A change says what is named in it: null where null is a value, and nothing of what is left out."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.models.library.brand import ProjectBrand
from app.models.library.changes import Change
from app.models.library.options import ClipOptions
from app.models.library.preset import PresetChange
from app.models.library.project import ProjectChange
from app.models.library.script import ScriptChange
from app.models.library.segment import SegmentChange, SegmentPin

CHANGES = [ProjectChange, ScriptChange, SegmentChange, PresetChange]


@pytest.mark.parametrize("kind", CHANGES)
def test_nothing_is_said_where_nothing_is_named(kind: type[Change]) -> None:
    assert kind.model_validate({}).said() == {}


def test_what_is_named_is_said_as_records() -> None:
    change = ProjectChange.model_validate({"brand": {}, "options": {"count": 2}, "name": " a "})
    assert change.said() == {"brand": ProjectBrand(), "options": ClipOptions(count=2), "name": "a"}
    assert SegmentChange.model_validate({"pin": {"clip": 1}}).said() == {"pin": SegmentPin(clip=1)}


@pytest.mark.parametrize(
    ("kind", "nullable"),
    [
        (ProjectChange, {"brand"}),
        (ScriptChange, {"language", "voice", "speed"}),
        (SegmentChange, {"project_id", "pin"}),
        (PresetChange, set()),
    ],
)
def test_null_is_a_value_only_where_something_can_be_nothing(kind: type[Change], nullable: set[str]) -> None:
    for name in kind.model_fields:
        if name in nullable:
            assert kind.model_validate({name: None}).said() == {name: None}
        else:
            with pytest.raises(ValidationError):
                kind.model_validate({name: None})


@pytest.mark.parametrize("kind", CHANGES)
def test_the_description_has_no_defaults_and_requires_nothing(kind: type[Change]) -> None:
    schema: dict[str, Any] = kind.model_json_schema()
    assert "required" not in schema
    assert all("default" not in field for field in schema["properties"].values())
    with pytest.raises(ValidationError):
        kind.model_validate({"unknown": 1})
