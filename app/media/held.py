"""Things that a process holds while it lives: the kernel lets go of them when it dies, however it dies."""

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.media.atomic import storage_errors
from app.models.control import Control

_LOOK_AGAIN = 0.2  # seconds between two looks whether it is free


@contextmanager
def claim(place: Path) -> Iterator[bool]:
    """Give whether this process now holds `place`, a file that exists only to be held; nobody waits.

    The kernel lets go of it when the process dies, however it dies. On a file system without locks everybody holds it.
    Raises `StorageError` when the file cannot be made.
    """
    handle = _held(place)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            place.unlink(missing_ok=True)
            os.close(handle)


@contextmanager
def in_turn(place: Path, control: Control) -> Iterator[None]:
    """Hold `place` as `claim` does, after whoever holds it now. Raises `StorageError`, and `Cancelled` in waiting."""
    with storage_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with claim(place) as mine:
            if mine:
                yield
                return
        control.check()
        control.alive()
        time.sleep(_LOOK_AGAIN)


def _held(place: Path) -> int | None:
    while True:
        with storage_errors(place):
            handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        except OSError:  # ENOLCK and the like: no locks here
            return handle
        if _is_at(handle, place):
            return handle
        os.close(handle)  # its holder took it away between our two calls: this is another file now


def _is_at(handle: int, place: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), place.stat())
    except FileNotFoundError:
        return False


@contextmanager
def own_folder(parent: Path, kept: frozenset[str] = frozenset(), prefix: str = "") -> Iterator[Path]:
    """Give a new folder under `parent`, and remove it in the end; also those of processes that died.

    Its name begins with `prefix`; what does not is something else, as are the names in `kept`. Raises `StorageError`
    when it cannot be made.
    """
    with storage_errors(parent):
        parent.mkdir(parents=True, exist_ok=True)
        _remove_dead(parent, kept, prefix)
    while True:
        folder = parent / f"{prefix}{uuid.uuid4().hex}"
        with claim(_lock_of(folder)) as mine:
            if not mine:  # another one just looks whether it is dead
                continue
            with storage_errors(folder):
                folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            return


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _remove_dead(parent: Path, kept: frozenset[str], prefix: str) -> None:
    """Remove the folders whose lock nobody holds; a lock is made before its folder, so none is taken for dead."""
    names = {place.name.removesuffix(".lock") for place in parent.iterdir() if place.name.startswith(prefix)}
    for name in names - kept:
        with claim(_lock_of(parent / name)) as dead:
            if dead and (parent / name).exists():
                shutil.rmtree(parent / name, ignore_errors=True)
