"""A recording with its long pauses shortened: another sound, kept by what it was made from."""

from app.errors import VoiceError
from app.media.pauses import cut, shortening
from app.media.speech_audio import read_wav
from app.models.base import content_key
from app.services.speech.store import Recording, SpeechStore

_MADE_AS = 1
"""Counts up when the same recording would be cut otherwise."""


def with_pauses(recording: Recording, longest: float, store: SpeechStore) -> Recording:
    """Return the recording without pauses over `longest` seconds between words; itself when it has none.

    Raises `VoiceError` when its sound is not there any more, and `StorageError`.
    """
    key = content_key("pauses", _MADE_AS, recording.audio_hash, longest, *recording.words)
    made = store.get(key)
    if made is not None:
        return made.evolve(cost_microdollars=recording.cost_microdollars)
    path = store.audio_path(recording.audio_hash)
    if path is None:
        raise VoiceError("The voice was taken away while it was worked on.", hint="Run it again.", subject="voice")
    sound = read_wav(path.read_bytes())
    by = shortening(sound, longest)
    if len(by.kept) == 1:
        return recording
    shorter = store.add_sound(cut(sound, by), by.words(recording.words), recording.cost_microdollars)
    store.remember(key, shorter)
    return shorter
