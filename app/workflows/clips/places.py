"""Where a clip goes: its files, space for it, and a folder to work in."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.editing.document import read_edit
from app.errors import EditError, StorageError
from app.media.atomic import storage_errors
from app.media.held import own_folder
from app.models.edit import Edit

BYTES_PER_PIXEL = 0.06
"""Room for one pixel of one frame: measured 0.011 (draft), 0.021 (standard), 0.032 (high) on grainy footage."""

_JOBS = "jobs"
_ENDINGS = {"mp4": ".mp4", "srt": ".srt", "jpg": ".jpg", "edit": ".edit.json"}


def files_of(stem: Path) -> dict[str, Path]:
    """Return the places of a clip's files by kind."""
    return {kind: stem.with_name(stem.name + ending) for kind, ending in _ENDINGS.items()}


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
