"""Speaks one text with Piper. Run as a script: JSON on standard input, JSON on standard output.

Request {"model": path, "sentences": [[word, ...], ...], "speed": factor}. Answer {"rate": Hz, "sentences": [{"pcm":
base64 of 16-bit mono, "phonemes": [[phoneme, samples], ...], "alone": [phonemes of each word by itself, ...]}, ...]}.
"""

import base64
import json
import os
import sys
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped,unused-ignore]
from piper import PiperVoice
from piper.config import SynthesisConfig
from piper.voice import AudioChunk

SEED = 1
"""The same text gives the same sound: the model's noise, without which it sounds flat, comes from a fixed seed."""

SPEED_TOLERANCE = 0.025
CORRECTIONS = 6
"""The same scale gives lengths that differ by 1.5 % for three sentences and 4 % for a short one, so it takes tries."""

STEEPNESS = 1.4
"""Length changes with about the 0.7th power of the scale (measured), so the scale with the 1.4th of the length."""

SHORTEST_SCALE = 0.25
"""Of the model's own; below it sounds fall out of words."""


def phonemes_of(voice: PiperVoice, chunk: AudioChunk) -> list[list[Any]]:
    """Return every phoneme and its length in samples; equal lengths when the model does not tell them."""
    if chunk.phoneme_alignments:
        return [[part.phoneme, int(part.num_samples)] for part in chunk.phoneme_alignments]
    share = len(chunk.audio_float_array) // max(1, len(chunk.phonemes))
    return [[phoneme, share] for phoneme in chunk.phonemes]


def speak_sentence(voice: PiperVoice, words: list[str], scale: float) -> dict[str, Any]:
    """Speak one sentence; when Piper cuts it in several, they follow each other."""
    pcm = b""
    phonemes: list[list[Any]] = []
    config = SynthesisConfig(length_scale=scale)
    for chunk in voice.synthesize(" ".join(words), config, include_alignments=True):
        phonemes += ([[" ", 0]] if phonemes else []) + phonemes_of(voice, chunk)
        pcm += chunk.audio_int16_bytes
    alone = ["".join(p for part in voice.phonemize(word) for p in part) for word in words]
    return {"pcm": base64.b64encode(pcm).decode(), "phonemes": phonemes, "alone": alone}


def length(sentences: list[dict[str, Any]]) -> int:
    """Return how many samples there are between the first and the last that sounds (over a hundredth of the peak)."""
    pcm = b"".join(base64.b64decode(sentence["pcm"]) for sentence in sentences)
    level = np.abs(np.frombuffer(pcm, dtype=np.int16).astype(np.int32))
    loud = np.flatnonzero(level * 100 > level.max(initial=0))
    return int(loud[-1] - loud[0] + 1) if len(loud) else 1


def load(model: str) -> PiperVoice:
    """Return the voice; whatever is wrong with a file that somebody put there is one error."""
    try:
        return PiperVoice.load(model, include_alignments=True)
    except Exception as error:
        raise RuntimeError(
            f"its .onnx or .onnx.json is damaged, or no Piper voice ({type(error).__name__}); fetch both files again"
        ) from error


def speak(request: dict[str, Any]) -> dict[str, Any]:
    """Speak the sentences of `request` at its speed.

    A model shortens pauses and short sounds less than the rest: its scale of 1/1.15 makes speech only 1.07 times as
    fast. So the scale is corrected until the whole is as long as the speed says.
    """
    onnxruntime.set_seed(SEED)
    voice = load(request["model"])
    speed, own = request["speed"], voice.config.length_scale
    said = [speak_sentence(voice, words, own) for words in request["sentences"]]
    wanted = length(said) / speed
    best, scale = said, own
    for _ in range(CORRECTIONS):
        if missed(best, wanted) <= SPEED_TOLERANCE:
            break
        scale = max(own * SHORTEST_SCALE, scale * (wanted / length(said)) ** STEEPNESS)
        said = [speak_sentence(voice, words, scale) for words in request["sentences"]]
        best = min(best, said, key=lambda sentences: missed(sentences, wanted))
    return {"rate": voice.config.sample_rate, "sentences": best}


def missed(sentences: list[dict[str, Any]], wanted: float) -> float:
    """Return by what share the length of sentences differs from the wanted one."""
    return abs(length(sentences) / wanted - 1)


def main() -> None:
    """Answer one request."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the libraries print must not mix with the answer
    request = json.loads(sys.stdin.buffer.read())
    try:
        answer = speak(request)
    except Exception as error:
        answer = {"error": str(error) if type(error) is RuntimeError else f"{type(error).__name__}: {error}"}
    json.dump(answer, answers)
    answers.close()


if __name__ == "__main__":
    main()
