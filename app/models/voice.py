"""A script, the words that are spoken for it, and the audio that speaks them."""

from app.models.base import Record
from app.models.timing import Span


class Token(Record):
    """One word as captions show it ("49,99", "e-mail", "🔥"). `breaks_after`: a sentence or clause ends here."""

    index: int
    text: str
    breaks_after: bool = False


class SpokenWord(Record):
    """One word as it is spoken, and the display token it comes from."""

    text: str
    token: int


class SpeechText(Record):
    """A script made ready for speaking.

    `tokens` is what captions show, in order; `words` what is spoken, in order, each pointing to its token.
    `text` is the whole spoken text with punctuation: the words joined, as a voice should read them.
    A token no word points to (an emoji, a dash) is shown and not spoken.
    """

    language: str
    tokens: tuple[Token, ...]
    words: tuple[SpokenWord, ...]
    text: str


class WordTime(Record):
    """When one spoken word sounds, in seconds from the start of the audio. `word` indexes `SpeechText.words`."""

    word: int
    start: float
    end: float

    @property
    def span(self) -> Span:
        """When it sounds."""
        return Span(start=self.start, end=self.end)


class TimedToken(Record):
    """A display token with its time in seconds: from its first to its last spoken word.

    A token that is not spoken has `spoken` False and no length: it stands where the token before it ends.
    """

    index: int
    text: str
    start: float
    end: float
    breaks_after: bool = False
    spoken: bool = True

    @property
    def span(self) -> Span:
        """When it sounds."""
        return Span(start=self.start, end=self.end)


class VoiceInfo(Record):
    """A voice that can be asked for as `id`, for example `edge:ro-RO-AlinaNeural`."""

    id: str
    provider: str
    name: str
    language: str
    quality: str = "neural"
    offline: bool = True
    gender: str = ""


class Voice(Record):
    """Speech that was made: a WAV named by its content hash, and when each word sounds in it.

    `duration` is in seconds; `cost_microdollars` is what the provider charges (0 offline); `robotic` is true for
    a synthesiser that no listener takes for a person.
    """

    voice_id: str
    provider: str
    language: str
    audio_hash: str
    sample_rate: int
    duration: float
    speed: float
    words: tuple[WordTime, ...]
    tokens: tuple[TimedToken, ...]
    characters: int
    cost_microdollars: int = 0
    robotic: bool = False
