"""A script is spoken so that the clip keeps to its length: sped up a little, or refused with the words to cut."""

import pytest

from app.config import Settings
from app.editing.script.spoken import prepare
from app.editing.timing import TAIL_SECONDS
from app.errors import ScriptError, VoiceTooLong
from app.models.control import Control
from app.models.make import OverLength
from app.models.voice import Voice
from app.services import speech
from app.workflows.speak import speak_to_fit

TWENTY = "one two three four five six seven eight nine ten " * 2


def spoken(
    settings: Settings, script: str, target: float, over_length: OverLength = "error", speed: float = 1.0
) -> Voice:
    text = prepare(script, "en")
    voice = speech.choose_voice("espeak:en-us", "en", settings)
    return speak_to_fit(
        text, voice, speed=speed, target=target, over_length=over_length, settings=settings, control=Control()
    )


@pytest.fixture
def length(settings: Settings) -> float:
    """How long the clip of twenty words is at normal speed, in seconds."""
    return spoken(settings, TWENTY, 60).duration + TAIL_SECONDS


def test_a_script_within_its_budget_keeps_its_speed(settings: Settings, length: float) -> None:
    assert spoken(settings, TWENTY, length / 1.05).speed == 1.0


def test_a_little_over_is_sped_up_just_enough(settings: Settings, length: float) -> None:
    target = length / 1.19
    voice = spoken(settings, TWENTY, target)
    assert 1.0 < voice.speed <= 1.15
    assert voice.duration + TAIL_SECONDS <= target * 1.1 + 1 / 30


def test_far_over_is_refused_with_the_words_to_cut(settings: Settings, length: float) -> None:
    with pytest.raises(VoiceTooLong, match=r"voice-over") as caught:
        spoken(settings, TWENTY, length / 1.6)
    assert "Cut about" in caught.value.hint
    assert "--over-length keep" in caught.value.hint


def test_far_over_can_be_kept(settings: Settings, length: float) -> None:
    voice = spoken(settings, TWENTY, length / 2, "keep")
    assert voice.duration + TAIL_SECONDS == pytest.approx(length, abs=0.05)


def test_a_fast_voice_may_say_more_words(settings: Settings) -> None:
    """140 words in 20 s are hopeless at 1.15, and not for who asks for double speed."""
    assert spoken(settings, "do it " * 70, 20, speed=2.0).duration < 22


def test_a_hopeless_script_is_refused_before_it_is_spoken(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it was spoken")

    voice = speech.choose_voice("espeak:en-us", "en", settings)
    monkeypatch.setattr(speech, "speak", never)
    for words, error, code in ((200, VoiceTooLong, "voice_too_long"), (2001, ScriptError, "script_too_long")):
        with pytest.raises(error) as caught:
            speak_to_fit(
                prepare("word " * words, "en"),
                voice,
                speed=1.0,
                target=20,
                over_length="error",
                settings=settings,
                control=Control(),
            )
        assert caught.value.as_dict()["code"] == code
        assert caught.value.hint
