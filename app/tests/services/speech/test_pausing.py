"""A voice with its pauses shortened is another voice: made once, kept by content, with its words' times."""

import numpy as np
import pytest

from app.config import Settings
from app.editing.script.spoken import prepare
from app.errors import VoiceError
from app.media.speech_audio import Sound, read_wav, silences
from app.models.control import Control
from app.models.voice import Voice, WordTime
from app.services import speech
from app.services.speech.pausing import with_pauses
from app.services.speech.store import Recording, SpeechStore

SCRIPT = "The shop opens at nine. It closes late! Come in, every day."


def spoken(settings: Settings, longest: float | None) -> Voice:
    voice = speech.choose_voice("espeak:en-us", "en", settings)
    return speech.speak(prepare(SCRIPT, "en"), voice, 1.0, settings, Control(), longest_pause=longest)


def test_pauses_are_shortened_and_words_go_along(settings: Settings) -> None:
    plain, shorter = spoken(settings, None), spoken(settings, 0.15)
    assert shorter.duration < plain.duration - 0.1
    assert shorter.audio_hash != plain.audio_hash
    assert [token.text for token in shorter.tokens] == [token.text for token in plain.tokens]
    path = speech.audio_path(settings, shorter.audio_hash)
    assert path is not None
    sound = read_wav(path.read_bytes())
    assert max(pause.length for pause in silences(sound)) < 0.2
    assert sound.duration == pytest.approx(shorter.duration)
    assert all(0 <= word.start <= word.end <= shorter.duration for word in shorter.words)
    assert spoken(settings, 0.15) == shorter, "the cached voice is what it is made from"
    assert spoken(settings, None) == plain


def test_nothing_to_shorten_is_the_same_voice(settings: Settings) -> None:
    assert spoken(settings, 5.0) == spoken(settings, None)


def test_one_sound_with_other_words_has_their_times(settings: Settings) -> None:
    """Two texts may sound the same and be split into other words: "e-mail" is one, "e mail" two."""
    tone = (np.sin(np.arange(16_000) / 10) * 9000).astype(np.int16)
    sound = Sound(np.concatenate([tone, np.zeros(32_000, np.int16), tone]), 16_000)
    store = SpeechStore(settings)
    spans = ([(0.0, 1.0), (3.0, 4.0)], [(0.0, 0.5), (0.5, 1.0), (3.0, 4.0)])
    for times in spans:
        words = tuple(WordTime(word=n, start=start, end=end) for n, (start, end) in enumerate(times))
        shorter = with_pauses(store.add_sound(sound, words, 0), 0.3, store)
        assert [word.word for word in shorter.words] == list(range(len(times)))


def test_a_voice_that_is_gone_is_told(settings: Settings) -> None:
    lost = Recording(audio_hash="a" * 64, sample_rate=16_000, duration=1.0, words=())
    with pytest.raises(VoiceError, match="taken away"):
        with_pauses(lost, 0.3, SpeechStore(settings))
