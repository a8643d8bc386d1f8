"""What a voice costs is told before it speaks: nothing, what its maker says, or that its maker does not say."""

import os
from pathlib import Path

import pytest

from app.config import Settings
from app.editing.script.spoken import prepare
from app.models.voice import SpeechText, VoiceInfo
from app.services import speech
from app.services.speech.pricing import cost_of, is_charged, price_of
from app.tests.services.speech.counting_voice import (
    ADDRESS,
    MICRODOLLARS_A_CHARACTER,
    VOICE,
    CountingVoice,
    installed_in,
)


@pytest.fixture
def _plugged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = installed_in(tmp_path / "site")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(Path.cwd())]))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:9")  # nobody is asked


def test_what_runs_here_and_what_is_free_costs_nothing(settings: Settings) -> None:
    for voice in speech.voices(settings):
        assert price_of(voice, settings) == 0
        assert not is_charged(voice, settings)


@pytest.mark.usefixtures("_plugged_in")
def test_a_maker_that_charges_says_what(settings: Settings) -> None:
    text = prepare("Three cups cost $4.50.", "en")
    assert is_charged(VOICE, settings)
    assert price_of(VOICE, settings) == 1_000 * MICRODOLLARS_A_CHARACTER
    assert cost_of(text, VOICE, settings) == len(text.text) * MICRODOLLARS_A_CHARACTER


@pytest.mark.usefixtures("_plugged_in")
def test_one_that_fails_to_say_is_told_and_nothing_breaks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: CountingVoice, text: SpeechText, voice: VoiceInfo) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(CountingVoice, "cost", fail)
    assert price_of(VOICE, settings) is None
    assert "ZeroDivisionError" in caplog.text


def test_a_maker_that_is_gone_costs_nothing_as_it_speaks_nothing(settings: Settings) -> None:
    gone = VOICE.evolve(id="gone:one", provider="gone")
    assert price_of(gone, settings) == 0
    assert not is_charged(gone, settings)
