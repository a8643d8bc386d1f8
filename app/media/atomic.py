"""Files that appear whole or not at all, and what the operating system says about disks in words for a person."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import StorageError


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Turn what the operating system says about `place` into a `StorageError` a person can act on."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        if full:
            message = f"There is no space left on the disk that holds {place}."
            hint = "Free some space or choose another folder, then run the same command again."
        else:
            message = f"{place} cannot be written: {os.strerror(error.errno) if error.errno else error}."
            hint = "Choose a folder that you may write to."
        raise StorageError(message, hint=hint, subject=str(place), code="disk_full" if full else None) from error


@contextmanager
def new_file(place: Path) -> Iterator[Path]:
    """Give a temporary path beside `place`; when the block ends well it is synced and renamed to `place`.

    Raises `StorageError` when the folder cannot be made or written. On any failure nothing is left behind.
    """
    with storage_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{place.stem[:40]}.", suffix=f".tmp{place.suffix}", dir=place.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            settle(temporary, place)
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()


def settle(made: Path, place: Path) -> None:
    """Give a finished file of the same disk the name `place`, once its bytes are on the disk. Raises `OSError`."""
    with made.open("rb") as stream:
        os.fsync(stream.fileno())
    made.chmod(0o644)
    made.replace(place)


def write_text(place: Path, text: str) -> None:
    """Write `text` as UTF-8 to `place`, whole or not at all."""
    with new_file(place) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
