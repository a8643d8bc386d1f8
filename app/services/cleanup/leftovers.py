"""Files that nobody will finish or read: half-written ones of dead processes, work folders of dead runs, old logs.

Each function returns what there is now; each `is_...` says it of one place, and is asked again right before removal.
"""

import contextlib
import fcntl
import os
import re
import time
from pathlib import Path

LEFT_SECONDS = 86_400.0
"""Nobody writes a file without touching it for a day."""

LOG_SECONDS = 30 * 86_400.0

JOBS = "jobs"
"""The folder among the work folders in which jobs have theirs."""

_OWN = ("backups", "cache", "library", "logs")
_HALF = re.compile(r".+\.tmp|\..+\.[a-z0-9_]{8}\.tmp(\.[^.]+)?", re.DOTALL)
_LOG = re.compile(r"error-\d{8}-\d{6}(-\d+)?\.txt")


def half_written(data_dir: Path) -> list[Path]:
    """Return the temporary files in the data folder's own places that nobody has touched for a day, and lost locks."""
    tops = [data_dir / name for name in _OWN]
    found = [Path(folder, name) for top in tops for folder, _, names in os.walk(top) for name in names]
    return sorted(path for path in (*found, *_listed(data_dir / "work")) if is_half_written(path))


def is_half_written(path: Path) -> bool:
    """Whether it is, by its name, a temporary file that was left, or the lock of a run whose folder is gone."""
    lost_lock = path.parent.name == "work" and path.suffix == ".lock" and not path.with_suffix("").exists()
    return (lost_lock or bool(_HALF.fullmatch(path.name))) and path.is_file() and age_of(path) > LEFT_SECONDS


def dead_runs(data_dir: Path) -> list[Path]:
    """Return the work folders of runs that died at least a day ago."""
    return [path for path in folders_in(data_dir / "work") if path.name != JOBS and is_dead_run(path)]


def folders_in(place: Path) -> list[Path]:
    """Return the folders in `place` by name, links to others left out."""
    return sorted(path for path in _listed(place) if path.is_dir() and not path.is_symlink())


def is_dead_run(folder: Path) -> bool:
    """Whether it is a run's work folder whose lock nobody holds and in which nothing was written for a day."""
    return min(map(age_of, (folder, *_listed(folder)))) > LEFT_SECONDS and not _is_held(lock_of(folder))


def lock_of(folder: Path) -> Path:
    """Return the file that a run holds while it works in the folder."""
    return folder.with_name(f"{folder.name}.lock")


def _is_held(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or no locks on this file system: then nobody can tell
        return True
    finally:
        os.close(handle)
    return False


def old_logs(data_dir: Path) -> list[Path]:
    """Return the notes of errors that are older than 30 days."""
    return sorted(path for path in _listed(data_dir / "logs") if is_old_log(path))


def is_old_log(path: Path) -> bool:
    """Whether it is an error's note, by its name, that is old."""
    return bool(_LOG.fullmatch(path.name)) and age_of(path) > LOG_SECONDS


def size_of(place: Path) -> int:
    """Return the bytes of a file, or of all files in a folder; links are not followed."""
    with contextlib.suppress(OSError):
        if place.is_symlink() or not place.is_dir():
            return place.lstat().st_size
        inside = (Path(folder, name) for folder, _, names in os.walk(place) for name in names)
        return sum(map(size_of, inside))
    return 0


def age_of(path: Path) -> float:
    """Return the seconds since the file was written, -1 when it is gone."""
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return -1.0


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # gone, or not ours to read
        return []
