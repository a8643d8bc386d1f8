"""Speech: a script's words in a voice, with the time of every word. The face of this folder."""

import threading
from pathlib import Path

from app.config import Settings
from app.editing.script.spoken import time_tokens
from app.errors import VoiceError
from app.models.base import content_key
from app.models.control import Control
from app.models.voice import SpeechText, Voice, VoiceInfo
from app.services.speech.choice import choose_voice, voices
from app.services.speech.edge_voices import natural_voice
from app.services.speech.espeak import Espeak
from app.services.speech.piper import Piper
from app.services.speech.provider import Provider, Spoken
from app.services.speech.store import Recording, SpeechStore

__all__ = ["Provider", "Spoken", "audio_path", "choose_voice", "provider_of", "robotic_note", "speak", "voices"]

_MADE_AS = 2
"""Counts up when the same request would give another recording."""

_ONE_AT_A_TIME = threading.Lock()
"""Variants often have one script: they wait for the first to have spoken it. Synthesisers use every core anyway."""


def speak(text: SpeechText, voice: VoiceInfo, speed: float, settings: Settings, control: Control) -> Voice:
    """Return `text` spoken by `voice`; from the store when it was spoken before.

    `speed` 1.0 is the voice's own, 0.5 to 2.0. Raises `VoiceError`, `Cancelled` or `StorageError`; nothing half-made
    is kept.
    """
    provider = provider_of(voice, settings)
    store = SpeechStore(settings)
    key = content_key(_MADE_AS, voice.id, provider.version(voice), [word.text for word in text.words], speed)
    with _ONE_AT_A_TIME:
        control.check()
        recording = store.get(key) or store.put(key, _spoken(provider, text, voice, speed, control))
    return _voice(text, voice, speed, recording, provider.robotic)


def provider_of(voice: VoiceInfo, settings: Settings) -> Provider:
    """Return the maker of speech that `voice` belongs to."""
    if voice.provider == "piper":
        return Piper(settings)
    if voice.provider == "espeak":
        return Espeak()
    from app.services.speech.edge import Edge  # noqa: PLC0415 - its client takes half a second to load

    return Edge()


def audio_path(settings: Settings, audio_hash: str) -> Path | None:
    """Return the WAV file of a `Voice` when it is stored."""
    return SpeechStore(settings).audio_path(audio_hash)


def robotic_note(voice: Voice) -> str | None:
    """Return one sentence for the summary of a clip that a robotic voice speaks, with the one flag that changes it."""
    if not voice.robotic:
        return None
    better = natural_voice(voice.language)
    advice = (
        f"for a natural one add --voice {better} (needs network)"
        if better
        else "put a Piper voice into the voices folder for a natural one"
    )
    return f"spoken by espeak-ng, a robotic voice; {advice}"


def _spoken(provider: Provider, text: SpeechText, voice: VoiceInfo, speed: float, control: Control) -> Spoken:
    spoken = provider.speak(text, voice, speed, control)
    if [time.word for time in spoken.words] != list(range(len(text.words))):
        raise VoiceError(
            f"{voice.id} gave times for {len(spoken.words)} of {len(text.words)} words.",
            hint="Choose another voice.",
            subject="voice",
        )
    return spoken


def _voice(text: SpeechText, voice: VoiceInfo, speed: float, recording: Recording, robotic: bool) -> Voice:
    return Voice(
        voice_id=voice.id,
        provider=voice.provider,
        language=text.language,
        **dict(recording),
        speed=speed,
        tokens=time_tokens(text, recording.words),
        characters=len(text.text),
        robotic=robotic,
    )
