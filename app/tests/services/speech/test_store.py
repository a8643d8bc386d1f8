import numpy as np
import pytest

from app.config import Settings
from app.media.speech_audio import Sound, read_wav, sounding
from app.models.voice import WordTime
from app.services.speech.provider import Spoken
from app.services.speech.store import LEAD_SECONDS, TAIL_SECONDS, Recording, SpeechStore, within_silence

RATE = 16000


def spoken(lead: float = 0.5, tail: float = 1.0) -> Spoken:
    word = (9000 * np.sin(np.arange(RATE) * 0.1)).astype(np.int16)
    parts = [np.zeros(round(lead * RATE), np.int16), word, np.zeros(round(tail * RATE), np.int16)]
    return Spoken(Sound(np.concatenate(parts), RATE).wav(), (WordTime(word=0, start=lead, end=lead + 1.0),))


@pytest.mark.parametrize(("lead", "tail"), [(0.5, 1.0), (0.0, 0.0), (3.0, 0.05), (0.02, 5.0)])
def test_the_silence_at_the_ends_is_the_same_for_all(lead: float, tail: float) -> None:
    sound, words = within_silence(spoken(lead, tail))
    heard = sounding(sound)
    assert heard is not None
    assert heard.start == pytest.approx(min(lead, LEAD_SECONDS), abs=0.011)
    assert sound.duration - heard.end == pytest.approx(min(tail, TAIL_SECONDS), abs=0.011)
    assert (words[0].start, words[0].end) == pytest.approx((heard.start, heard.end), abs=0.02)


def test_no_word_begins_before_the_voice_does() -> None:
    early = spoken(lead=0.5).wav
    sound, words = within_silence(Spoken(early, (WordTime(word=0, start=0.4, end=1.5),)))
    heard = sounding(sound)
    assert heard is not None
    assert words[0].start == pytest.approx(heard.start, abs=1e-6)


def test_silence_alone_is_left_as_it_is() -> None:
    quiet = Spoken(Sound(np.zeros(RATE, np.int16), RATE).wav(), ())
    assert within_silence(quiet)[0].duration == 1.0


def put(store: SpeechStore) -> Recording:
    recording = store.add(spoken(), 7)
    store.remember("k", recording)
    return recording


def test_what_is_remembered_is_found_again(settings: Settings) -> None:
    store = SpeechStore(settings)
    recording = store.add(spoken(), 7)
    assert store.get("k") is None
    assert store.has(recording)
    store.remember("k", recording)
    assert recording.cost_microdollars == 7
    assert SpeechStore(settings).get("k") == recording
    path = store.audio_path(recording.audio_hash)
    assert path is not None
    assert path.is_relative_to(settings.data_dir / "library" / "voices")
    assert read_wav(path.read_bytes()).duration == pytest.approx(recording.duration)


def test_a_lost_or_damaged_file_is_as_good_as_none(settings: Settings) -> None:
    store = SpeechStore(settings)
    path = store.audio_path(put(store).audio_hash)
    assert path is not None
    path.write_bytes(path.read_bytes()[:-100])
    assert store.get("k") is None
    assert not path.exists()
    again = put(store)
    assert store.get("k") == again
    path.unlink()
    assert store.get("k") is None
