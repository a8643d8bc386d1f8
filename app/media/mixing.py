"""A clip's sound: voice, the footage's own sound and music on one track of exactly the clip's length."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.media.ducking import Ducking, ducking
from app.media.ffmpeg import Workplace
from app.media.meter import blocks, loudness
from app.media.music import level_of, music_bed
from app.media.sound import SAMPLE_RATE, SAMPLES_PER_FRAME, Samples, amplitude, decode, first_samples, silence
from app.media.takes import Take, joined
from app.models.edit import Edit

_AT_ONCE = SAMPLE_RATE * 4  # samples


def mix(
    edit: Edit, takes: Sequence[Take], voice: Path | None, place: Workplace, *, music: Path | None = None
) -> Samples:
    """Return the clip's sound before its loudness is set: all that sounds, from frame 0 to the last.

    All is added to the voice, once it has told what the others need to know of it: ten minutes of sound are 230 MB.

    `takes` are the sound under the shots, heard unless the edit has it off; under an end card there is none of it, and
    `music` goes on. Raises `MediaError`, `RenderError` or `Cancelled`.
    """
    length = edit.frames * SAMPLES_PER_FRAME
    total = _voice(voice, length, place) if voice is not None else silence(length)
    said = loudness(total) if voice is not None and edit.music is not None else None
    under_source, under_music = (
        ducking(total, decibels) if voice is not None and decibels else None
        for decibels in (edit.source_sound.duck_db, edit.music.duck_db if edit.music else 0.0)
    )
    if edit.source_sound.mode != "off":
        sound = joined(takes, edit.source_sound, place)
        _add(total, sound, amplitude(edit.source_sound.level_db), under_source)
        del sound
    if edit.music is not None and music is not None:
        bed = music_bed(edit.music, music, length, place)
        _add(total, bed, level_of(bed, edit.music, said), under_music)
    return total


def _voice(path: Path, samples: int, place: Workplace) -> Samples:
    """Return the voice from frame 0 on, with silence behind it."""
    spoken, heard = silence(samples), decode(path, first_samples(samples), place)
    spoken[: len(heard)] = heard
    return spoken


def _add(total: Samples, sound: Samples, level: float, lower: Ducking | None) -> None:
    """Add sound at a level, and lower while the voice speaks."""
    for start, end in blocks(len(sound), _AT_ONCE):
        gain = np.float32(level) if lower is None else np.float32(level) * lower.at(range(start, end))[:, None]
        total[start:end] += gain * sound[start:end]
