"""The name of a clip that is being made: chosen once, held over crashes until its files are there, then let go.

The hold is a small file beside the clip that names the job and its folder. The folder goes away when the job is
cancelled, cleaned up or done; from then on the hold means nothing, so that no name is lost for ever.
"""

import contextlib
import glob
import hashlib
import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from app.errors import StorageError
from app.media.atomic import storage_errors, write_text
from app.media.held import claim
from app.models.edit import Edit
from app.services.sources import quoted, unquoted
from app.workflows.places import is_taken

_HELD = ".held"


def choose_stem(folder: Path, edit: Edit, job_id: str, job_folder: Path) -> Path:
    """Return a name in `folder` (a path without ending) for the clip of `edit`, which the job holds from now on.

    Asked again, the same job gets the same name. A name has a number behind it where another clip has it, or another
    job holds it; a clip of the same edit is replaced, since it is the same clip. Raises `StorageError`.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        job_folder.mkdir(parents=True, exist_ok=True)
    own = next(_holds_of(folder, edit, job_id), None)
    if own is not None:
        return own
    for number in range(1, 10_000):
        stem = folder / (edit.name if number == 1 else f"{edit.name}-{number}")
        if _is_free(stem, edit):
            with claim(_lock_of(stem)) as mine:
                if mine and _is_free(stem, edit):
                    write_text(_hold_of(stem), json.dumps(_told(job_id, job_folder)))
                    return stem
    raise StorageError(f"{folder} is full of clips named {edit.name}.", hint="Choose another --out.", subject="out")


def release_stem(folder: Path, edit: Edit, job_id: str) -> None:
    """Let go of every name in `folder` that the job holds, and remove what it left half-written there."""
    for left in folder.glob(f"{beside_prefix(job_id)}*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    let_go(folder, edit, job_id)


def let_go(folder: Path, edit: Edit, job_id: str) -> None:
    """Let go of every name in `folder` that the job holds; another try of it may still be writing there."""
    for stem in _holds_of(folder, edit, job_id):
        _hold_of(stem).unlink(missing_ok=True)


def beside_prefix(job_id: str) -> str:
    """Return how the names of a job's own folders beside its clip begin: ids may hold any characters."""
    return f".{hashlib.sha256(job_id.encode()).hexdigest()[:24]}."


def _is_free(stem: Path, edit: Edit) -> bool:
    return not is_taken(stem, edit) and not _is_held(_hold_of(stem))


def _is_held(hold: Path) -> bool:
    """Whether a job that is not done holds the name; of one on another machine nothing can be said, so it does."""
    told = _read(hold)
    here = told.get("host") == socket.gethostname()
    return hold.exists() and not (here and not unquoted(told.get("folder", "")).is_dir())


def _holds_of(folder: Path, edit: Edit, job_id: str) -> Iterator[Path]:
    for hold in sorted(folder.glob(f".{glob.escape(edit.name)}*{_HELD}")):
        if _read(hold).get("job") == job_id:
            yield folder / hold.name.removeprefix(".").removesuffix(_HELD)


def _told(job_id: str, job_folder: Path) -> dict[str, str]:
    return {"job": job_id, "host": socket.gethostname(), "folder": quoted(job_folder.absolute())}


def _read(hold: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        told = json.loads(hold.read_text(encoding="utf-8"))
        if isinstance(told, dict):
            return {str(key): str(value) for key, value in told.items()}
    return {}


def _hold_of(stem: Path) -> Path:
    return stem.with_name(f".{stem.name}{_HELD}")


def _lock_of(stem: Path) -> Path:
    return stem.with_name(f".{stem.name}.lock")
