"""Voices are listed with what they cost, and speak a sample once: a job does it, and nobody pays unasked."""

import io
import os
import wave
from pathlib import Path

import pytest

from app.api.context import Context
from app.config import Settings
from app.data import voice_samples
from app.services.job_storage import JobStorage
from app.services.library.voices import sample_request, voice_of
from app.services.speech.edge_voices import KNOWN
from app.tests.api.conftest import Ask
from app.tests.api.serving import serving
from app.tests.services.speech.counting_voice import (
    ADDRESS,
    MICRODOLLARS_A_CHARACTER,
    VOICE,
    CountingService,
    counting_service,
    installed_in,
)

VOICES = "/api/v1/library/voices"
ALINA = "edge:ro-RO-AlinaNeural"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CountingService:
    """A provider that charges is installed, in processes that are started as well; its service runs while asked."""
    folder = installed_in(tmp_path / "site")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(Path.cwd())]))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:9")
    return CountingService()


def test_voices_by_language_with_their_prices(ask: Ask, service: CountingService) -> None:
    every = ask("GET", VOICES).json()["voices"]
    by_id = {one["id"]: one for one in every}
    assert by_id["piper:en_US-joe-medium"]["microdollars_per_1000_characters"] == 0
    assert by_id[VOICE.id]["microdollars_per_1000_characters"] == 1000 * MICRODOLLARS_A_CHARACTER
    assert by_id[ALINA].items() >= {"language": "ro", "name": "ro-RO-AlinaNeural", "offline": False}.items()
    for asked in ("ro", "RO", "ro-MD"):
        found = ask("GET", VOICES, params={"language": asked}).json()["voices"]
        assert [one["id"] for one in found] == [one["id"] for one in every if one["language"] == "ro"]
    assert ask("GET", VOICES, params={"language": "xx"}).json()["voices"] == []
    assert ask("GET", VOICES, params={"language": "'"}).status_code == 422


def test_every_voice_has_a_sentence_that_can_be_spoken(settings: Settings) -> None:
    for language in {voice.language for voice in KNOWN}:
        assert language in voice_samples()
    asked = sample_request(voice_of(settings, ALINA))
    assert (asked["language"], asked["text"]) == ("ro", voice_samples()["ro"])
    other = sample_request(voice_of(settings, "espeak:cy"))
    assert (other["language"], other["text"]) == ("en", voice_samples()["en"])


def test_a_sample_waits_for_a_worker_and_is_asked_for_once(ask: Ask, context: Context) -> None:
    first = ask("GET", f"{VOICES}/{ALINA}/sample?wait=0")
    assert (first.status_code, first.headers["retry-after"]) == (202, "1")
    job = first.json()
    assert first.headers["location"] == f"/api/v1/library/jobs/{job['job_id']}"
    assert (job["status"], job["job_type"], job["title"]) == ("pending", "speak", f"sample of {ALINA}")
    assert ask("GET", f"{VOICES}/{ALINA}/sample?wait=0.3").json()["job_id"] == job["job_id"]
    assert context.storage.count_jobs() == 1
    context.desk.cancel(job["job_id"])
    assert ask("GET", f"{VOICES}/{ALINA}/sample?wait=0").json()["job_id"] != job["job_id"]


def test_a_voice_there_is_not(ask: Ask, context: Context) -> None:
    for voice_id in ("nobody", "espeak:nobody", "%00", "..%2f..%2fetc"):
        answer = ask("GET", f"{VOICES}/{voice_id}/sample?wait=0")
        assert answer.status_code == 404
        assert answer.json()["code"] in {"voice_unknown", "not_found"}
    assert context.storage.count_jobs() == 0


def test_a_voice_that_costs_speaks_only_when_it_may(ask: Ask, context: Context, service: CountingService) -> None:
    refused = ask("GET", f"{VOICES}/{VOICE.id}/sample?wait=0")
    assert (refused.status_code, refused.json()["code"]) == (409, "sample_costs")
    assert context.storage.count_jobs() == 0
    assert ask("GET", f"{VOICES}/{VOICE.id}/sample?wait=0&pay=true").status_code == 202


@pytest.mark.slow
def test_a_worker_speaks_it_and_it_is_kept(
    settings: Settings, service: CountingService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with counting_service() as running:
        monkeypatch.setenv(ADDRESS, running.url)
        with serving(tmp_path) as server:
            for voice_id, more in (("espeak:ro", ""), (VOICE.id, "&pay=true")):
                address = f"{VOICES}/{voice_id}/sample?wait=25{more}"
                while (answer := server.http.get(address)).status_code == 202:
                    pass
                assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav"), server.log
                assert answer.headers["content-disposition"].startswith("inline; ")
                with wave.open(io.BytesIO(answer.content)) as sound:
                    assert 1.5 < sound.getnframes() / sound.getframerate() < 15
                again = server.http.get(f"{VOICES}/{voice_id}/sample?wait=0")
                assert again.content == answer.content
                part = server.http.get(f"{VOICES}/{voice_id}/sample", headers={"Range": "bytes=0-3"})
                assert (part.status_code, part.content) == (206, b"RIFF")
            assert server.stop() == 0
        assert running.paid.total() == 1
    assert JobStorage(settings).count_jobs("completed") == 2


def test_what_speaking_takes_is_told_before(ask: Ask, context: Context, service: CountingService) -> None:
    scripts = ["The cup costs $49.99 today.", "Come and see it."]
    told = ask("POST", f"{VOICES}/estimate", json={"scripts": scripts, "voice": VOICE.id}).json()
    assert (told["voice"], told["language"]) == (VOICE.id, "en")
    first, second = told["scripts"]
    assert (second["words"], second["characters"], second["seconds"]) == (4, len(scripts[1]), 1.6)
    assert first["words"] > 8  # an amount is spoken with several
    assert first["cost_microdollars"] == MICRODOLLARS_A_CHARACTER * first["characters"]
    assert told["cost_microdollars"] == first["cost_microdollars"] + second["cost_microdollars"]
    free = ask("POST", f"{VOICES}/estimate", json={"scripts": ["Bună ziua!"], "language": "ro", "speed": 2}).json()
    assert (free["voice"], free["language"], free["cost_microdollars"], free["seconds"]) == ("espeak:ro", "ro", 0, 0.4)
    alina = ask("POST", f"{VOICES}/estimate", json={"scripts": ["Bună"], "voice": ALINA}).json()
    assert (alina["language"], alina["cost_microdollars"]) == ("ro", 0)
    assert context.storage.count_jobs() == 0


NO_WISHES: list[dict[str, object]] = [
    {},
    {"scripts": []},
    {"scripts": [" "]},
    {"scripts": ["a"] * 21},
    {"scripts": ["x" * 6000, "y" * 6000]},
    {"scripts": ["a"], "voice": "nobody"},
    {"scripts": ["a"], "language": "xx"},
    {"scripts": ["..."]},
]


def test_what_cannot_be_estimated(ask: Ask) -> None:
    for wrong in NO_WISHES:
        answer = ask("POST", f"{VOICES}/estimate", json=wrong)
        assert answer.status_code == 422
        assert answer.json()["code"] in {"invalid_input", "unknown_name", "empty_script"}
