"""What every maker of speech offers, so that a new one can be added without changing this program.

A provider is a plug-in: any installed package that names a class in the entry point group `edit_factory.voices`. To
add one:

1. Write a class with the attributes and methods of `Provider`. It is made with the settings: `Acme(settings)`. Ids of
   its voices begin with the entry point's name: `acme:ana`.
2. If it costs money, set `charges = True` and add the methods of `PaidProvider`.
3. Name it in the package's `pyproject.toml`:

       [project.entry-points."edit_factory.voices"]
       acme = "acme_voices:Acme"

4. Install the package into the same environment. `edit-factory voices` lists its voices.
"""

from dataclasses import dataclass
from typing import Protocol, TypeGuard

from app.models.control import Control
from app.models.voice import SpeechText, VoiceInfo, WordTime
from app.services.paid_calls import Fate


@dataclass(frozen=True)
class Spoken:
    """Speech as it was made: `wav` is mono, 16 bit, at the provider's rate; one time in seconds per spoken word."""

    wav: bytes
    words: tuple[WordTime, ...]


class Provider(Protocol):
    """A maker of speech. One that `charges` is a `PaidProvider`."""

    name: str
    robotic: bool
    charges: bool

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


class PaidProvider(Provider, Protocol):
    """A maker of speech that costs money. The same `key` always names the same request: it is to be paid once."""

    def cost(self, text: SpeechText, voice: VoiceInfo) -> int:
        """Return what speaking `text` is charged, in whole micro-dollars."""
        ...

    def speak(self, text: SpeechText, voice: VoiceInfo, speed: float, control: Control, key: str = "") -> Spoken:
        """Speak as every provider does, handing on `key` where the service knows such keys.

        Raises `NotPaid` around a `VoiceError` or `Cancelled` when it is certain that nothing was charged: the request
        was refused, or never sent. After any other error the speech counts as paid, and is never asked for again by
        itself.
        """
        ...

    def recover(self, text: SpeechText, voice: VoiceInfo, speed: float, key: str) -> Spoken | Fate:
        """Return the speech of a request that broke off when the service still has it, otherwise what became of it.

        `Fate.NEVER_ARRIVED` only when the service is certain that it never got the request.
        """
        ...


def is_paid(provider: Provider) -> TypeGuard[PaidProvider]:
    """Whether speech by this provider costs money."""
    return provider.charges
