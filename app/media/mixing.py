"""A clip's sound: voice, the footage's own sound and music on one track of exactly the clip's length."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.media.ducking import ducked
from app.media.ffmpeg import Workplace
from app.media.music import level_of, music_bed
from app.media.sound import SAMPLES_PER_FRAME, Samples, amplitude, decode, first_samples, silence
from app.media.takes import Take, joined
from app.models.edit import Edit


def mix(
    edit: Edit, takes: Sequence[Take], voice: Path | None, place: Workplace, *, music: Path | None = None
) -> Samples:
    """Return the clip's sound before its loudness is set: all that sounds, from frame 0 to the last.

    `takes` are the sound under the shots, heard unless the edit has it off; under an end card there is none of it, and
    `music` goes on. Raises `MediaError`, `RenderError` or `Cancelled`.
    """
    total = silence(edit.frames * SAMPLES_PER_FRAME)
    spoken = _voice(voice, len(total), place) if voice is not None else None
    if edit.source_sound.mode != "off":
        level = amplitude(edit.source_sound.level_db)
        _add(total, joined(takes, edit.source_sound, place), level, spoken, edit.source_sound.duck_db)
    if edit.music is not None and music is not None:
        bed = music_bed(edit.music, music, len(total), place)
        _add(total, bed, level_of(bed, edit.music, spoken), spoken, edit.music.duck_db)
    if spoken is not None:
        total += spoken
    return total


def _voice(path: Path, samples: int, place: Workplace) -> Samples:
    """Return the voice from frame 0 on, with silence behind it."""
    spoken, heard = silence(samples), decode(path, first_samples(samples), place)
    spoken[: len(heard)] = heard
    return spoken


def _add(total: Samples, sound: Samples, level: float, voice: Samples | None, duck_db: float) -> None:
    """Add sound at a level, and lower by `duck_db` while the voice speaks."""
    if voice is not None and duck_db:
        sound = sound * ducked(voice, duck_db)[: len(sound), None]
    total[: len(sound)] += np.float32(level) * sound
