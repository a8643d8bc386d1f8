"""Voices of the library: what each costs, and its sample, spoken once and kept."""

from pathlib import Path

from sqlalchemy import select

from app.config import Settings
from app.data import voice_samples
from app.db import Database
from app.db.tables import jobs
from app.editing.script.spoken import prepare
from app.errors import UnknownName
from app.models.base import content_key
from app.models.job import JobDict
from app.models.library.voice import SpeechEstimate, SpeechEstimates, SpeechWish, VoiceShown
from app.models.voice import SpeechText, VoiceInfo
from app.services import speech
from app.services.library import rows
from app.services.library.ownership import owned
from app.services.speech.pricing import cost_of, price_of

_ENGLISH = "en"
_WORDS_A_SECOND = 2.5
"""Of a voice at its own speed, about: where a script is too long, it is told by this how many words to cut."""
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


def estimate(settings: Settings, wish: SpeechWish) -> SpeechEstimates:
    """Return what speaking these scripts takes. Raises `UnknownName` for a voice there is not, and `ScriptError`."""
    asked = wish.voice or settings.voice
    language = (wish.language or settings.lang or _ENGLISH).lower().partition("-")[0]
    voice = speech.choose_voice(asked, language, settings)
    if wish.language is None and asked is not None:
        language = voice.language.partition("-")[0]
    scripts = tuple(_estimate(prepare(text, language), voice, wish.speed, settings) for text in wish.scripts)
    costs = [one.cost_microdollars for one in scripts]
    known = [cost for cost in costs if cost is not None]
    return SpeechEstimates(
        voice=voice.id,
        language=language,
        scripts=scripts,
        seconds=round(sum(one.seconds for one in scripts), 1),
        cost_microdollars=sum(known) if len(known) == len(costs) else None,
    )


def _estimate(text: SpeechText, voice: VoiceInfo, speed: float, settings: Settings) -> SpeechEstimate:
    return SpeechEstimate(
        words=len(text.words),
        characters=len(text.text),
        seconds=round(len(text.words) / (_WORDS_A_SECOND * speed), 1),
        cost_microdollars=cost_of(text, voice, settings),
    )


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
