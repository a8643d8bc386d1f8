"""Every case that a script may hold, in both languages, through every provider."""

import re
from pathlib import Path

import pytest

from app.config import Settings
from app.editing.script.spoken import prepare
from app.errors import Cancelled, StorageError, VoiceError
from app.media.speech_audio import read_wav, sounding
from app.models.control import Control
from app.models.timing import Span
from app.models.voice import SpeechText, TimedToken, Voice
from app.services import speech
from app.services.speech.espeak import Espeak
from app.services.speech.piper import in_sentences
from app.services.speech.provider import Spoken
from app.tests.services.speech.edge_server import EdgeServer

SCRIPTS = {
    "ro": "Costă doar 49,99 lei! Deschis 24/7 🔥 — scrie un e-mail, vezi shop.ro/x azi.",
    "en": "It costs only 49,99 lei! Open 24/7 🔥 — send an e-mail, see shop.ro/x today.",
}
VOICES = ["espeak:ro", "espeak:en-us", "piper:en_US-joe-medium", "edge:ro-RO-AlinaNeural"]
PLAIN = {
    "ro": [
        "Ceainicul fierbe apa în două minute și arată bine pe orice masă.",
        "Stai puțin! Trebuie să vezi cum încape totul în geanta asta.",
        "E ușoară, e rezistentă și costă mai puțin decât crezi.",
        "Nu mai pierde timpul cu pungi care se rup.",
        "Am încercat-o o săptămână întreagă și nu m-am mai despărțit de ea.",
        "Comandă azi și o ai mâine la ușă.",
        "De la prima cafea până la ultimul ceai al zilei.",
        "Ți-am zis că merită, nu?",
        "Doar 20 de bucăți pe stoc, la 129,90 lei.",
        "Vezi linkul din descriere și scrie-ne la contact@shop.ro",
        "S-a terminat cu frigul de dimineață: încălzește-te cu noi.",
        "Într-o zi ca asta, totul e posibil.",
    ],
    "en": [
        "This kettle boils water in two minutes, and it looks great on every table.",
        "Stop scrolling! You need to see how this small bag fits everything.",
        "It's light, it's strong, and it costs less than you think.",
        "One of the best things I have ever bought for the kitchen.",
        "I don't want to go back to the old one, and neither will you.",
        "Order today and have it at the door in the morning.",
        "From the first coffee to the last cup of tea of the day.",
        "It is what it is, and that's all there is to it.",
        "Only 20 left in stock, at $129.90.",
        "Check the link in the bio or write to info@my-shop.com",
        "What do you think it is going to be like in a year or so?",
        "We've got to be out of there by 9:05.",
    ],
}


def made(script: str, language: str, voice_id: str, settings: Settings, speed: float = 1.0) -> tuple[SpeechText, Voice]:
    text = prepare(script, language)
    return text, speech.speak(text, speech.choose_voice(voice_id, language, settings), speed, settings, Control())


def check_times(text: SpeechText, voice: Voice) -> None:
    assert [time.word for time in voice.words] == list(range(len(text.words)))
    edges = [edge for time in voice.words for edge in (time.start, time.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= voice.duration
    assert [token.text for token in voice.tokens] == [token.text for token in text.tokens]
    for token in voice.tokens:
        own = [voice.words[at] for at, word in enumerate(text.words) if word.token == token.index]
        assert token.spoken == bool(own)
        if own:
            assert (token.start, token.end) == (own[0].start, own[-1].end)
            assert token.end > token.start
        else:
            assert token.start == token.end == (voice.tokens[token.index - 1].end if token.index else 0.0)


def check_heard(voice: Voice, settings: Settings) -> None:
    """Every spoken token sounds, and what lies between them is quieter than they are."""
    path = speech.audio_path(settings, voice.audio_hash)
    assert path is not None
    sound = read_wav(path.read_bytes())
    assert sound.duration == pytest.approx(voice.duration)
    assert sound.rate == voice.sample_rate
    whole = sounding(sound)
    assert whole is not None
    power = float((sound.samples.astype(float) ** 2).mean())
    for token in (token for token in voice.tokens if token.spoken):
        part = sound.cut(token.span).samples.astype(float)
        assert (part**2).mean() > power / 300, token
    spoken = [token for token in voice.tokens if token.spoken]
    assert spoken[0].start == pytest.approx(whole.start, abs=0.1)
    assert spoken[-1].end == pytest.approx(whole.end, abs=0.12)


@pytest.mark.parametrize("voice_id", VOICES)
@pytest.mark.parametrize("language", ["ro", "en"])
def test_every_case_through_every_provider(settings: Settings, edge: EdgeServer, language: str, voice_id: str) -> None:
    text, voice = made(SCRIPTS[language], language, voice_id, settings)
    check_times(text, voice)
    check_heard(voice, settings)
    by_text = {token.text: token for token in voice.tokens}
    assert [token.text for token in voice.tokens if not token.spoken] == ["🔥", "—"]
    lengths = {shown: length(by_text[shown]) for shown in ("49,99", "24/7", "e-mail,", "shop.ro/x")}
    assert lengths["49,99"] > 2 * lengths["e-mail,"]  # it takes six words and more
    assert lengths["24/7"] > lengths["e-mail,"]
    assert lengths["shop.ro/x"] > lengths["e-mail,"]
    assert voice.robotic == voice_id.startswith("espeak")
    assert voice.cost_microdollars == 0
    assert voice.characters == len(text.text)


def length(token: TimedToken) -> float:
    return token.end - token.start


@pytest.mark.parametrize(
    ("language", "voice_id"),
    [
        ("ro", "espeak:ro"),
        ("en", "espeak:en-us"),
        pytest.param("en", "piper:en_US-joe-medium", marks=pytest.mark.slow),
        ("ro", "edge:ro-RO-AlinaNeural"),
    ],
)
def test_every_word_of_many_sentences_has_its_time(
    settings: Settings, edge: EdgeServer, language: str, voice_id: str
) -> None:
    text, voice = made("\n".join(PLAIN[language]), language, voice_id, settings)
    check_times(text, voice)
    check_heard(voice, settings)
    shortest = min(voice.words, key=lambda time: time.end - time.start)
    assert shortest.end - shortest.start >= 0.02, text.words[shortest.word]


@pytest.mark.parametrize("voice_id", ["espeak:ro", "piper:en_US-joe-medium"])
def test_pauses_stand_between_sentences_and_not_in_words(settings: Settings, voice_id: str) -> None:
    text, voice = made("Hello there my friend. Good morning to all of you. See you soon.", "en", voice_id, settings)
    path = speech.audio_path(settings, voice.audio_hash)
    assert path is not None
    sound = read_wav(path.read_bytes())
    for last, first in ((3, 4), (9, 10)):
        pause = voice.words[last].end, voice.words[first].start
        assert pause[1] - pause[0] > 0.05
        middle = sum(pause) / 2
        quiet = sound.cut(Span(start=middle - 0.02, end=middle + 0.02)).samples.astype(float)
        assert (quiet**2).mean() < (sound.samples.astype(float) ** 2).mean() / 100
    assert [word.text for word in text.words][3] == "friend."


@pytest.mark.parametrize("voice_id", ["espeak:ro", pytest.param("piper:en_US-joe-medium", marks=pytest.mark.slow)])
@pytest.mark.parametrize("speed", [0.8, 1.15, 1.5])
def test_speed_is_kept(settings: Settings, voice_id: str, speed: float) -> None:
    script = "This kettle boils water in two minutes, and it looks great on every table you have."
    normal = made(script, "en", voice_id, settings)[1]
    text, other = made(script, "en", voice_id, settings, speed)
    check_times(text, other)
    assert normal.duration / other.duration == pytest.approx(speed, rel=0.05)


@pytest.mark.parametrize("voice_id", ["espeak:ro", "piper:en_US-joe-medium"])
def test_the_same_request_gives_the_same_sound(settings: Settings, tmp_path: Path, voice_id: str) -> None:
    other = settings.model_copy(update={"data_dir": tmp_path})
    assert made("Hello there.", "en", voice_id, settings)[1] == made("Hello there.", "en", voice_id, other)[1]


class Counting:
    """A provider that counts how often it speaks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        inner = Espeak.speak

        def counted(provider: Espeak, *arguments: object) -> Spoken:
            self.calls += 1
            return inner(provider, *arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(Espeak, "speak", counted)


def test_nothing_is_spoken_twice(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)
    first = made("Salut tuturor.", "ro", "espeak:ro", settings)[1]
    assert made("Salut tuturor.", "ro", "espeak:ro", settings)[1] == first
    assert counting.calls == 1
    shown_otherwise = made("Salut **tuturor** 🔥", "ro", "espeak:ro", settings)[1]
    assert counting.calls == 1
    assert shown_otherwise.audio_hash == first.audio_hash
    assert len(shown_otherwise.tokens) == 3
    made("Salut tuturor!", "ro", "espeak:ro", settings)
    made("Salut tuturor.", "ro", "espeak:ro", settings, 1.1)
    made("Salut tuturor.", "ro", "espeak:en-us", settings)
    assert counting.calls == 4


@pytest.mark.parametrize("damage", ["gone", "cut", "record"])
def test_what_is_lost_or_damaged_is_made_anew(settings: Settings, damage: str) -> None:
    first = made("Salut tuturor.", "ro", "espeak:ro", settings)[1]
    path = speech.audio_path(settings, first.audio_hash)
    assert path is not None
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:500])
    else:
        for record in (settings.data_dir / "cache" / "speech").rglob("*.json"):
            record.write_text("{", encoding="utf-8")
    assert made("Salut tuturor.", "ro", "espeak:ro", settings)[1] == first
    assert path.is_file()


def test_another_model_under_the_same_name_is_another_voice(settings: Settings) -> None:
    folder = settings.data_dir / "voices"
    folder.mkdir(parents=True)
    (folder / "own.onnx").write_bytes(b"one")
    (folder / "own.onnx.json").write_text('{"language": {"code": "ro_RO"}}', encoding="utf-8")
    voice = speech.choose_voice("piper:own", "ro", settings)
    provider = speech.provider_of(voice, settings)
    before = provider.version(voice)
    (folder / "own.onnx").write_bytes(b"other")
    assert provider.version(voice) != before
    (folder / "own.onnx").unlink()
    with pytest.raises(VoiceError, match="are gone"):
        provider.version(voice)


def test_a_broken_model_is_a_voice_error_and_leaves_nothing(settings: Settings) -> None:
    folder = settings.data_dir / "voices"
    folder.mkdir(parents=True)
    (folder / "own.onnx").write_bytes(b"no model")
    (folder / "own.onnx.json").write_text('{"language": {"code": "ro_RO"}}', encoding="utf-8")
    with pytest.raises(VoiceError) as caught:
        made("Salut", "ro", "piper:own", settings)
    assert "own" in caught.value.message
    assert "fetch both files again" in caught.value.message
    assert "ModelProto" not in caught.value.message  # the library's own words help nobody
    assert not list(settings.data_dir.rglob("*.wav"))


def test_a_cancelled_control_speaks_nothing(settings: Settings) -> None:
    control = Control()
    control.cancel()
    text = prepare("Salut", "ro")
    with pytest.raises(Cancelled):
        speech.speak(text, speech.choose_voice(None, "ro", settings), 1.0, settings, control)
    assert not list(settings.data_dir.rglob("*.wav"))


def test_a_data_folder_that_cannot_be_written_is_a_storage_error(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError):
        made("Salut", "ro", "espeak:ro", settings.model_copy(update={"data_dir": tmp_path / "file" / "x"}))


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("ro", "--voice edge:ro-RO-AlinaNeural"),
        ("de", "--voice edge:de-DE-KatjaNeural"),
        ("sq", "Piper voice into the voices folder"),
    ],
)
def test_a_robotic_voice_says_so_and_names_the_one_flag(settings: Settings, language: str, note: str) -> None:
    voice = made("Ana", language, f"espeak:{language}", settings)[1]
    said = speech.robotic_note(voice)
    assert said is not None
    assert "robotic" in said
    assert note in said
    assert len(re.findall(r"--\w+", said)) <= 1


def test_a_natural_voice_has_no_note(settings: Settings) -> None:
    assert speech.robotic_note(made("Hello", "en", "piper:en_US-joe-medium", settings)[1]) is None


def test_sentences_end_at_their_marks() -> None:
    assert in_sentences(["Hi.", "How", "are", "you?", "Fine"]) == [["Hi."], ["How", "are", "you?"], ["Fine"]]


WELL = prepare("Well said.", "en")


def test_who_waits_for_his_turn_gives_signs_of_life_and_can_be_stopped(settings: Settings) -> None:
    voice = speech.choose_voice("espeak:en-us", "en", settings)
    told: list[float] = []

    def until_the_third(share: float) -> None:
        told.append(share)
        if len(told) == 3:
            control.cancel()

    control = Control(until_the_third)
    with speech._ONE_AT_A_TIME, pytest.raises(Cancelled):
        speech.speak(WELL, voice, 1.0, settings, control)
    assert told == [0.0, 0.0, 0.0]
    assert speech.speak(WELL, voice, 1.0, settings, Control()).duration > 0.3, "the turn was not used up"


def test_what_was_spoken_before_is_had_while_somebody_speaks(settings: Settings) -> None:
    voice = speech.choose_voice("espeak:en-us", "en", settings)
    first = speech.speak(WELL, voice, 1.0, settings, Control())
    with speech._ONE_AT_A_TIME:
        assert speech.speak(WELL, voice, 1.0, settings, Control()) == first
