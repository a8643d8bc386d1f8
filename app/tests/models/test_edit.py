from typing import Any

import pytest
from pydantic import ValidationError

from app.models.edit import CallToAction, Edit, derived_id
from app.models.timing import Excerpt, FrameSpan

SOURCE = "a" * 64


def document(**changes: Any) -> dict[str, Any]:
    """A small valid edit document as plain data, with `changes`."""
    shots = [
        {"id": "1", "source": SOURCE, "source_start": 0.5, "frames": 40, "framing": "crop"},
        {"id": "2", "source": SOURCE, "source_start": 4.0, "frames": 50, "framing": "crop"},
    ]
    return {
        "id": "x",
        "name": "clip-01",
        "preset": "tiktok",
        "quality": "standard",
        "canvas": {"width": 1080, "height": 1920},
        "frames": 90,
        "sources": [{"content_hash": SOURCE, "name": "a.mp4", "duration": 9.0, "has_audio": False}],
        "shots": shots,
        **changes,
    }


def test_a_valid_document_round_trips() -> None:
    edit = Edit.model_validate(document())
    assert Edit.model_validate_json(edit.model_dump_json()) == edit
    assert edit.identity == Edit.model_validate(document()).identity


def test_times_of_a_document_as_other_modules_speak_of_them() -> None:
    edit = Edit.model_validate(document())
    assert edit.seconds == 3.0
    assert edit.shots[1].excerpt == Excerpt(start=4.0, frames=50)
    assert CallToAction(text="a", start=30, end=45).frames == FrameSpan(start=30, end=45)


@pytest.mark.parametrize(("start", "end"), [(30, 3), (30, 30), (80, 91), (5000, 5001)])
def test_a_call_to_action_that_is_not_on_screen_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValidationError, match="call to action"):
        Edit.model_validate(document(brand={"call_to_action": {"text": "a", "start": start, "end": end}}))
    Edit.model_validate(document(brand={"call_to_action": {"text": "a", "start": 80, "end": 90}}))


def shot(**changes: Any) -> dict[str, Any]:
    return {"id": "1", "source": SOURCE, "source_start": 0.0, "frames": 90, "framing": "crop", **changes}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"frames": 91}, "add up to 90"),
        ({"sources": []}, "not listed"),
        ({"shots": []}, "at least 1"),
        ({"poster_frame": 90}, "poster frame"),
        ({"name": "../../etc/passwd"}, "pattern"),
        ({"name": "a\nb"}, "pattern"),
        ({"canvas": {"width": 1081, "height": 1920}}, "multiple of 2"),
        ({"canvas": {"width": 1080, "height": 1920, "fps": 25}}, "30"),
        ({"version": 1}, "2"),
        ({"surprise": True}, "not permitted"),
        ({"source_sound": {"mode": "on", "level_db": 90}}, "12"),
        ({"frames": 10**9}, "54000"),
        ({"canvas": {"width": 8192, "height": 8192}}, "4096"),
        ({"name": ".."}, "pattern"),
        ({"name": ".hidden"}, "pattern"),
        (
            {"shots": [{"id": "1", "source": SOURCE, "source_start": 1e300, "frames": 90, "framing": "crop"}]},
            "9.00 s long",
        ),
        ({"shots": [{"id": "1", "source": SOURCE, "source_start": 6.2, "frames": 90, "framing": "crop"}]}, "9.20 s of"),
    ],
)
def test_a_document_that_does_not_add_up_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Edit.model_validate(document(**changes))


def cue(start: int, end: int, **changes: Any) -> dict[str, Any]:
    words = [{"text": "a", "start": start, "end": end}]
    return {"id": "c", "start": start, "end": end, "words": words, "lines": [1], **changes}


@pytest.mark.parametrize(
    ("cues", "why"),
    [
        ([cue(80, 95)], "outside the clip"),
        ([cue(20, 20)], "before it is seen"),
        ([cue(10, 30), cue(20, 40)], "begins before the one before it has ended"),
        ([cue(10, 30, words=[])], "at least 1"),
        ([cue(10, 30, lines=[5])], "lines count 5 words"),
        ([cue(10, 30, lines=[-1, 2])], "greater than or equal to 1"),
        ([cue(10, 30, words=[{"text": "a", "start": 5, "end": 12}])], "outside its caption"),
        ([cue(10, 30, words=[{"text": "a", "start": 25, "end": 12}])], "outside its caption"),
    ],
)
def test_captions_that_do_not_add_up_are_refused(cues: list[dict[str, Any]], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Edit.model_validate(document(captions={"style": "bold", "language": "en", "cues": cues}))
    good = document(captions={"style": "bold", "language": "en", "cues": [cue(10, 30), cue(30, 90)]})
    assert Edit.model_validate(good).captions


def two_shots(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    return {"shots": [shot(frames=40, **first), shot(**{"id": "2", "frames": 50, "source_start": 4.0, **second})]}


DISSOLVE = {"kind": "dissolve", "frames": 10}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (two_shots({"enter": DISSOLVE}, {}), "begins with a cut"),
        (two_shots({}, {"enter": {"kind": "cut", "frames": 10}}), "a cut cannot take 10"),
        (two_shots({}, {"enter": {"kind": "dip", "frames": 0}}), "a dip cannot take 0"),
        (two_shots({}, {"enter": {"kind": "dip", "frames": 11}}), "multiple of 2"),
        (two_shots({}, {"enter": DISSOLVE, "source_start": 0.1}), "no footage before it"),
        (two_shots({"source_start": 7.7}, {"enter": DISSOLVE}), "no footage behind it"),
        ({"shots": [shot(frames=86), shot(id="2", frames=4, enter=DISSOLVE)]}, "shorter than its transitions"),
    ],
)
def test_transitions_that_cannot_be_shown_are_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Edit.model_validate(document(**changes))


def test_a_dissolve_needs_footage_on_both_sides_and_a_dip_does_not() -> None:
    assert Edit.model_validate(document(**two_shots({}, {"enter": DISSOLVE})))
    dip = {"enter": {"kind": "dip", "frames": 10}, "source_start": 0.0}
    assert Edit.model_validate(document(**two_shots({}, dip)))


def test_an_end_card_is_part_of_the_length() -> None:
    brand = {"end_card": {"frames": 60, "lines": ["Magazin", "str. Florilor 3"]}}
    edit = Edit.model_validate(document(brand=brand, frames=150))
    assert edit.end_card_frames == 60
    with pytest.raises(ValidationError, match="add up to 150"):
        Edit.model_validate(document(brand=brand))


@pytest.mark.parametrize("kind", ["logo", "music"])
def test_logo_and_music_are_listed_sources_of_their_kind(kind: str) -> None:
    other = "b" * 64
    asked: dict[str, Any] = {"music": {"source": other}} if kind == "music" else {"brand": {"logo": {"source": other}}}
    with pytest.raises(ValidationError, match=f"the {kind} is not listed"):
        Edit.model_validate(document(**asked))
    listed = document()["sources"][0]
    mine = {**listed, "content_hash": other, "kind": kind, "duration": 0.0}
    assert Edit.model_validate(document(sources=[listed, mine], **asked))
    with pytest.raises(ValidationError, match=f"the {kind} is not listed"):
        Edit.model_validate(document(sources=[listed, {**mine, "kind": "video"}], **asked))


def test_a_photograph_has_no_length_to_run_out_of() -> None:
    photo = {**document()["sources"][0], "duration": 0.0, "kind": "photo"}
    assert Edit.model_validate(document(sources=[photo]))


def test_any_change_is_another_identity() -> None:
    edit = Edit.model_validate(document())
    assert edit.identity != edit.evolve(seed=1).identity
    assert len(edit.identity) == 64


def test_derived_ids_are_uuids_made_of_content() -> None:
    assert derived_id("a", 1) == derived_id("a", 1)
    assert derived_id("a", 1) != derived_id("a1")
    assert derived_id("a")[14] == "5"
