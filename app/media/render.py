"""An edit document and its files in, one finished MP4 out, in three steps that go on where they were.

Sound first (it is quick, and a voice that cannot be read is best known early), then every shot once through the
encoder, then packets are copied together. Each step works in a folder of its own inside the job's, and its results
appear there only when they are whole: it may be killed at any time and run again, also by two processes at once.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import MediaError, RenderError
from app.media.atomic import settle, storage_errors, write_text
from app.media.decodable import decodable, stamps_of
from app.media.ffmpeg import Workplace
from app.media.graph import parts_of
from app.media.held import own_folder
from app.media.join import join
from app.media.loudness import QUIET_LUFS, level, shortfall
from app.media.meter import SILENT_LUFS
from app.media.mixing import mix
from app.media.parts import encode_parts, look_of
from app.media.parts_pool import Pool
from app.media.shelf import Shelf, is_whole
from app.media.subtitles import Subtitles
from app.media.takes import takes_of
from app.models.edit import Edit
from app.models.media import MediaInfo
from app.models.report import PartsReport, SoundReport

SOUND_NAME, CLIP_NAME = "sound.m4a", "clip.mp4"
"""What the first and the last step leave in the job's folder."""

TRIES_NAME = "tries"
"""The folder in the job's where each try of a step has one of its own."""

_PARTS_NAME = "parts.json"  # the clip's parts in order: the one thing that tells joining where they are


@dataclass(frozen=True)
class Material:
    """What a clip is made of. `sources` and `infos` hold the edit's files by content hash, `voice` is a sound file."""

    edit: Edit
    sources: Mapping[str, Path]
    infos: Mapping[str, MediaInfo]
    voice: Path | None
    subtitles: Subtitles | None


def render_sound(material: Material, place: Workplace) -> SoundReport:
    """Make the clip's sound and leave it in the place's folder.

    A voice comes to -14 LUFS or the render ends; other sound that cannot comes near, and the report has a note of it.
    Raises `MediaError` for a source that is missing or has changed, `RenderError`, `StorageError` or `Cancelled`; then
    no process is left.
    """
    began = time.monotonic()
    _require_sources(material)
    sounding = {key: path for key, path in material.sources.items() if material.infos[key].audio is not None}
    edit = material.edit
    music = material.sources[edit.music.source] if edit.music else None
    quietest = QUIET_LUFS if material.voice is None and music is None else SILENT_LUFS
    with _try_at(place) as own:
        mixed = mix(edit, takes_of(edit, sounding), material.voice, own, music=music)
        sound, loudness = level(mixed, own, quietest=quietest, strict=material.voice is not None)
        settle(sound, place.folder / SOUND_NAME)
    place.control.report(1.0)
    note = shortfall(loudness)
    return SoundReport(loudness=loudness, seconds=_since(began), notes=(note,) if note else ())


def render_parts(material: Material, place: Workplace, max_parallel: int, pool: Pool | None = None) -> PartsReport:
    """Encode those parts of the clip that are neither in the place's folder nor in `pool`, `max_parallel` at once.

    Raises what `render_sound` raises, and `MediaError` for a source that ends too early. The parts that were finished
    stay; with the code render_memory, try again with fewer at once.
    """
    began = time.monotonic()
    _require_sources(material)
    edit = material.edit
    with _try_at(place) as own:
        captions = material.subtitles.prepare(own.folder, place.ffmpeg) if material.subtitles is not None else None
        files = (edit, material.sources, material.infos, place.folder)
        parts = parts_of(edit, decodable(*files), stamps_of(*files))
        done = encode_parts(parts, look_of(edit, captions), own, Shelf(place.folder), max_parallel, pool)
        names = [[file.name, part.frames.count] for file, part in zip(done.files, parts, strict=True)]
        write_text(place.folder / _PARTS_NAME, json.dumps(names))
    place.control.report(1.0)
    return PartsReport(
        frames=edit.frames,
        parts=len(parts),
        encoded=done.parts,
        encoded_frames=done.frames,
        seconds=_since(began),
    )


def render_join(material: Material, place: Workplace) -> Path:
    """Copy parts and sound in the place's folder together and return the clip, an MP4 there.

    Raises `RenderError` (part_broken), `StorageError` or `Cancelled`.
    """
    with _try_at(place) as own:
        files, frames = _parts_made(place.folder)
        clip = own.folder / CLIP_NAME
        join(files, frames, place.folder / SOUND_NAME, clip, place.control)
        settle(clip, place.folder / CLIP_NAME)
    place.control.report(1.0)
    return place.folder / CLIP_NAME


def _parts_made(folder: Path) -> tuple[list[Path], list[int]]:
    """Return the clip's parts in order, and their lengths in frames."""
    try:
        made = json.loads((folder / _PARTS_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        made = [["picture", 0]]
    files = [folder / name for name, _ in made]
    lost = next((file.name for file in files if not is_whole(file)), None)
    if lost is not None:
        raise RenderError(
            f"The {lost} of the clip is not there any more, or was changed.",
            hint="Render it again: what is whole is not encoded again.",
            subject=lost,
            code="part_broken",
        )
    return files, [frames for _, frames in made]


@contextmanager
def _try_at(place: Workplace) -> Iterator[Workplace]:
    """Give a workplace of this try's own inside the job's folder; what tries that died left is removed."""
    place.control.check()
    with storage_errors(place.folder), own_folder(place.folder / TRIES_NAME) as folder:
        yield replace(place, folder=folder)


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)


def _require_sources(material: Material) -> None:
    """Raise `MediaError` for a source that is not there or is another size than when it was probed."""
    for source in material.edit.sources:
        path, info = material.sources.get(source.content_hash), material.infos.get(source.content_hash)
        if path is None or info is None or not path.is_file():
            raise MediaError(
                f"The footage {source.name} is missing.",
                hint="Put it back, or name its folder with --source.",
                subject=source.name,
                code="source_missing",
            )
        if path.stat().st_size != info.size_bytes:
            raise MediaError(
                f"The footage {source.name} has changed since it was looked at.",
                hint="Bring back the file the edit was made from, or make the clip anew.",
                subject=source.name,
                code="source_changed",
            )
