"""A provider that charges, as another package would bring it, and the service behind it: a server on this machine.

The service counts what it accepts, in all and by key: so tests see in real processes that nothing is paid twice.
"""

import io
import json
import os
import threading
import urllib.error
import urllib.request
import wave
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from app.config import Settings
from app.errors import VoiceError
from app.models.control import Control
from app.models.voice import SpeechText, VoiceInfo, WordTime
from app.services.paid_calls import Fate, NotPaid
from app.services.speech.provider import Spoken

ADDRESS = "COUNTING_VOICE_URL"
"""The variable that tells the provider where its service is; processes inherit it."""

MICRODOLLARS_A_CHARACTER = 3
RATE, WORD_SECONDS, GAP_SECONDS = 16_000, 0.25, 0.1
VOICE = VoiceInfo(id="counting:one", provider="counting", name="one", language="en", offline=False)


class CountingVoice:
    """One voice: a tone a word."""

    name = "counting"
    robotic = False
    charges = True

    def __init__(self, settings: Settings) -> None:
        self._url = os.environ[ADDRESS]

    def voices(self) -> list[VoiceInfo]:
        return [VOICE]

    def find(self, voice_id: str) -> VoiceInfo | None:
        return VOICE if voice_id == VOICE.id else None

    def version(self, voice: VoiceInfo) -> str:
        return "1"

    def cost(self, text: SpeechText, voice: VoiceInfo) -> int:
        return MICRODOLLARS_A_CHARACTER * len(text.text)

    def speak(self, text: SpeechText, voice: VoiceInfo, speed: float, control: Control, key: str = "") -> Spoken:
        body = json.dumps({"words": len(text.words), "speed": speed}).encode()
        request = urllib.request.Request(f"{self._url}/speak", body, {"Idempotency-Key": key})  # noqa: S310 - our own
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return spoken(answer.read(), len(text.words), speed)
        except urllib.error.HTTPError as error:
            with error:
                raise NotPaid(VoiceError("The service refused.", hint="Top up the account.")) from error

    def recover(self, text: SpeechText, voice: VoiceInfo, speed: float, key: str) -> Spoken | Fate:
        try:
            with urllib.request.urlopen(f"{self._url}/history/{key}") as answer:  # noqa: S310
                return spoken(answer.read(), len(text.words), speed)
        except urllib.error.HTTPError as error:
            with error:
                return Fate.NEVER_ARRIVED if error.code == 404 else Fate.UNKNOWN


def spoken(wav: bytes, words: int, speed: float) -> Spoken:
    step, length = (WORD_SECONDS + GAP_SECONDS) / speed, WORD_SECONDS / speed
    return Spoken(wav, tuple(WordTime(word=at, start=at * step, end=at * step + length) for at in range(words)))


def tones(words: int, speed: float) -> bytes:
    length, gap = round(WORD_SECONDS / speed * RATE), round(GAP_SECONDS / speed * RATE)
    word = np.concatenate([9000 * np.sin(np.arange(length) * 0.1), np.zeros(gap)]).astype(np.int16)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.tile(word, words).tobytes())
    return out.getvalue()


class CountingService:
    """`paid` counts accepted requests by key. `mode`: ok, refuse, drop (paid, no answer), hang (paid, answer later).

    Without `remembers` it has no history: nobody can tell what became of a request.
    """

    def __init__(self) -> None:
        self.paid: Counter[str] = Counter()
        self.mode = "ok"
        self.remembers = False
        self.url = ""
        self.over = threading.Event()
        self._lock = threading.Lock()
        self._made: dict[str, bytes] = {}

    @property
    def total(self) -> int:
        """How many requests were charged."""
        return self.paid.total()

    def take(self, key: str, words: int, speed: float) -> bytes | None:
        """Charge one request and return its sound, None to refuse it."""
        if self.mode == "refuse":
            return None
        with self._lock:
            self.paid[key] += 1
            self._made[key] = tones(words, speed)
        return self._made[key]

    def history(self, key: str) -> bytes | None:
        return self._made.get(key)


@contextmanager
def counting_service() -> Iterator[CountingService]:
    """A service that runs until the block ends."""
    state = CountingService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            wav = state.take(self.headers["Idempotency-Key"], asked["words"], asked["speed"])
            if state.mode == "hang":
                state.over.wait(60)
            if state.mode == "drop":
                self.close_connection = True
            else:
                self.answer(402 if wav is None else 200, wav or b"")

        def do_GET(self) -> None:
            if not state.remembers:
                self.answer(501, b"")
                return
            wav = state.history(self.path.rpartition("/")[2])
            self.answer(404 if wav is None else 200, wav or b"")

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (BrokenPipeError, ConnectionResetError):  # its client was killed
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class' name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def installed_in(folder: Path, name: str = "counting", value: str = "") -> Path:
    """Write what installing the provider's package would leave, into a folder that is to be on Python's path."""
    about = folder / f"{name}_voice-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-voice\nVersion: 1.0\n", encoding="utf-8")
    entry = f"{name} = {value or f'{__name__}:CountingVoice'}"
    (about / "entry_points.txt").write_text(f"[edit_factory.voices]\n{entry}\n", encoding="utf-8")
    return folder
