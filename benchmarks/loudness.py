"""How loud each kind of export is, by ffmpeg's own meter, and its highest peak."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.errors import EditFactoryError
from app.media.ffmpeg import find_ffmpeg
from app.media.probe import probe
from app.media.render import CLIP_NAME
from app.media.sound import SAMPLE_RATE, write_wav
from app.media.vad import speech
from app.models.control import Control
from app.models.edit import MusicTrack, SourceRef, SourceSound
from benchmarks.tools.clips import Project, project, render, script
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import SEEDS
from benchmarks.tools.voices import filmed, mixture

TARGET = -14.0
"""LUFS."""

BAR, GOAL = 0.5, 0.2
"""LU."""

PEAK = -1.0
"""dBTP."""

_MUSIC_SECONDS = 7.0  # shorter than any clip: it has to be repeated


def run(quick: bool) -> list[Figure]:
    """Measure clips with every mixture of voice, music and the footage's own sound."""
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        folder = Path(name)
        figures, peaks = [], {}
        for number, (kind, made) in enumerate(_kinds(folder, script(quick))):
            try:
                render(made, folder / f"{number}")
                loud, peaks[kind] = measured(folder / f"{number}" / CLIP_NAME)
                off, against = abs(loud - TARGET), f"{TARGET:g} LUFS ({loud:.2f} LUFS, peak {peaks[kind]:.2f} dBTP)"
            except EditFactoryError as error:
                off, against = None, f"nothing: it was not made: {error.message}"
            figures.append(
                Figure(name=f"loudness, {kind}, off by", value=off, unit="LU", against=against, bar=BAR, goal=GOAL)
            )
    loudest = max(peaks, key=lambda kind: peaks[kind])
    told = f"full scale; all kinds, this is {loudest}"
    return [*figures, Figure(name="loudness, highest peak", value=peaks[loudest], unit="dBTP", against=told, bar=PEAK)]


def measured(clip: Path) -> tuple[float, float]:
    """Return a file's integrated loudness in LUFS and its true peak in dBTP."""
    command = [str(find_ffmpeg().path), "-nostdin", "-hide_banner", "-i", str(clip)]
    meter = "ebur128=peak=true:framelog=quiet:metadata=1,ametadata=print:key=lavfi.r128.I:file=-"
    command += ["-vn", "-af", meter, "-f", "null", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own file
    loud = re.findall(r"lavfi\.r128\.I=(\S+)", told.stdout)[-1]  # the summary has one decimal only
    peak = re.findall(r"^\s*Peak:\s+(\S+)", told.stderr, re.MULTILINE)[-1]
    return float(loud), float(peak)


def music(out: Path) -> Path:
    """Write chords that swell and fall, and return the file."""
    time = np.arange(round(_MUSIC_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220.0, 277.2, 329.6, 440.0))
    beat = 0.08 * chord * (0.4 + 0.6 * np.exp(-4 * (time % 0.5)))
    write_wav(out, np.stack([beat, beat], axis=1).astype(np.float32))
    return out


def _kinds(folder: Path, text: str) -> Iterator[tuple[str, Project]]:
    """Yield each kind of export by name; the picture is plain, as only the sound counts."""
    footage = filmed(mixture(45.0, SEEDS[0]).heard, folder / "footage.mp4")
    voiced = project(footage, text, folder / "data")
    spans = speech(footage, Control(), 45.0)
    sources = tuple(source.evolve(speech=spans) for source in voiced.edit.sources)
    voiced = replace(voiced, edit=voiced.edit.evolve(sources=sources))
    mute = replace(voiced, edit=voiced.edit.evolve(voice=None, captions=None), voice=None)
    track = music(folder / "music.wav")
    yield "voice", voiced
    yield "voice and music", _with_music(voiced, track)
    yield "music", _with_music(mute, track)
    for mode in ("on", "muted", "ambience"):
        kept = SourceSound.model_validate({"mode": mode})
        yield f"source sound {mode}", replace(mute, edit=mute.edit.evolve(source_sound=kept))
    under = SourceSound(mode="on", level_db=-12.0, duck_db=8.0)
    yield (
        "voice, music and source sound",
        _with_music(replace(voiced, edit=voiced.edit.evolve(source_sound=under)), track),
    )


def _with_music(made: Project, track: Path) -> Project:
    info = probe(track)
    ref = SourceRef(
        content_hash=info.content_hash, name=track.name, duration=info.duration, has_audio=True, kind="music"
    )
    edit = made.edit.evolve(sources=(*made.edit.sources, ref), music=MusicTrack(source=info.content_hash))
    return replace(made, edit=edit, sources={**made.sources, info.content_hash: (track, info)})
