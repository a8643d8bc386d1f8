"""Music under a clip: repeated to its length, faded at its ends, and as loud as it should be beside the voice."""

from pathlib import Path

import numpy as np

from app.errors import MediaError
from app.media.ffmpeg import Workplace
from app.media.loudness import TARGET_LUFS
from app.media.meter import loudness
from app.media.sound import SAMPLE_RATE, Samples, amplitude, decode, fade_ends, first_samples, rising
from app.models.edit import MusicTrack

SHORTEST = 1.0
"""Seconds of music that are enough to be repeated."""

_BEGINS, _ENDS = SAMPLE_RATE // 10, SAMPLE_RATE * 3 // 2  # samples of the fades
_ACROSS = SAMPLE_RATE  # samples over which a repeat fades into the next; a quarter of short music


def music_bed(track: MusicTrack, path: Path, samples: int, place: Workplace) -> Samples:
    """Return the music as it is, `samples` long: from `track.start` on, again and again, faded in and out.

    Raises `MediaError` (music_short) when the file has less than a second of sound from there on.
    """
    heard = decode(path, first_samples(samples).later(track.start), place)
    if len(heard) < min(samples, round(SHORTEST * SAMPLE_RATE)):
        raise no_music(path.name, track.start)
    return fade_ends(repeated(heard, samples), _BEGINS, _ENDS)


def no_music(name: str, start: float) -> MediaError:
    """Return the error for a file that has no music from `start` seconds on."""
    return MediaError(
        f"{name} has less than {SHORTEST:g} s of sound from {start:g} s on.",
        hint="Name longer music with --music, or begin earlier with --music-start.",
        subject="music",
        code="music_short",
    )


def across_samples(length: int) -> int:
    """Return over how many samples music of `length` samples fades into its own beginning where it is repeated."""
    return min(_ACROSS, length // 4)


def repeated(piece: Samples, samples: int) -> Samples:
    """Return the piece until it fills `samples`, each time fading into its own beginning at an even power.

    Of one that is longer, its beginning itself.
    """
    if len(piece) >= samples:
        return piece[:samples]
    across = across_samples(len(piece))
    step = len(piece) - across
    ramp = rising(across)[:, None]
    bed = np.zeros((samples, 2), np.float32)
    for start in range(0, samples, step):
        _add(bed, start, piece[:across] if start == 0 else piece[:across] * ramp)
        _add(bed, start + across, piece[across:step])
        _add(bed, start + step, piece[step:] * ramp[::-1])
    return bed


def _add(bed: Samples, start: int, piece: Samples) -> None:
    """Add a piece from sample `start` on, as far as there is room."""
    room = bed[start : start + len(piece)]
    room += piece[: len(room)]


def level_of(bed: Samples, track: MusicTrack, said: float | None) -> float:
    """Return the factor that brings the music to its level beside a voice of `said` LUFS, without one to -14 LUFS."""
    own = loudness(bed)
    if own is None:
        return 1.0
    wanted = TARGET_LUFS if said is None else said + track.level_db
    return amplitude(wanted - own)
