"""What every maker of speech offers. A new one is a module with these methods and a line in `__init__`."""

from dataclasses import dataclass
from typing import Protocol

from app.models.control import Control
from app.models.voice import SpeechText, VoiceInfo, WordTime


@dataclass(frozen=True)
class Spoken:
    """Speech as it was made: `wav` is mono, 16 bit, at the provider's rate; one time in seconds per spoken word."""

    wav: bytes
    words: tuple[WordTime, ...]


class Provider(Protocol):
    """A maker of speech."""

    name: str
    robotic: bool

    def voices(self) -> list[VoiceInfo]:
        """Return the voices it has; an online one only those known by name."""
        ...

    def find(self, voice_id: str) -> VoiceInfo | None:
        """Return the voice of that id, also one that `voices` does not list."""
        ...

    def version(self, voice: VoiceInfo) -> str:
        """Return what, besides text and speed, decides the sound: the package's version, the model's content."""
        ...

    def speak(self, text: SpeechText, voice: VoiceInfo, speed: float, control: Control) -> Spoken:
        """Speak `text`; `speed` 1.0 is the voice's own. Raises `VoiceError`, or `Cancelled` soon after a cancel."""
        ...
