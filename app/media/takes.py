"""The footage's own sound: what sounds under each shot, with its voices as the edit wants them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.media.ambience import FADE, LEAD, VoiceRemover
from app.media.envelope import Envelope
from app.media.ffmpeg import Workplace
from app.media.sound import (
    CHANNELS,
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    Samples,
    decode,
    fade_ends,
    sample_at,
    silence,
)
from app.media.voice_estimate import VoiceEstimator
from app.models.edit import Edit, SourceSound
from app.models.timing import Excerpt, Span

_FADE = SAMPLE_RATE // 100  # 10 ms at each joint: too short to hear as a fade, long enough not to click


@dataclass(frozen=True)
class Take:
    """Sound of `path` under some frames; a path of None is silence. In `speech` (seconds of the source) somebody
    speaks."""

    path: Path | None
    excerpt: Excerpt
    speech: tuple[Span, ...] = ()


def takes_of(edit: Edit, sounding: Mapping[str, Path]) -> tuple[Take, ...]:
    """Return the sound under each shot, and the end card's silence.

    `sounding` has the sources, by content hash, that have sound.
    """
    speech = {source.content_hash: source.speech for source in edit.sources}
    takes = (Take(sounding.get(shot.source), shot.excerpt, speech[shot.source]) for shot in edit.shots)
    card = Take(None, Excerpt(start=0.0, frames=edit.end_card_frames))
    return (*takes, *([card] if edit.end_card_frames else []))


def joined(takes: Sequence[Take], wanted: SourceSound, place: Workplace) -> Samples:
    """Return the takes one after the other, each faded in and out so that no joint clicks."""
    whole, begin = silence(sum(take.excerpt.frames for take in takes) * SAMPLES_PER_FRAME), 0
    with VoiceEstimator(place.control) as estimator:
        for take in takes:
            piece = whole[begin : begin + take.excerpt.frames * SAMPLES_PER_FRAME]
            if take.path is not None:
                heard = _heard(take, take.path, wanted, place, estimator)
                piece[: len(heard)] = heard
            fade_ends(piece, _FADE, _FADE)
            begin += len(piece)
    return whole


def _heard(take: Take, path: Path, wanted: SourceSound, place: Workplace, estimator: VoiceEstimator) -> Samples:
    span = take.excerpt.span
    near = Span(start=max(0.0, span.start - FADE), end=span.end + FADE)
    if wanted.mode == "ambience" and any(near.overlap(spoken) for spoken in take.speech):
        return _without_voices(take, path, place, estimator)
    heard = decode(path, span, place)
    if wanted.mode == "muted":
        first = sample_at(span.start)
        gain = Envelope(wanted.keep, take.speech).gain(range(first, first + len(heard)), SAMPLE_RATE)
        return heard * gain[:, None]
    return heard


def _without_voices(take: Take, path: Path, place: Workplace, estimator: VoiceEstimator) -> Samples:
    """Return a take whose voices are out; the seconds before it tell how the place sounds."""
    span = take.excerpt.span
    lead = sample_at(min(span.start, LEAD))
    heard = decode(path, Span(start=span.start - lead / SAMPLE_RATE, end=span.end), place)
    remover = VoiceRemover(CHANNELS, take.speech, estimator, sample_at(span.start) - lead)
    blocks = [remover.push(heard[at : at + SAMPLE_RATE]) for at in range(0, len(heard), SAMPLE_RATE)]
    return np.concatenate([*blocks, remover.rest()])[lead:]
