"""An edit document and its files in, one finished MP4 out.

Sound first (it is quick, and a voice that cannot be read is best known early), then every shot once through the
encoder, then packets are copied together. The clip appears under its name only when it is whole.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from app.errors import MediaError
from app.media.atomic import storage_errors
from app.media.colours import read_colours
from app.media.containers import MAX_PIXELS, no_picture, open_media, picture_stream
from app.media.ffmpeg import Ffmpeg, Limits, Workplace
from app.media.join import join
from app.media.loudness import QUIET_LUFS, SILENT_LUFS, level
from app.media.parts import Source, encode_parts, parts_of
from app.media.seeking import WITHOUT_INDEX
from app.media.sound import mix, takes_of
from app.media.subtitles import Subtitles
from app.models.control import Control
from app.models.edit import Edit
from app.models.media import MediaInfo
from app.models.report import Loudness, RenderReport

__all__ = ["Subtitles", "render"]

_SOUND, _PICTURE = 0.03, 0.98
"""Shares of the whole at which sound and picture are done (measured: 3 % and 95 % of the time of a 20 s clip)."""


def render(
    edit: Edit,
    sources: Mapping[str, Path],
    infos: Mapping[str, MediaInfo],
    voice: Path | None,
    subtitles: Subtitles | None,
    out: Path,
    work: Path,
    *,
    ffmpeg: Ffmpeg,
    max_parallel: int,
    limits: Limits,
    control: Control,
) -> RenderReport:
    """Render `edit` to `out` (MP4). `sources` and `infos` hold its files by content hash, `voice` is a sound file.

    Works in a folder of its own under `work`, which is removed whatever happens. Raises `MediaError` for a source
    that is missing, has changed or ends too early, `RenderError`, `StorageError` or `Cancelled`; then `out` is
    untouched and no process is left.
    """
    _require_sources(edit, sources, infos)
    with _job_folder(work) as folder, storage_errors(folder):
        if subtitles is not None:
            subtitles.write(folder, ffmpeg)
        place = Workplace(ffmpeg, folder, limits, control)
        started = [time.monotonic()]
        sound, loudness = _sound(edit, sources, infos, voice, place)
        control.report(_SOUND)
        started.append(time.monotonic())
        parts = parts_of(edit, decodable(edit, sources, infos))
        files = encode_parts(edit, parts, place.watched_by(control.part(_SOUND, _PICTURE)), max_parallel)
        started.append(time.monotonic())
        join(files, [shot.frames for shot in edit.shots], sound, out, control)
        started.append(time.monotonic())
    control.report(1.0)
    return RenderReport(
        frames=edit.frames,
        parts=len(parts),
        encoded_bytes=out.stat().st_size,
        seconds=dict(zip(("sound", "picture", "join"), _steps(started), strict=True)),
        loudness=loudness,
    )


def _sound(
    edit: Edit,
    sources: Mapping[str, Path],
    infos: Mapping[str, MediaInfo],
    voice: Path | None,
    place: Workplace,
) -> tuple[Path, Loudness]:
    sounding = {key: path for key, path in sources.items() if infos[key].audio is not None}
    quietest = QUIET_LUFS if voice is None else SILENT_LUFS
    return level(mix(edit, takes_of(edit, sounding), voice, place), place, quietest=quietest)


def decodable(edit: Edit, sources: Mapping[str, Path], infos: Mapping[str, MediaInfo]) -> dict[str, Source]:
    """Return the files an edit takes from, with what decoding them needs to know. Raises `MediaError`."""
    used = {shot.source for shot in edit.shots}
    names = {source.content_hash: source.name for source in edit.sources}
    return {key: _decodable(sources[key], names[key], infos[key]) for key in sorted(used)}


def _decodable(path: Path, name: str, info: MediaInfo) -> Source:
    max_pixels = max(MAX_PIXELS, info.coded_width * info.coded_height)  # what probing let in may be opened again
    with open_media(path, max_pixels) as container:
        stream = picture_stream(container)
        if stream is None:
            raise no_picture(path)
        return Source(
            path,
            name,
            read_colours(stream),
            stream=stream.index,
            indexed=container.format.name not in WITHOUT_INDEX,
            max_pixels=max_pixels,
            variable_rate=info.variable_frame_rate,
            turn=info.rotation if info.rotation_by_tag else 0,
        )


def _require_sources(edit: Edit, sources: Mapping[str, Path], infos: Mapping[str, MediaInfo]) -> None:
    """Raise `MediaError` for a source that is not there or is another size than when it was probed."""
    for source in edit.sources:
        path, info = sources.get(source.content_hash), infos.get(source.content_hash)
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


@contextmanager
def _job_folder(work: Path) -> Iterator[Path]:
    with storage_errors(work):
        work.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="render-", dir=work))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _steps(times: list[float]) -> list[float]:
    return [round(after - before, 3) for before, after in pairwise(times)]
