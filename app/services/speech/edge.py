"""Edge-TTS: Microsoft's natural voices, over the network, free. Used only when its voice is asked for by name."""

import asyncio
from contextlib import aclosing
from importlib.metadata import version

import aiohttp
import edge_tts
from edge_tts.exceptions import EdgeTTSException, NoAudioReceived

from app.editing.script.word_times import find_in_text, from_said
from app.errors import MediaError, VoiceError
from app.media.speech_audio import decode_to_wav, read_wav
from app.models.control import Control
from app.models.timing import Span
from app.models.voice import SpeechText, VoiceInfo
from app.services.speech.edge_voices import KNOWN, described
from app.services.speech.provider import Spoken

TICKS_PER_SECOND = 10_000_000
"""The service's times are in units of 100 ns."""

_SECONDS = 180.0
_POLL_SECONDS = 0.1


class Edge:
    """Every voice whose name has the service's form; those it is known to have are listed."""

    name = "edge"
    robotic = False
    charges = False

    def voices(self) -> list[VoiceInfo]:
        """Return the voices known by name; the service has more."""
        return list(KNOWN)

    def find(self, voice_id: str) -> VoiceInfo | None:
        """Return the voice of that id when it looks like one: only the service knows whether it has it."""
        return described(voice_id)

    def version(self, voice: VoiceInfo) -> str:
        """Return the version of the client."""
        return version("edge-tts")

    def speak(self, text: SpeechText, voice: VoiceInfo, speed: float, control: Control) -> Spoken:
        """Speak over the network. Raises `VoiceError` naming what failed."""
        control.check()
        try:
            mp3, said = asyncio.run(_watched(text.text, voice.name, speed, control))
            wav = decode_to_wav(mp3)
        except (EdgeTTSException, aiohttp.ClientError, MediaError, OSError, ValueError) as error:
            raise _explained(error, voice) from error
        words = [word.text for word in text.words]
        return Spoken(wav, from_said(words, find_in_text(words, said), read_wav(wav).duration))


async def _watched(text: str, name: str, speed: float, control: Control) -> tuple[bytes, list[tuple[str, Span]]]:
    """Receive the speech, and stop within a moment when somebody cancels."""
    task = asyncio.ensure_future(_received(text, name, speed))
    try:
        async with asyncio.timeout(_SECONDS):
            while not (await asyncio.wait([task], timeout=_POLL_SECONDS))[0]:
                control.check()
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _received(text: str, name: str, speed: float) -> tuple[bytes, list[tuple[str, Span]]]:
    rate = f"{round((speed - 1) * 100):+d}%"
    mp3 = bytearray()
    said: list[tuple[str, Span]] = []
    request = edge_tts.Communicate(text, name, rate=rate, boundary="WordBoundary")
    async with aclosing(request.stream()) as answers:
        async for answer in answers:
            if answer["type"] == "audio":
                mp3 += answer["data"]
            else:
                start, seconds = (answer[field] / TICKS_PER_SECOND for field in ("offset", "duration"))
                said.append((answer["text"], Span.lasting(start, seconds)))
    return bytes(mp3), said


def _explained(error: Exception, voice: VoiceInfo) -> VoiceError:
    local = "piper:en_US-joe-medium" if voice.language == "en" else f"espeak:{voice.language}"
    offline = f"a voice that needs no network: --voice {local}"
    if isinstance(error, aiohttp.ClientResponseError) and error.status == 403:
        why = "the service refused the request (403)"
        hint = f"Check this computer's clock, update edge-tts, or use {offline}."
    elif isinstance(error, NoAudioReceived):
        why = "the service sent no sound"
        hint = f"Check the voice's name, or use {offline}."
    elif isinstance(error, TimeoutError):
        why = "the service did not answer in time"
        hint = f"Try again later, or use {offline}."
    elif isinstance(error, aiohttp.ClientConnectionError | OSError):
        why = "the service cannot be reached: there may be no network"
        hint = f"Connect to the network, or use {offline}."
    else:
        said = " ".join(str(error).split())[:200] or type(error).__name__
        why = f"the service's answer cannot be used ({said})"
        hint = f"Try again, or use {offline}."
    return VoiceError(f"Edge-TTS could not speak with {voice.name}: {why}.", hint=hint, subject="voice")
