"""Marks and scripts as people describe them: what adds up, what does not, and what they say to the choice of shots."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from app.models.cost import CostEntry
from app.models.library.script import LONGEST, Script, ScriptFields
from app.models.library.segment import Segment, SegmentFields, SegmentPin
from app.models.library.usage import Call, Spent
from app.models.marks import MarkedSegment, Pin

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEPT: dict[str, Any] = {"id": "s", "version": 1, "created_at": NOON, "updated_at": NOON}


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": -1},
        {"start": 2, "end": 2},
        {"start": 3, "end": 2},
        {"end": 0},
        {"end": float("inf")},
        {"end": 1e9},
        {"never_use": True, "pin": {}},
        {"pin": {"clip": 0}},
        {"pin": {"shot": 1001}},
        {"pin": True},
        {"keywords": [""]},
        {"keywords": ["a\0"]},
        {"keywords": ["a"] * 201},
        {"keywords": "cafea"},
        {"note": "x" * 2001},
        {"favourite": "perhaps"},
        {"project_id": ""},
        {"video_id": "v"},
    ],
)
def test_what_is_no_mark(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SegmentFields.model_validate(wrong)


def test_a_mark_may_say_nothing_but_where_it_is() -> None:
    assert SegmentFields() == SegmentFields(start=0.0, end=None, keywords=(), favourite=False, pin=None)


def test_every_field_of_marks_in_a_file_is_one_of_the_library() -> None:
    assert set(MarkedSegment.model_fields) <= set(SegmentFields.model_fields)
    assert set(Pin.model_fields) == {"start", "end"} | set(SegmentPin.model_fields)


def test_what_a_mark_says_to_the_choice_of_shots() -> None:
    said: dict[str, Any] = {
        "start": 1.5,
        "end": 3.0,
        "keywords": ("cafea",),
        "description": "o ceașcă",
        "note": "ia-l",
        "favourite": True,
        "single_use": True,
    }
    mark = Segment(**KEPT, video_id="v", **said, pin=SegmentPin(clip=2))
    assert mark.as_marked() == MarkedSegment(**said)
    assert mark.as_pin() == Pin(start=1.5, end=3.0, clip=2)
    assert mark.evolve(pin=None).as_pin() is None


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"text": ""},
        {"text": " \n\t"},
        {"text": "a\0"},
        {"text": "x" * (LONGEST + 1)},
        {"text": "a", "speed": 0.4},
        {"text": "a", "language": "r"},
        {"text": "a", "language": "ro_RO"},
        {"text": "a", "voice": ""},
        {"text": "a", "name": "a\nb"},
        {"text": "a", "words": 3},
    ],
)
def test_what_is_no_script(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ScriptFields.model_validate(wrong)


@pytest.mark.parametrize(("text", "words"), [("Bună", 1), ("  Bună \n ziua, \t lume ", 3), ("49,99 lei", 2), ("—", 1)])
def test_words_are_counted_as_they_are_written(text: str, words: int) -> None:
    script = Script(**KEPT, project_id="p", name="n", text=text)
    assert script.words == words
    assert script.model_dump()["words"] == words


def test_sums_are_exact_and_dollars_are_for_showing() -> None:
    both = Spent(calls=1, units=10, cost_microdollars=1).plus(Spent(calls=2, units=5, cost_microdollars=999_999))
    assert both == Spent(calls=3, units=15, cost_microdollars=1_000_000)
    assert both.cost_usd == 1.0
    assert Spent().plus(Spent()) == Spent()


def test_a_call_tells_what_it_was_and_not_whose() -> None:
    entry = CostEntry(
        timestamp=NOON, job_id="j", service="elevenlabs", operation="tts", input_units=7, cost_microdollars=9,
        owner="ana", key="secret", details={"voice": "v"},
    )  # fmt: skip
    call = Call.of(entry)
    assert call.model_dump() == {
        "id": entry.id,
        "created_at": NOON,
        "service": "elevenlabs",
        "operation": "tts",
        "units": 7,
        "cost_microdollars": 9,
        "job_id": "j",
        "project_id": None,
        "clip_id": None,
        "details": {"voice": "v"},
    }
