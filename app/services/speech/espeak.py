"""espeak-ng: a small synthesiser for about a hundred languages. It runs here and sounds like a robot."""

import base64
import math
import re
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from app.editing.script.word_times import Said, from_said
from app.errors import VoiceError
from app.media.speech_audio import Sound, sounding
from app.models.control import Control
from app.models.timing import Span
from app.models.voice import SpeechText, VoiceInfo
from app.services.speech.child import CHILDREN, ask
from app.services.speech.provider import Spoken

WORDS_PER_MINUTE = 175
"""espeak-ng's own rate."""

_SCRIPT = CHILDREN / "espeak_child.py"
_SECONDS = 60.0
_ISO = {"cmn": "zh", "nb": "no"}
"""Codes that espeak-ng uses for a language that ISO 639-1 calls otherwise."""

_FIRST_CHOICE = {"en": "en-us", "es": "es", "fr": "fr-fr", "pt": "pt", "zh": "cmn"}
"""The variant that is meant when only the language is asked for."""


class Espeak:
    """The voices of espeak-ng, one per language and variant: `espeak:ro`, `espeak:en-gb`."""

    name = "espeak"
    robotic = True
    charges = False

    def voices(self) -> list[VoiceInfo]:
        """Return all of them, the first choice of each language before its other variants."""
        return [
            VoiceInfo(
                id=f"espeak:{code}", provider="espeak", name=name, language=iso(code), quality="robotic", gender=gender
            )
            for code, name, gender in sorted(_listed(), key=lambda entry: (iso(entry[0]), _rank(entry[0]), entry[0]))
        ]

    def find(self, voice_id: str) -> VoiceInfo | None:
        """Return the voice of that id."""
        return next((voice for voice in self.voices() if voice.id == voice_id), None)

    def version(self, voice: VoiceInfo) -> str:
        """Return the version of the package that holds the library and its data."""
        return version("espeakng-loader")

    def speak(self, text: SpeechText, voice: VoiceInfo, speed: float, control: Control) -> Spoken:
        """Speak the text; word starts are the synthesiser's own, a word ends where its sound does."""
        request = {
            "do": "speak",
            "text": text.text,
            "voice": voice.id.removeprefix("espeak:"),
            "wpm": words_per_minute(speed),
        }
        answer = ask(_SCRIPT, request, control, _SECONDS, f"espeak-ng ({voice.name})")
        try:
            sound = Sound(np.frombuffer(base64.b64decode(answer["pcm"]), dtype=np.int16), int(answer["rate"]))
            said = _said(text.text, sound, [(int(a), int(b), int(c)) for a, b, c in answer["events"]])
        except (KeyError, TypeError, ValueError) as error:
            raise VoiceError(
                f"espeak-ng ({voice.name}) gave an answer that does not fit: {error!r}.",
                hint="Run it again, or choose another voice.",
                subject="voice",
            ) from error
        return Spoken(sound.wav(), from_said([word.text for word in text.words], said, sound.duration))


def words_per_minute(speed: float) -> int:
    """Return espeak-ng's rate for a speed factor.

    Its speech gets shorter than the rate says (2.0 times the rate is 2.15 times as fast, measured on Romanian and
    English sentences), hence the power.
    """
    return round(WORDS_PER_MINUTE * math.pow(speed, 0.96))


def _said(text: str, sound: Sound, events: list[tuple[int, int, int]]) -> list[Said]:
    """Return where words stand in the text and in the sound; each lasts until it is silent or the next one begins."""
    said: list[Said] = []
    for at, (first, length, sample) in enumerate(events):
        if not length:
            continue
        start = sample / sound.rate
        until = events[at + 1][2] / sound.rate if at + 1 < len(events) else sound.duration
        whole = Span(start=start, end=max(start, until))
        heard = sounding(sound.cut(whole))
        following = next((event[0] for event in events[at + 1 :] if event[1]), len(text))
        last = _reach(text, first, first + length, following)
        span = Span.lasting(start, heard.end) if heard else whole
        said.append(Said(range(first, max(last, first + 1)), span))
    return said


def _reach(text: str, first: int, last: int, following: int) -> int:
    """Return where a word event ends in the text: espeak-ng reports only the first word of those it says as one."""
    between = text[last:following]
    joined = bool(re.search(r"\w", between)) and not re.search(r"[.,!?;:…]\s", text[first:following].rstrip()[:-1])
    return first + len(text[first:following].rstrip()) if joined else last


def iso(code: str) -> str:
    """Return the ISO 639-1 code of espeak-ng's language code: "en" of "en-gb"."""
    base = code.split("-", maxsplit=1)[0]
    return _ISO.get(base, base)


def _rank(code: str) -> int:
    return 0 if _FIRST_CHOICE.get(iso(code)) == code else 1 if code == iso(code) else 2


@cache
def _listed() -> list[Any]:
    """Ask once per process; the list comes with the package."""
    answer = ask(_SCRIPT, {"do": "voices"}, Control(), _SECONDS, "espeak-ng")
    return list({code: (code, name, gender) for code, name, gender in answer["voices"]}.values())
