"""The edit document: same content, same bytes; a broken one is told field by field."""

import json

import pytest

from app.data import presets, qualities
from app.editing.candidates import Footage
from app.editing.choice import Pick
from app.editing.document import build_edit, canvas_for, edit_json, poster_frame, read_edit
from app.editing.timing import even_slots
from app.editing.variants import choose
from app.errors import EditError
from app.models.edit import Captions, Cue, CueWord, Edit, SourceSound
from app.models.voice import Voice
from app.tests.editing.synthetic import cut_footage, take

FILES = [take("b.mp4", 40), take("a.mp4", 40), cut_footage("unused.mp4", [1.0])]


def voice() -> Voice:
    return Voice(
        voice_id="test:ro",
        provider="test",
        language="ro",
        audio_hash="a" * 64,
        sample_rate=22050,
        duration=19.6,
        speed=1.05,
        words=(),
        tokens=(),
        characters=100,
    )


def captions() -> Captions:
    word = CueWord(text="Mâine „știm”", start=0, end=20)
    return Captions(style="clean", language="ro", cues=(Cue(id="c", start=0, end=30, words=(word,), lines=(1,)),))


def make(
    files: list[Footage] = FILES,
    seed: int = 1,
    name: str = "clip-1",
    preset: str = "tiktok",
    quality: str = "standard",
    source_sound: SourceSound | None = None,
) -> Edit:
    picks = choose(files, [even_slots(600, seed)], seed).variants[0].picks
    return build_edit(
        name=name,
        picks=picks,
        footage=files,
        preset=presets()[preset],
        quality=qualities()[quality],
        framing="crop",
        voice=voice(),
        captions=captions(),
        source_sound=source_sound,
        seed=seed,
    )


def test_the_same_input_gives_the_same_bytes_in_any_order_of_files() -> None:
    assert edit_json(make()) == edit_json(make())
    assert edit_json(make()) == edit_json(make(FILES[::-1]))


def test_another_seed_or_name_is_another_edit() -> None:
    edits = [make(), make(seed=2), make(name="clip-2"), make(quality="draft")]
    assert len({edit.id for edit in edits}) == 4
    assert len({edit.identity for edit in edits}) == 4


def test_sources_are_those_used_sorted_by_content() -> None:
    edit = make()
    hashes = [source.content_hash for source in edit.sources]
    assert hashes == sorted({shot.source for shot in edit.shots})
    assert {source.name for source in edit.sources} == {"a.mp4", "b.mp4"}
    assert not edit.sources[0].has_audio


def test_shots_carry_what_was_chosen() -> None:
    picks = choose(FILES, [even_slots(600, 1)], 1).variants[0].picks
    shots = make().shots
    assert [(s.source, s.source_start, s.frames, s.score, s.reason) for s in shots] == [
        (p.source, p.start, p.frames, p.score, p.reason) for p in picks
    ]
    assert len({shot.id for shot in shots}) == len(shots)
    assert {shot.framing for shot in shots} == {"crop"}


def test_the_same_span_has_the_same_id_in_every_edit() -> None:
    one, other = make(name="one"), make(name="other", quality="draft")
    assert [shot.id for shot in one.shots] == [shot.id for shot in other.shots]


def test_voice_sound_and_captions_are_kept() -> None:
    edit = make(source_sound=SourceSound(mode="on", level_db=-18))
    assert edit.voice is not None
    assert (edit.voice.audio_hash, edit.voice.speed, edit.voice.duration) == ("a" * 64, 1.05, 19.6)
    assert edit.source_sound.level_db == -18
    assert edit.captions == captions()
    assert make().source_sound == SourceSound()


@pytest.mark.parametrize("preset", sorted(presets()))
@pytest.mark.parametrize("quality", sorted(qualities()))
def test_every_canvas_is_even_and_in_proportion(preset: str, quality: str) -> None:
    place, how = presets()[preset], qualities()[quality]
    canvas = canvas_for(place, how)
    assert canvas.width % 2 == canvas.height % 2 == 0
    assert abs(canvas.width - place.width * how.scale) <= 1
    assert abs(canvas.height - place.height * how.scale) <= 1


def pick(frames: int, score: float) -> Pick:
    return Pick(source="f" * 64, shot=0, start=0.1, frames=frames, score=score, reason="")


@pytest.mark.parametrize(
    ("picks", "frame"),
    [
        ([pick(60, 0.9), pick(60, 0.5)], 30),
        ([pick(60, 0.5), pick(60, 0.9)], 90),
        ([pick(60, 0.9), pick(60, 0.9)], 30),  # the earlier of equals
        ([pick(20, 0.9), pick(60, 0.5)], 50),  # not in the first half second
        ([pick(12, 0.9)], 6),  # unless there is nothing else
        ([pick(1, 0.9)], 0),
    ],
)
def test_the_poster_is_the_middle_of_the_best_pick(picks: list[Pick], frame: int) -> None:
    assert poster_frame(picks) == frame


def test_the_text_reads_back_to_the_same_edit() -> None:
    edit = make()
    text = edit_json(edit)
    assert read_edit(text) == edit
    assert edit_json(read_edit(text)) == text


def test_the_text_is_for_people_and_diff() -> None:
    text = edit_json(make())
    assert text.endswith("}\n")
    assert text.startswith('{\n "brand"')
    assert "Mâine „știm”" in text
    assert "\\u" not in text
    keys = list(json.loads(text))
    assert keys == sorted(keys)


def broken(**changes: object) -> str:
    return json.dumps({**json.loads(edit_json(make())), **changes})


@pytest.mark.parametrize(
    ("text", "subject", "says"),
    [
        ("", "edit", "not valid JSON"),
        ('{"a": 1,}', "edit", "line 1"),
        ("[1, 2]", "", "not an edit document"),
        ("null", "", "not an edit document"),
        (broken(version=1), "version", "version 1"),
        (broken(version="2"), "version", "version '2'"),
        (broken(frames=599), "edit", "shots add up to 600 frames"),
        (broken(frames="many"), "frames", "valid integer"),
        (broken(shots=[]), "shots", "at least 1 item"),
        (broken(name="a/b"), "name", "wrong at name"),
        (broken(colour="red"), "colour", "not permitted"),
        (broken(poster_frame=600), "edit", "poster frame 600"),
        (broken(shots=[{"id": "x"}]), "shots.0.source", "field required (4 more fields are wrong too)"),
    ],
)
def test_a_wrong_document_is_told_by_field(text: str, subject: str, says: str) -> None:
    with pytest.raises(EditError) as caught:
        read_edit(text)
    assert caught.value.subject == subject
    assert says in caught.value.message
    assert caught.value.hint
    assert "pydantic" not in caught.value.message
