"""Speech that was made is kept: the same words by the same voice at the same speed are never spoken twice."""

from pathlib import Path

from app.config import Settings
from app.media.atomic import storage_errors
from app.media.hashing import file_hash
from app.media.pauses import cut
from app.media.speech_audio import Sound, read_wav, sounding
from app.models.base import Record
from app.models.time_map import TimeMap
from app.models.voice import WordTime
from app.services.cache_index import CacheIndex
from app.services.files import ContentStore, RecordCache
from app.services.speech.provider import Spoken

LEAD_SECONDS = 0.05
TAIL_SECONDS = 0.12
"""Silence kept before and after the voice, whatever the provider leaves (espeak-ng 0.3 s, Edge-TTS 0.8 s)."""


class Recording(Record):
    """Speech in the store: a WAV by its hash, its rate in Hz, its length and its words' times in seconds.

    `cost_microdollars` is what its provider charged when it was made.
    """

    audio_hash: str
    sample_rate: int
    duration: float
    words: tuple[WordTime, ...]
    cost_microdollars: int = 0


class SpeechStore:
    """Recordings by key, and their WAV files by content."""

    def __init__(self, settings: Settings) -> None:
        self._index = CacheIndex(settings)
        self._records = RecordCache(settings.data_dir / "cache" / "speech", self._index.touch)
        self._files = ContentStore(settings.data_dir / "library" / "voices")

    def audio_path(self, audio_hash: str) -> Path | None:
        """Return the WAV file of that content when it is there."""
        path = self._files.find(audio_hash, ".wav")
        if path is not None:
            self._index.touch(path)
        return path

    def get(self, key: str) -> Recording | None:
        """Return the recording when it and its WAV are there and whole; a damaged WAV is taken away."""
        with storage_errors(self._records.folder):
            recording = self._records.get(key, Recording)
        return recording if recording is not None and self.has(recording) else None

    def has(self, recording: Recording) -> bool:
        """Whether the recording's WAV is there and whole; a damaged one is taken away."""
        path = self.audio_path(recording.audio_hash)
        if path is None or file_hash(path) == recording.audio_hash:
            return path is not None
        with storage_errors(path):
            path.unlink(missing_ok=True)
        return False

    def add(self, spoken: Spoken, cost_microdollars: int = 0) -> Recording:
        """Cut the silence at both ends, store the sound, and return what is stored; nobody finds it yet."""
        sound, words = within_silence(spoken)
        return self.add_sound(sound, words, cost_microdollars)

    def add_sound(self, sound: Sound, words: tuple[WordTime, ...], cost_microdollars: int) -> Recording:
        """Store a sound as it is, with its words' times, and return what is stored; nobody finds it yet."""
        return Recording(
            audio_hash=self._files.add(sound.wav(), ".wav"),
            sample_rate=sound.rate,
            duration=sound.duration,
            words=words,
            cost_microdollars=cost_microdollars,
        )

    def remember(self, key: str, recording: Recording) -> None:
        """Let `get` find the recording from now on."""
        self._records.put(key, recording)


def within_silence(spoken: Spoken) -> tuple[Sound, tuple[WordTime, ...]]:
    """Return the sound with the same short silence at its ends for every provider, and the words' times in it."""
    sound = read_wav(spoken.wav)
    heard = sounding(sound)
    if heard is None:
        return sound, spoken.words
    start = max(0, round((heard.start - LEAD_SECONDS) * sound.rate))
    end = min(len(sound.samples), round((heard.end + TAIL_SECONDS) * sound.rate))
    by = TimeMap(rate=sound.rate, kept=((start, end),))
    times = by.words(spoken.words)
    lead = heard.start - start / sound.rate  # espeak-ng reports the first word some hundredths before it sounds
    return cut(sound, by), tuple(time.evolve(start=max(time.start, lead), end=max(time.end, lead)) for time in times)
