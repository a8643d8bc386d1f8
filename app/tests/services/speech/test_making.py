"""New speech is in the ledger, free or not; speech that costs money is bought once, whatever happens."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings, load_settings
from app.editing.script.spoken import prepare
from app.errors import PaidCallUncertain, UnknownName, VoiceError
from app.models.control import Control
from app.models.voice import Voice
from app.services import speech
from app.services.cost_tracker import tracker_for
from app.services.job_storage import JobStorage
from app.services.paid_calls import PaidCalls
from app.tests.ground.children import child, until
from app.tests.services.speech.counting_voice import (
    ADDRESS,
    MICRODOLLARS_A_CHARACTER,
    VOICE,
    CountingService,
    counting_service,
    installed_in,
)
from app.tests.services.speech.edge_server import EdgeServer

SCRIPT = "Five words are spoken here."
PRICE = MICRODOLLARS_A_CHARACTER * len(SCRIPT)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CountingService]:
    """The service runs, and its provider is installed, in processes that are started as well."""
    folder = installed_in(tmp_path / "site")
    with counting_service() as running:
        monkeypatch.setenv(ADDRESS, running.url)
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(Path.cwd())]))
        monkeypatch.syspath_prepend(str(folder))
        yield running


def made(settings: Settings, voice_id: str = VOICE.id, script: str = SCRIPT, job_id: str | None = "job") -> Voice:
    voice = speech.choose_voice(voice_id, "en", settings)
    text = prepare(script, "en")
    return speech.speak(text, voice, 1.0, settings, Control(), job_id=job_id, project_id="project")


@pytest.mark.parametrize(
    ("voice_id", "name"),
    [("espeak:ro", "espeak"), ("piper:en_US-joe-medium", "piper"), ("edge:ro-RO-AlinaNeural", "edge_tts")],
)
def test_free_speech_is_in_the_ledger_once(settings: Settings, edge: EdgeServer, voice_id: str, name: str) -> None:
    first = made(settings, voice_id)
    assert made(settings, voice_id) == first
    (entry,) = tracker_for(settings).entries().entries
    assert (entry.service, entry.operation, entry.job_id, entry.project_id) == (name, "tts", "job", "project")
    assert (entry.input_units, entry.cost_microdollars) == (len(SCRIPT), 0)


def test_speech_without_a_job_is_under_its_sound(settings: Settings, service: CountingService) -> None:
    for voice_id in ("espeak:ro", VOICE.id):
        voice = made(settings, voice_id, job_id=None)
        assert tracker_for(settings).entries(1).entries[0].job_id == voice.audio_hash


def test_speech_that_is_made_anew_counts_once(settings: Settings) -> None:
    path = speech.audio_path(settings, made(settings, "espeak:ro").audio_hash)
    assert path is not None
    path.unlink()
    made(settings, "espeak:ro")
    assert len(tracker_for(settings).entries().entries) == 1


def test_a_plug_in_is_a_voice_like_any_other(settings: Settings, service: CountingService) -> None:
    assert VOICE in speech.voices(settings)
    assert speech.choose_voice(None, "en", settings).provider == "piper"  # nobody pays unasked
    voice = made(settings)
    assert (voice.voice_id, voice.provider, voice.robotic) == ("counting:one", "counting", False)
    assert len(voice.words) == 5


def test_paid_speech_is_bought_once_and_says_what_it_cost(any_settings: Settings, service: CountingService) -> None:
    first = made(any_settings)
    assert first.cost_microdollars == PRICE
    assert made(any_settings, job_id="other") == first
    for record in (any_settings.data_dir / "cache" / "speech").rglob("*.json"):
        record.unlink()
    assert made(any_settings) == first
    assert service.total == 1
    (entry,) = tracker_for(any_settings).entries().entries
    assert (entry.service, entry.cost_microdollars, entry.key) == ("counting", PRICE, *service.paid)


def test_a_refusal_costs_nothing_and_may_be_tried_again(settings: Settings, service: CountingService) -> None:
    service.mode = "refuse"
    with pytest.raises(VoiceError, match="refused"):
        made(settings)
    service.mode = "ok"
    made(settings)
    assert service.total == 1


@pytest.mark.parametrize("remembers", [True, False])
def test_an_answer_that_was_lost_is_not_paid_again(
    any_settings: Settings, service: CountingService, remembers: bool
) -> None:
    service.mode, service.remembers = "drop", remembers
    if remembers:
        assert made(any_settings).cost_microdollars == PRICE
    else:
        for _ in range(2):
            with pytest.raises(PaidCallUncertain):
                made(any_settings)
    assert service.total == 1
    charged = sum(total.cost_microdollars for total in tracker_for(any_settings).totals())
    assert charged == (PRICE if remembers else 0)


@pytest.mark.parametrize("remembers", [True, False])
def test_bought_speech_whose_file_is_lost_is_not_bought_again_unasked(
    settings: Settings, service: CountingService, remembers: bool
) -> None:
    service.remembers = remembers
    first = made(settings)
    path = speech.audio_path(settings, first.audio_hash)
    assert path is not None
    path.write_bytes(b"damaged")
    if remembers:
        assert made(settings) == first
    else:
        with pytest.raises(PaidCallUncertain, match="lost"):
            made(settings)
        assert PaidCalls(JobStorage(settings).database, settings).pay_again("job") == 1
        assert made(settings) == first
    assert service.total == (1 if remembers else 2)
    charged = sum(total.cost_microdollars for total in tracker_for(settings).totals())
    assert charged == PRICE * service.total


@pytest.mark.slow
def test_kill_9_while_the_service_speaks(
    any_settings: Settings, service: CountingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDIT_FACTORY_LEASE_SECONDS", "1")
    monkeypatch.setenv("EDIT_FACTORY_BEAT_SECONDS", "0.2")
    service.mode = "hang"
    program = f"""
    from app.config import load_settings
    from app.editing.script.spoken import prepare
    from app.models.control import Control
    from app.services import speech
    settings = load_settings()
    voice = speech.choose_voice({VOICE.id!r}, "en", settings)
    speech.speak(prepare({SCRIPT!r}, "en"), voice, 1.0, settings, Control(), job_id="job")
    """
    with child(program) as process:
        until(lambda: service.total == 1)
        process.kill()
    service.mode = "ok"
    with pytest.raises(PaidCallUncertain):
        made(load_settings())
    service.remembers = True
    assert made(load_settings()).cost_microdollars == PRICE
    assert service.total == 1


@pytest.mark.parametrize("value", ["no.such.module:Thing", "json:JSONDecoder", "app.errors:VoiceError"])
def test_a_plug_in_that_does_not_work_is_left_out(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.syspath_prepend(str(installed_in(tmp_path, "bad", value)))
    assert {voice.provider for voice in speech.voices(settings)} == {"piper", "espeak", "edge"}
    with pytest.raises(UnknownName):
        speech.choose_voice("bad:one", "en", settings)


def test_a_plug_in_cannot_take_a_name_of_ours(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(installed_in(tmp_path, "espeak")))
    assert made(settings, "espeak:ro").cost_microdollars == 0


def test_a_plug_in_that_is_gone_is_told(settings: Settings) -> None:
    with pytest.raises(VoiceError, match="counting:one"):
        speech.provider_of(VOICE, settings)
