"""Voices of the library: what each costs, and its sample, spoken once and kept."""

from pathlib import Path

from sqlalchemy import select

from app.config import Settings
from app.data import voice_samples
from app.db import Database
from app.db.tables import jobs
from app.errors import UnknownName
from app.models.base import content_key
from app.models.job import JobDict
from app.models.library.voice import VoiceShown
from app.models.voice import VoiceInfo
from app.services import speech
from app.services.library import rows
from app.services.library.ownership import owned
from app.services.speech.pricing import price_of

_ENGLISH = "en"
_SECONDS = 60.0
"""Which no sample comes near: it is spoken at the voice's own speed."""


def all_voices(settings: Settings, language: str | None) -> list[VoiceShown]:
    """Return every voice, or those of a language such as ro, with what each costs."""
    wanted = None if language is None else language.lower().partition("-")[0]
    found = [one for one in speech.voices(settings) if wanted in {None, one.language.lower().partition("-")[0]}]
    return [VoiceShown(**dict(one), microdollars_per_1000_characters=price_of(one, settings)) for one in found]


def voice_of(settings: Settings, voice_id: str) -> VoiceInfo:
    """Return the voice of that id. Raises `InputError` (voice_unknown)."""
    try:
        return speech.choose_voice(voice_id, "", settings)
    except UnknownName as error:
        raise rows.unknown("voice", voice_id) from error


def sample_request(voice: VoiceInfo) -> JobDict:
    """Return what a job is to speak, so that somebody can listen to the voice."""
    texts = voice_samples()
    language = voice.language.partition("-")[0]
    return {
        "text": texts.get(language, texts[_ENGLISH]),
        "language": language if language in texts else _ENGLISH,
        "voice": voice.model_dump(mode="json"),
        "speed": 1.0,
        "target": _SECONDS,
        "over_length": "keep",
    }


def sample_key(owner: str | None, request: JobDict) -> str:
    """Return the key by which the job that speaks a sample is found again."""
    return content_key("voice sample", owner, request)


def sample_path(database: Database, settings: Settings, owner: str | None, key: str) -> Path | None:
    """Return the sound of a sample that was spoken before, as WAV, or None."""
    query = select(jobs.c.data).where(jobs.c.request_key == key, jobs.c.status == "completed", owned(jobs, owner))
    with database.read() as connection:
        found = connection.execute(query.order_by(jobs.c.finished_at.desc()).limit(1)).scalar()
    result = (found or {}).get("result") or {}
    return speech.audio_path(settings, result["audio_hash"]) if "audio_hash" in result else None
