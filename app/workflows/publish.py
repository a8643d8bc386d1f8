"""Render an edit document and publish what comes of it: all four files, or none."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.config import Settings
from app.data import caption_styles, find, presets
from app.editing.document import edit_json, read_edit
from app.editing.srt import write_srt
from app.errors import EditError, StorageError
from app.media.ass import ass_document
from app.media.atomic import new_file, storage_errors
from app.media.check import check_clip
from app.media.ffmpeg import Limits, find_ffmpeg
from app.media.fonts import copy_fonts
from app.media.parts import parts_of
from app.media.poster import poster
from app.media.render import Subtitles, decodable, render
from app.models.base import Record
from app.models.control import Control
from app.models.edit import Edit
from app.models.media import MediaInfo
from app.models.report import CheckReport, RenderReport

BYTES_PER_PIXEL = 0.12
"""Upper estimate of what x264 writes for one pixel of one frame at crf 18 (grainy footage, measured)."""


class Published(Record):
    """The files of a clip by kind (mp4, srt, jpg, edit) and what rendering and checking it told."""

    files: dict[str, Path]
    report: RenderReport
    checks: CheckReport


def publish(
    edit: Edit,
    *,
    sources: Mapping[str, tuple[Path, MediaInfo]],
    voice: Path | None,
    stem: Path,
    settings: Settings,
    control: Control,
) -> Published:
    """Render `edit`, check it, and only then show `stem`.mp4, .srt, .jpg and .edit.json.

    `sources` holds the file of each content hash. A clip that fails its check raises `CheckFailed`; whatever
    fails, nothing is left behind.
    """
    require_space(stem.parent, [edit])
    ffmpeg = find_ffmpeg(settings.ffmpeg)
    limits = Limits(memory_mb=settings.ffmpeg_memory_mb, max_pixels=settings.max_pixels)
    places, subtitles = files_of(stem), subtitles_of(edit)
    with ExitStack() as stack, work_folder(settings.data_dir) as work:
        new = {kind: stack.enter_context(new_file(place)) for kind, place in places.items()}
        paths = {key: path for key, (path, _) in sources.items()}
        infos = {key: info for key, (_, info) in sources.items()}
        report = render(
            edit,
            paths,
            infos,
            voice,
            subtitles,
            new["mp4"],
            work,
            ffmpeg=ffmpeg,
            max_parallel=settings.max_parallel,
            limits=limits,
            control=control.part(0.0, 0.9),
        )
        checks = check_clip(
            new["mp4"],
            edit,
            parts_of(edit, decodable(edit, paths, infos)),
            ffmpeg=ffmpeg,
            control=control.part(0.9, 1.0),
            work=work,
            subtitles=subtitles,
            limits=limits,
        )
        checks.require()
        poster(new["mp4"], edit.poster_frame, new["jpg"], ffmpeg=ffmpeg, control=control, limits=limits)
        new["srt"].write_text(write_srt(edit.captions.cues if edit.captions else ()), encoding="utf-8")
        new["edit"].write_text(edit_json(edit), encoding="utf-8")
    return Published(files=places, report=report, checks=checks)


def files_of(stem: Path) -> dict[str, Path]:
    """Return the places of a clip's files by kind; the finished clip is the last to be shown."""
    endings = {"mp4": ".mp4", "srt": ".srt", "jpg": ".jpg", "edit": ".edit.json"}
    return {kind: stem.with_name(stem.name + ending) for kind, ending in endings.items()}


def free_stem(folder: Path, edit: Edit) -> Path:
    """Return where a clip may be written: by its name, with a number behind it where another clip has that name.

    A clip of the same edit is replaced, since it is the same clip; any other is never touched.
    """
    for number in range(1, 10_000):
        stem = folder / (edit.name if number == 1 else f"{edit.name}-{number}")
        places = files_of(stem)
        if not any(place.exists() for place in places.values()) or _holds(places["edit"], edit):
            return stem
    raise StorageError(f"{folder} is full of clips named {edit.name}.", hint="Choose another --out.", subject="out")


def _holds(place: Path, edit: Edit) -> bool:
    try:
        return read_edit(place.read_text(encoding="utf-8")) == edit
    except (OSError, EditError, UnicodeDecodeError):
        return False


def subtitles_of(edit: Edit) -> Subtitles | None:
    """Return the captions as the renderer draws them, or None for a clip without."""
    if edit.captions is None or not edit.captions.burnt or not edit.captions.cues:
        return None
    style = find("caption style", caption_styles(), edit.captions.style)
    preset = find("preset", presets(), edit.preset)
    text = ass_document(edit.captions, style, edit.canvas, preset)
    return Subtitles(text, lambda folder: copy_fonts(style, folder))


def require_space(folder: Path, edits: list[Edit]) -> None:
    """Raise `StorageError` when `folder` cannot be written or has less space than the clips may take."""
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    pixels = sum(edit.canvas.width * edit.canvas.height * edit.frames for edit in edits)
    needed = int(pixels * BYTES_PER_PIXEL) + (1 << 20)
    if free < needed:
        raise StorageError(
            f"The clips may need {needed >> 20} MB, and the disk that holds {folder} has {free >> 20} MB left.",
            hint="Free some space, choose another --out, make fewer clips, or use --quality draft.",
            subject="out",
            code="disk_full",
        )


@contextmanager
def work_folder(data_dir: Path) -> Iterator[Path]:
    """Give a folder of this run's own under the data folder, and remove it; also those that dead runs left."""
    parent = data_dir / "work"
    with storage_errors(parent):
        parent.mkdir(parents=True, exist_ok=True)
        for old in parent.iterdir():
            if not _alive(old.name.split("-")[0]):
                shutil.rmtree(old, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
