"""Speaks one text with Piper. Run as a script: JSON on standard input, JSON on standard output.

Request {"model": path, "sentences": [[word, ...], ...], "speed": factor}. Answer {"rate": Hz, "sentences": [{"pcm":
base64 of 16-bit mono, "phonemes": [[phoneme, samples], ...], "alone": [phonemes of each word by itself, ...]}, ...]}.
"""

import base64
import json
import os
import sys
from typing import Any

import onnxruntime  # type: ignore[import-untyped,unused-ignore]
from piper import PiperVoice
from piper.config import SynthesisConfig
from piper.voice import AudioChunk

SEED = 1
"""The same text gives the same sound: the model's noise, without which it sounds flat, comes from a fixed seed."""


def phonemes_of(voice: PiperVoice, chunk: AudioChunk) -> list[list[Any]]:
    """Return every phoneme and its length in samples; equal lengths when the model does not tell them."""
    if chunk.phoneme_alignments:
        return [[part.phoneme, int(part.num_samples)] for part in chunk.phoneme_alignments]
    share = len(chunk.audio_float_array) // max(1, len(chunk.phonemes))
    return [[phoneme, share] for phoneme in chunk.phonemes]


def speak_sentence(voice: PiperVoice, words: list[str], speed: float) -> dict[str, Any]:
    """Speak one sentence; when Piper cuts it in several, they follow each other."""
    config = SynthesisConfig(length_scale=voice.config.length_scale / speed)
    pcm = b""
    phonemes: list[list[Any]] = []
    for chunk in voice.synthesize(" ".join(words), config, include_alignments=True):
        phonemes += ([[" ", 0]] if phonemes else []) + phonemes_of(voice, chunk)
        pcm += chunk.audio_int16_bytes
    alone = ["".join(p for part in voice.phonemize(word) for p in part) for word in words]
    return {"pcm": base64.b64encode(pcm).decode(), "phonemes": phonemes, "alone": alone}


def speak(request: dict[str, Any]) -> dict[str, Any]:
    """Speak the sentences of `request`."""
    onnxruntime.set_seed(SEED)
    voice = PiperVoice.load(request["model"], include_alignments=True)
    sentences = [speak_sentence(voice, words, request["speed"]) for words in request["sentences"]]
    return {"rate": voice.config.sample_rate, "sentences": sentences}


def main() -> None:
    """Answer one request."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the libraries print must not mix with the answer
    request = json.loads(sys.stdin.buffer.read())
    try:
        answer = speak(request)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    json.dump(answer, answers)
    answers.close()


if __name__ == "__main__":
    main()
