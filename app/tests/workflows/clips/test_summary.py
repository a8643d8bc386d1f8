"""What a person is told of clips before and after they are rendered."""

from pathlib import Path

import pytest

from app.editing.choice import Choice, Pick, Variant
from app.media.probe import probe
from app.models.edit import Edit
from app.models.voice import Voice
from app.tests.models.test_edit import SOURCE, document
from app.workflows.clips.summary import describe, likenesses, voice_notes


def spoken(*, robotic: bool, language: str = "ro") -> Voice:
    return Voice(
        voice_id="espeak:ro",
        provider="espeak",
        language=language,
        audio_hash="b" * 64,
        sample_rate=22050,
        duration=3.0,
        speed=1.0,
        words=(),
        tokens=(),
        characters=9,
        cost_microdollars=120,
        robotic=robotic,
    )


def captioned(text: str, *, burnt: bool = True) -> dict[str, object]:
    word = {"text": text, "start": 0, "end": 9}
    cue = {"id": "c", "start": 0, "end": 9, "words": [word], "lines": [1]}
    return {"style": "bold", "language": "en", "burnt": burnt, "cues": [cue]}


def test_length_shots_reasons_and_cost(clip: Path) -> None:
    shots = document()["shots"]
    shots[0]["reason"] = "sharp, steady; 0.9"
    edit = Edit.model_validate(document(shots=shots))
    result = describe(edit, spoken(robotic=False), {SOURCE: (clip, probe(clip))})
    assert (result.seconds, result.frames, result.cost_microdollars) == (3.0, 90, 120)
    assert [(shot.source, shot.seconds) for shot in result.shots] == [(clip.name, 1.333), (clip.name, 1.667)]
    assert result.shots[0].reason == "sharp, steady; 0.9"
    assert result.notes == ()


@pytest.mark.parametrize(
    ("captions", "told"),
    [(captioned("wow 🔥"), True), (captioned("wow 🔥", burnt=False), False), (captioned("Țuț"), False)],
)
def test_letters_that_no_font_has_are_told(clip: Path, captions: dict[str, object], told: bool) -> None:
    edit = Edit.model_validate(document(captions=captions))
    notes = describe(edit, None, {SOURCE: (clip, probe(clip))}).notes
    assert any("🔥" in note and "SRT" in note for note in notes) is told


def test_a_clip_longer_than_its_place_takes_is_told(clip: Path) -> None:
    shot = {"id": "1", "source": SOURCE, "source_start": 0.0, "frames": 1801, "framing": "crop"}
    source = {"content_hash": SOURCE, "name": "a.mp4", "duration": 70.0, "has_audio": False}
    edit = Edit.model_validate(document(preset="instagram_story", shots=[shot], sources=[source], frames=1801))
    assert describe(edit, None, {SOURCE: (clip, probe(clip))}).notes == ("Instagram Story takes at most 60 s.",)


def test_a_robotic_voice_names_the_one_flag() -> None:
    (note,) = voice_notes([spoken(robotic=True), spoken(robotic=True)], "ro")
    assert "robotic" in note
    assert "--voice edge:ro-RO-AlinaNeural" in note
    assert voice_notes([spoken(robotic=False)], "ro-RO") == []
    assert voice_notes([], "") == []


def test_a_voice_for_another_language_is_told() -> None:
    (note,) = voice_notes([spoken(robotic=False)], "en-US")
    assert "en-US" in note and "script is in ro" in note


def test_how_alike_clips_are_is_told_once_for_each_pair() -> None:
    pick = Pick(source=SOURCE, shot=0, start=0.0, frames=90, score=0.5, reason="")
    rows = [(0.0, 1.5, 0.01), (1.5, 0.0, 0.0), (0.01, 0.0, 0.0)]
    variants = tuple(
        Variant(
            index=n,
            picks=(pick,),
            shared_seconds=row,
            alike=tuple(each / 3 for each in row),
            opening_bits=(30, 31, 32),
            lookalike_neighbours=0,
            close_spans=0,
            recut=False,
        )
        for n, row in enumerate(rows)
    )
    choice = Choice(wanted=3, possible=3, variants=variants, usable_seconds=9.0, left_out={}, used_seconds={}, notes=())
    edits = [Edit.model_validate(document(name=f"clip-0{n}")) for n in (1, 2, 3)]
    told = likenesses(choice, edits)
    assert [(one.first, one.second, one.seconds, one.alike, one.opening_bits) for one in told] == [
        ("clip-01", "clip-02", 1.5, 0.5, 31),
        ("clip-01", "clip-03", 0.01, 0.01 / 3, 32),
        ("clip-02", "clip-03", 0.0, 0.0, 32),
    ]
