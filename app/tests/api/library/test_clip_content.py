"""What is said and shown in a clip, changed over HTTP: at once where nothing has to be spoken."""

from typing import Any

import pytest

from app.api.context import Context
from app.editing.document import changed_edit
from app.models.edit import SourceSound, VoiceTrack
from app.models.library.clip import Clip
from app.services.library.clips import Clips
from app.tests.api.conftest import Ask
from app.tests.services.library.clip_rows import add_clip, edit_of, with_words

CLIPS = "/api/v1/library/clips"
SRT = "1\n00:00:00,500 --> 00:00:02,000\nCafea proaspătă\n\n2\n0:00:02.5 --> 00:00:04,000\nși bună\n"
VOICE = VoiceTrack(audio_hash="e" * 64, voice_id="espeak:ro", language="ro", duration=5.6, speed=1.0)


@pytest.fixture
def clip(context: Context) -> Clip:
    edit = changed_edit(with_words(edit_of(), "Bună ziua", "la toți"), voice=VOICE, source_sound=SourceSound(mode="on"))
    return add_clip(context.storage.database, context.settings, edit)


def words(ask: Ask, clip: Clip) -> list[str]:
    captions = ask("GET", f"{CLIPS}/{clip.id}/edit").json()["captions"]
    return [" ".join(word["text"] for word in cue["words"]) for cue in captions["cues"]] if captions else []


def put(ask: Ask, clip: Clip, status: int = 200, version: int | None = None, **wish: Any) -> Any:
    headers = {"If-Match": f'"{version}"'} if version else {}
    answer = ask("PUT", f"{CLIPS}/{clip.id}/content", json=wish, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_captions_of_a_file_become_the_clips(ask: Ask, clip: Clip) -> None:
    told = put(ask, clip, srt_content=SRT)
    assert (told["clip"]["version"], told["clip"]["edit"] != clip.edit_identity) == (2, True)
    assert words(ask, clip) == ["Cafea proaspătă", "și bună"]
    assert told["findings"], "one-digit hours and a dot are told of"
    assert "00:00:00,500 --> 00:00:02,000" in ask("GET", f"{CLIPS}/{clip.id}/srt").text


def test_the_same_captions_again_change_nothing(ask: Ask, clip: Clip) -> None:
    first = put(ask, clip, srt_content=SRT)["clip"]
    assert put(ask, clip, srt_content=SRT)["clip"] == first
    assert put(ask, clip)["clip"] == first


def test_captions_come_one_by_one_as_well(ask: Ask, clip: Clip) -> None:
    put(ask, clip, cues=[{"start": 2, "end": 3, "text": "doi"}, {"start": 0.5, "end": 1, "text": "unu"}])
    assert words(ask, clip) == ["unu", "doi"]
    put(ask, clip, 422, cues=[{"start": 2, "end": 1, "text": "doi"}])
    put(ask, clip, 422, cues=[])
    put(ask, clip, cues=[{"start": 1, "end": 4, "text": "unu\n\n2\n00:00:05,000 --> 00:00:06,000\ntrei"}])
    assert " ".join(words(ask, clip)) == "unu 2 00:00:05,000 — 00:00:06,000 trei", "it is text, whatever it looks like"


def test_captions_have_another_style_or_none_in_the_picture(ask: Ask, clip: Clip) -> None:
    def look() -> Any:
        captions = ask("GET", f"{CLIPS}/{clip.id}/edit").json()["captions"]
        return captions["style"], captions["burnt"]

    put(ask, clip, style="karaoke")
    assert look() == ("karaoke", True)
    put(ask, clip, subtitle_settings={"burnt": False})
    assert look() == ("karaoke", False)
    put(ask, clip, subtitle_settings={"style": "clean"})
    assert look() == ("clean", True) and words(ask, clip) == ["Bună ziua", "la toți"]
    wishes: list[dict[str, Any]] = [{"style": "comic"}, {"font": "x"}]
    for wrong in [*wishes, {"style": "clean", "subtitle_settings": {"style": "bold"}}]:
        put(ask, clip, 422, **wrong)


def test_a_clip_without_captions_has_none_to_style(ask: Ask, context: Context) -> None:
    bare = add_clip(context.storage.database, context.settings)
    assert put(ask, bare, 422, style="clean")["code"] == "no_captions"
    assert put(ask, bare, srt_content=SRT, style="clean", language="ro")["clip"]["version"] == 2


def test_two_people_do_not_overwrite_each_other(ask: Ask, clip: Clip) -> None:
    put(ask, clip, version=1, srt_content=SRT)
    assert put(ask, clip, 412, version=1, style="clean")["code"] == "version_conflict"
    assert put(ask, clip, 412, version=1, tts_text="Altceva.")["code"] == "version_conflict"
    assert ask("POST", f"{CLIPS}/{clip.id}/remove-audio", headers={"If-Match": '"1"'}).status_code == 412


def test_another_text_is_spoken_by_a_job(ask: Ask, clip: Clip, context: Context) -> None:
    job = put(ask, clip, 202, tts_text="Altceva, mai scurt.", style="clean")
    stored = context.storage.get_job(job["job_id"])
    assert stored is not None and job["job_type"] == "revoice"
    asked = stored["request"]
    assert (asked["voice"]["id"], asked["language"], asked["style"]) == ("espeak:ro", "ro", "clean")
    assert ask("GET", f"{CLIPS}/{clip.id}").json()["version"] == 1
    wishes: list[dict[str, Any]] = [{"tts_text": " "}, {"voice": "espeak:ro"}, {"tts_text": "a", "voice": "nobody"}]
    for wrong in wishes:
        put(ask, clip, 422, **wrong)
    bare = add_clip(context.storage.database, context.settings, edit_of(2, 17))
    assert put(ask, bare, 422, tts_text="Fără limbă.")["code"] == "language_missing"


def test_a_clip_is_made_silent_once(ask: Ask, clip: Clip) -> None:
    first = ask("POST", f"{CLIPS}/{clip.id}/remove-audio").json()
    edit = ask("GET", f"{CLIPS}/{clip.id}/edit").json()
    assert (edit["voice"], edit["music"], edit["source_sound"]["mode"]) == (None, None, "off")
    assert words(ask, clip) == ["Bună ziua", "la toți"] and first["version"] == 2
    assert ask("POST", f"{CLIPS}/{clip.id}/remove-audio").json() == first


def test_captions_are_taken_from_another_clip_as_far_as_they_fit(ask: Ask, clip: Clip, context: Context) -> None:
    database = context.storage.database
    short = add_clip(database, context.settings, edit_of(30, name="clip-02", preset="square"))
    longer = with_words(edit_of(1, 15), *"unu doi trei patru cinci".split())
    other = add_clip(database, context.settings, longer)
    taken = ask("POST", f"{CLIPS}/{short.id}/content/copy-from/{other.id}")
    assert taken.status_code == 200 and words(ask, short) == ["unu", "doi", "trei"]
    theirs = add_clip(database, context.settings, owner="ana")
    assert ask("POST", f"{CLIPS}/{short.id}/content/copy-from/{theirs.id}").status_code == 404
    none = add_clip(database, context.settings, edit_of(3))
    ask("POST", f"{CLIPS}/{short.id}/content/copy-from/{none.id}")
    assert words(ask, short) == [] and Clips(database).get(None, short.id).version == 3
