"""Where a clip goes: its files, space for it, and a folder to work in."""

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.config import Settings
from app.editing.document import read_edit
from app.errors import EditError, StorageError
from app.media.atomic import storage_errors
from app.media.held import own_folder
from app.models.edit import Edit
from app.services.sources import unquoted

BYTES_PER_PIXEL = 0.06
"""Room for one pixel of one frame: measured 0.011 (draft), 0.021 (standard), 0.032 (high) on grainy footage."""

_JOBS, _CLIPS = "jobs", "clips"
_ENDINGS = {"mp4": ".mp4", "srt": ".srt", "jpg": ".jpg", "edit": ".edit.json"}


def files_of(stem: Path) -> dict[str, Path]:
    """Return the places of a clip's files by kind."""
    return {kind: stem.with_name(stem.name + ending) for kind, ending in _ENDINGS.items()}


def clips_folder(data_dir: Path, name: str) -> Path:
    """Return the folder in which the clips of one job, or one clip's newest render, are; nothing else is in it."""
    return data_dir / _CLIPS / name


def remove_files(settings: Settings, files: Mapping[str, str]) -> None:
    """Remove a clip's files (by kind, in URL quoting) as far as they are ours, and the folders that become empty.

    What lies in a person's own folder stays: there it is theirs. What cannot be removed now is left to the clean-up.
    """
    own = settings.data_dir / _CLIPS
    for place in map(unquoted, files.values()):
        if own in place.parents:
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)
                place.parent.rmdir()


def is_taken(stem: Path, edit: Edit) -> bool:
    """Whether a file that is not of `edit`'s own clip has one of the names at `stem`."""
    places = files_of(stem)
    return any(place.exists() for place in places.values()) and not _holds(places["edit"], edit)


def _holds(place: Path, edit: Edit) -> bool:
    try:
        return read_edit(place.read_text(encoding="utf-8")) == edit
    except (OSError, EditError, UnicodeDecodeError):
        return False


def require_space(folder: Path, edits: Sequence[Edit]) -> None:
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


def job_folder(data_dir: Path, job_id: str) -> Path:
    """Return the folder in which a job keeps what it has finished, until it ends; ids may hold any characters."""
    return data_dir / "work" / _JOBS / hashlib.sha256(job_id.encode()).hexdigest()[:32]


@contextmanager
def work_folder(data_dir: Path) -> Iterator[Path]:
    """Give a folder of this run's own under the data folder, and remove it; also those that dead runs left."""
    with own_folder(data_dir / "work", frozenset([_JOBS])) as folder:
        yield folder
