"""Files that are kept, named by the hash of their content; and records cached by the hash of what made them.

Both become visible only when complete: they are written beside their place and renamed.
"""

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from app.errors import StorageError
from app.models.base import Record

R = TypeVar("R", bound=Record)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
            with temporary.open("rb") as stream:
                os.fsync(stream.fileno())
            temporary.chmod(0o644)
            temporary.replace(place)
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()


def write_text(place: Path, text: str) -> None:
    """Write `text` as UTF-8 to `place`, whole or not at all."""
    with new_file(place) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


class ContentStore:
    """Files by content hash under one folder: `ab/abcdef….wav`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, content_hash: str, suffix: str) -> Path:
        """Return where a file of that content is, or would be."""
        return self.folder / content_hash[:2] / f"{content_hash}{suffix}"

    def find(self, content_hash: str, suffix: str) -> Path | None:
        """Return the file when it is stored."""
        place = self.place(content_hash, suffix)
        return place if place.is_file() else None

    def add(self, data: bytes, suffix: str) -> str:
        """Store bytes and return their hash; the same bytes are stored once."""
        content_hash = hashlib.sha256(data).hexdigest()
        if self.find(content_hash, suffix) is None:
            with new_file(self.place(content_hash, suffix)) as temporary:
                temporary.write_bytes(data)
        return content_hash


class RecordCache:
    """Records by key under one folder. A record that no longer fits its type is as good as absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _place(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def get(self, key: str, kind: type[R]) -> R | None:
        """Return the record stored under `key`, or None."""
        try:
            return kind.model_validate_json(self._place(key).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def put(self, key: str, record: Record) -> None:
        """Store `record` under `key`."""
        write_text(self._place(key), record.model_dump_json())
