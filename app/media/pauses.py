"""Long pauses of a voice made shorter: cut in their middle, and joined without a click."""

import numpy as np

from app.media.speech_audio import Sound, silences
from app.models.time_map import TimeMap

FADE_SECONDS = 0.01
"""Over which the sound before a cut fades into the sound after it."""

_LEAST_CUT = 0.02  # s: less is not worth a joint


def shortening(sound: Sound, longest: float) -> TimeMap:
    """Return what to keep so that no pause between words is over `longest` seconds. The ends stay as they are."""
    kept, begin = [], 0
    half = longest / 2
    for pause in silences(sound):
        if pause.length - longest < _LEAST_CUT:
            continue
        kept.append((begin, round((pause.start + half) * sound.rate)))
        begin = round((pause.end - half) * sound.rate)
    return TimeMap(rate=sound.rate, kept=(*kept, (begin, len(sound.samples))))


def cut(sound: Sound, by: TimeMap) -> Sound:
    """Return the sound with only what `by` keeps. At joints each side fades into the other along what was cut away."""
    pieces = [sound.samples[first:end] for first, end in by.kept]
    joined = np.concatenate(pieces).astype(np.float64)
    for at, before, after in by.joints:
        half = min(round(FADE_SECONDS / 2 * sound.rate), at, len(joined) - at, after, len(sound.samples) - before)
        away = np.cos((np.arange(2 * half) + 0.5) / max(1, 2 * half) * np.pi / 2) ** 2
        left, right = sound.samples[before - half : before + half], sound.samples[after - half : after + half]
        joined[at - half : at + half] = left * away + right * away[::-1]
    return Sound(np.rint(joined).astype(np.int16), sound.rate)
