"""Voices taken out of the footage's own sound and what is around them kept: how much of each is left."""

import tempfile
from pathlib import Path

import numpy as np

from app.data import presets, qualities
from app.editing.document import canvas_for
from app.media.probe import probe
from app.media.render import SOUND_NAME
from app.media.vad import speech
from app.models.control import Control
from app.models.edit import Edit, EditShot, SourceRef, SourceSound
from app.models.timing import OUTPUT_FPS, Span
from app.workflows.clips.publish import Rendering, sound
from benchmarks.tools.clips import settings_in
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import SEEDS
from benchmarks.tools.voices import Mixture, Mono, between, cut, decibels, filmed, left_of, mixture, origin, read

SPEECH, BACKGROUND = (-18.0, -25.0), (-1.0, -0.7)
"""Bars and goals in dB."""

_EDGE = 0.15  # s of a span in which the change may fade in and out
_SECONDS = 45.0


def run(quick: bool) -> list[Figure]:
    """Measure sentences over rain; three files unless quick."""
    measured = [_measured(number) for number in SEEDS[: 1 if quick else 3]]
    voices, level, around, whole = (sorted(column)[len(column) // 2] for column in zip(*measured, strict=True))
    before = f"the same sound before (median of {len(measured)} x {_SECONDS:.0f} s, {origin()} in rain)"
    what = "ambience, in detected speech"
    return [
        Figure(name=f"{what}, voice", value=voices, unit="dB", against=before, bar=SPEECH[0], goal=SPEECH[1]),
        Figure(
            name=f"{what}, background, level",
            value=level,
            unit="dB",
            against=before,
            bar=BACKGROUND[0],
            goal=BACKGROUND[1],
            higher_is_better=True,
        ),
        Figure(name=f"{what}, background that is the very same sound", value=around, unit="dB", against=before),
        Figure(name="ambience, voice in all sentences, detected or not", value=whole, unit="dB", against=before),
    ]


def _measured(number: int) -> tuple[float, float, float, float]:
    """Return four figures in dB against before: what is left of the voice in detected speech; how loud the clip is
    there beside the background alone; how much of the background is the very same sound, as what fills the holes is
    not; and what is left of the voice in all sentences."""
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        folder, made = Path(name), mixture(_SECONDS, number)
        source = filmed(made.heard, folder / "footage.mp4")
        spans = speech(source, Control(), _SECONDS)
        heard = _without_voices(source, spans, folder)
        # Exports are brought to one loudness: what sounds where nobody speaks tells by how much.
        pauses = between(sorted([*spans, *made.spans], key=lambda span: span.start), _SECONDS)
        gain = decibels(_all(heard, pauses), _all(made.heard, pauses))
        voices, around = _left(made, heard, spans, gain, _EDGE)
        level = decibels(_all(heard, spans, _EDGE), _all(made.noise, spans, _EDGE)) - gain
        return voices, level, around, _left(made, heard, made.spans, gain, 0.0)[0]


def _left(made: Mixture, heard: Mono, spans: tuple[Span, ...], gain: float, inset: float) -> tuple[float, float]:
    parts = (_all(one, spans, inset) for one in (heard, made.speech, made.noise))
    one, other = left_of(*parts)
    return one - gain, other - gain


def _all(one: Mono, spans: list[Span] | tuple[Span, ...], inset: float = 0.1) -> Mono:
    return np.concatenate([cut(one, span, inset) for span in spans])


def _without_voices(source: Path, spans: tuple[Span, ...], folder: Path) -> Mono:
    """Return the sound of a clip that is the whole footage, with its voices out."""
    info, frames = probe(source), round(_SECONDS * OUTPUT_FPS)
    preset, quality = presets()["tiktok"], qualities()["draft"]
    ref = SourceRef(
        content_hash=info.content_hash, name=source.name, duration=info.duration, has_audio=True, speech=spans
    )
    shot = EditShot(id="shot-0", source=info.content_hash, source_start=0.0, frames=frames, framing="crop")
    edit = Edit(
        id="ambience",
        name="clip-01",
        preset=preset.name,
        quality="draft",
        canvas=canvas_for(preset, quality),
        frames=frames,
        sources=(ref,),
        shots=(shot,),
        source_sound=SourceSound(mode="ambience"),
    )
    place = folder / "clip"
    place.mkdir()
    sound(Rendering(edit, {info.content_hash: (source, info)}, None, place, settings_in(folder / "data")), Control())
    return read(place / SOUND_NAME)
