"""Names in a person's folder: held by one job over crashes, and what is shown there under them, all or nothing.

A hold is a small file beside the name. It says which job holds it, where that has its folder, and, before the first
file is shown, which files will be new there: so whoever ends the job can take back what was its own, and nothing else.
The job's folder goes away when the job is cancelled, cleaned up or done; from then on the hold keeps nobody away.
"""

import contextlib
import hashlib
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from pydantic import Field

from app.errors import StorageError
from app.media.atomic import settle, storage_errors, write_text
from app.media.held import claim
from app.models.base import Record
from app.models.control import Control
from app.services.sources import quoted, unquoted

_HELD = ".held"
_DIGITS = 24
_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 5.0
"""How long a lock on a name is waited for by those who can do without: whoever has it syncs and renames four files."""
_AT_ONCE = 8 << 20


class Hold(Record):
    """What a hold says. `shown` has, by (quoted) name, the stamps of the files that the job made where none was."""

    job: str
    host: str
    folder: str
    shown: dict[str, tuple[str, ...]] = Field(default_factory=dict)


def hold_first(
    names: Iterable[Path], is_taken: Callable[[Path], bool], folder: Path, job_id: str, job_folder: Path
) -> Path | None:
    """Return the first of `names` in `folder` that is not taken and that nobody holds: the job holds it from now on.

    Asked again, the same job gets the same name. None when there is none. Raises `StorageError`.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        job_folder.mkdir(parents=True, exist_ok=True)
    own = next(_names_of(folder, job_id), None)
    if own is not None:
        return own

    def is_free(name: Path) -> bool:
        return not is_taken(name) and not _is_held(_hold_of(name))

    for name in names:
        if is_free(name):
            with _locked(name, _for_a_moment()) as mine:
                if mine and is_free(name):
                    told = Hold(job=job_id, host=socket.gethostname(), folder=quoted(job_folder.absolute()))
                    write_text(_hold_of(name), told.model_dump_json())
                    return name
    return None


def show(
    name: Path, files: Mapping[Path, Path], job_id: str, control: Control, *, is_taken: Callable[[], bool]
) -> None:
    """Rename finished files, each to its place at `name`, in the given order; nobody else can do so at the same time.

    The places are in `name`'s folder, and the files on its disk. Run again after a crash it completes the same. Raises
    `Cancelled` before the first one, and `StorageError`: out_taken when something else has come to stand there,
    out_lost when the job holds the name no longer.
    """

    def patient() -> bool:
        control.check()
        control.alive()
        return True

    with storage_errors(name), _locked(name, patient):
        told = _read(_hold_of(name))
        if told is None or told.job != job_id:
            raise StorageError(
                f"The name {name} is not kept for this job any more.",
                hint="Do it again: edit-factory jobs retry.",
                subject="out",
                code="out_lost",
            )
        if is_taken():
            raise StorageError(
                f"{name}, or a file beside it, has become something else.",
                hint="Take those files away, or choose another --out, and try again.",
                subject="out",
                code="out_taken",
            )
        control.check()
        write_text(_hold_of(name), _noted(told, files).model_dump_json())
        for made, place in files.items():
            settle(made, place)


def was_shown(name: Path, place: Path, job_id: str) -> bool:
    """Whether the file at `place` is one that the job showed there under `name`."""
    told = _read(_hold_of(name))
    return told is not None and told.job == job_id and _is_of(told, place)


def let_go(folder: Path, job_id: str) -> None:
    """Let go of every name in `folder` that the job holds; what it showed stays. Another try may still be writing."""
    _end(folder, job_id, lambda told: None)


def take_back(folder: Path, job_id: str, *, keep: bool = False) -> None:
    """Remove what the job left half-written in `folder`, let go of its names, and, unless `keep`, what it showed there.

    A file that was there before the job, or that somebody has changed since, stays. What cannot be removed now is left
    to the clean-up.
    """
    with contextlib.suppress(OSError):
        for left in folder.glob(f"{beside_prefix(job_id)}*"):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)

    def remove(told: Hold) -> None:
        for key in () if keep else told.shown:
            place = folder / Path(os.fsdecode(unquote_to_bytes(key))).name
            if _is_of(told, place):
                place.unlink(missing_ok=True)

    _end(folder, job_id, remove)


def left_in(folder: Path) -> dict[str, list[Path]]:
    """Return the holds and half-written files in `folder`, by `beside_prefix` of the job whose they are."""
    found: dict[str, list[Path]] = {}
    with contextlib.suppress(OSError):
        for place in sorted(folder.glob(".*")):
            if place.name.endswith(_HELD):
                told = _read(place)
                prefix = beside_prefix(told.job) if told else ""
            else:
                prefix = place.name[: _DIGITS + 2]
            found.setdefault(prefix, []).append(place)
    return found


def beside_prefix(job_id: str) -> str:
    """Return how the names of a job's own folders beside what it shows begin: ids may hold any characters."""
    return f".{hashlib.sha256(job_id.encode()).hexdigest()[:_DIGITS]}."


def bring(source: Path, target: Path, control: Control) -> None:
    """Copy a file in pieces. Raises `OSError` or `Cancelled`."""
    with source.open("rb") as read, target.open("xb") as write:
        while piece := read.read(_AT_ONCE):
            control.check()
            control.alive()
            write.write(piece)


def _end(folder: Path, job_id: str, last: Callable[[Hold], None]) -> None:
    """Remove the job's holds, after `last` was done with each."""
    for name in list(_names_of(folder, job_id)):
        with contextlib.suppress(OSError, StorageError), _locked(name, _for_a_moment()) as mine:
            told = _read(_hold_of(name))
            if mine and told is not None and told.job == job_id:
                last(told)
                _hold_of(name).unlink(missing_ok=True)


def _noted(told: Hold, files: Mapping[Path, Path]) -> Hold:
    """Return the hold with the stamps of files that are about to be shown where none was before this job."""
    shown = dict(told.shown)
    for made, place in files.items():
        key = _key(place)
        if key in shown or not place.exists():
            shown[key] = (*shown.get(key, ()), _stamp(made))
    return told.evolve(shown=shown)


def _is_of(told: Hold, place: Path) -> bool:
    with contextlib.suppress(OSError):
        return _stamp(place) in told.shown.get(_key(place), ())
    return False


def _key(place: Path) -> str:
    """Return the file's name as JSON can hold it, whatever its bytes."""
    return quote(os.fsencode(place.name))


def _stamp(place: Path) -> str:
    """Return what stays the same when a file is renamed, and changes when it is written or replaced."""
    found = place.stat()
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"


def _is_held(hold: Path) -> bool:
    """Whether a job that is not done holds the name; of one on another machine nothing can be said, so it does."""
    told = _read(hold)
    if told is None or told.host != socket.gethostname():
        return hold.exists()
    return unquoted(told.folder).is_dir()


def _names_of(folder: Path, job_id: str) -> Iterator[Path]:
    for hold in sorted(folder.glob(f".*{_HELD}")):
        told = _read(hold)
        if told is not None and told.job == job_id:
            yield folder / hold.name.removeprefix(".").removesuffix(_HELD)


def _read(hold: Path) -> Hold | None:
    try:
        return Hold.model_validate_json(hold.read_bytes())
    except (OSError, ValueError):
        return None


@contextmanager
def _locked(name: Path, goes_on: Callable[[], bool]) -> Iterator[bool]:
    """Give whether this process alone may change what stands under the name; it is tried for while `goes_on`."""
    while True:
        with claim(_lock_of(name)) as mine:
            if mine or not goes_on():
                yield mine
                return
        time.sleep(_LOOK_SECONDS)


def _for_a_moment() -> Callable[[], bool]:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    return lambda: time.monotonic() < deadline


def _hold_of(name: Path) -> Path:
    return name.with_name(f".{name.name}{_HELD}")


def _lock_of(name: Path) -> Path:
    return name.with_name(f".{name.name}.lock")
