"""Speech: a script's words in a voice, with the time of every word. The face of this folder."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
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
from app.services.speech.making import Wish, make
from app.services.speech.pausing import with_pauses
from app.services.speech.piper import Piper
from app.services.speech.plugins import plugin
from app.services.speech.provider import Provider, Spoken
from app.services.speech.store import Recording, SpeechStore

__all__ = ["Provider", "Spoken", "audio_path", "choose_voice", "provider_of", "robotic_note", "speak", "voices"]

_MADE_AS = 2
"""Counts up when the same request would give another recording."""

_ONE_AT_A_TIME = threading.Lock()
"""Variants often have one script: they wait for the first to have spoken it. Synthesisers use every core anyway."""

_LOOK_SECONDS = 0.1
"""How soon one who waits for his turn learns that he should stop."""


def speak(
    text: SpeechText,
    voice: VoiceInfo,
    speed: float,
    settings: Settings,
    control: Control,
    *,
    longest_pause: float | None = None,
    job_id: str | None = None,
    project_id: str | None = None,
) -> Voice:
    """Return `text` spoken by `voice`; from the store when it was spoken before.

    Pauses between words are shortened to `longest_pause` seconds where they are longer.

    `speed` 1.0 is the voice's own, 0.5 to 2.0. What is made anew is in the ledger of costs, also when it is free, under
    `job_id` and `project_id`. Raises `VoiceError`, `Cancelled`, `StorageError`, or `PaidCallUncertain` when it may
    have been paid before and is lost; nothing half-made is kept.
    """
    provider = provider_of(voice, settings)
    store = SpeechStore(settings)
    key = content_key(_MADE_AS, voice.id, provider.version(voice), [word.text for word in text.words], speed)
    wish = Wish(text, voice, speed, key, job_id, project_id)
    control.check()
    recording = store.get(key)
    if recording is None:
        with _turn(provider, control):
            recording = store.get(key) or make(provider, wish, store, settings, control)
    if longest_pause is not None:
        recording = with_pauses(recording, longest_pause, store)
    return _voice(text, voice, speed, recording, provider.robotic)


def provider_of(voice: VoiceInfo, settings: Settings) -> Provider:
    """Return the maker of speech that `voice` belongs to."""
    if voice.provider == "piper":
        return Piper(settings)
    if voice.provider == "espeak":
        return Espeak()
    if voice.provider != "edge":
        return _plugged_in(voice, settings)
    from app.services.speech.edge import Edge  # noqa: PLC0415 - its client takes half a second to load

    return Edge()


def _plugged_in(voice: VoiceInfo, settings: Settings) -> Provider:
    found = plugin(voice.provider, settings)
    if found is None:
        raise VoiceError(
            f"The plug-in that speaks {voice.id} is not installed, or does not work.",
            hint="Install it again, or choose another voice.",
            subject="voice",
        )
    return found


@contextmanager
def _turn(provider: Provider, control: Control) -> Iterator[None]:
    """Wait for one's turn to speak; what is bought is spoken elsewhere, and waits for its like by itself."""
    if provider.charges:
        yield
        return
    while not _ONE_AT_A_TIME.acquire(timeout=_LOOK_SECONDS):
        control.check()
        control.alive()
    try:
        control.check()
        yield
    finally:
        _ONE_AT_A_TIME.release()


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
