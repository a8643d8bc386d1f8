"""Writing a file that comes: by one writer at a time, whatever process; what it says to be there is on the disk."""

import fcntl
import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from app.errors import InputError, StorageError
from app.media.atomic import storage_errors


class Incoming:
    """A file in the quarantine, open for writing; `cut` says from which byte on.

    It is held until `close`, or until the process dies. Raises `InputError` (upload_busy) when somebody else holds
    it, and every method `StorageError` when the disk does not do what it should. What is written is hashed with
    `algorithm`, one of hashlib's.
    """

    def __init__(self, place: Path, algorithm: str = "sha256") -> None:
        self._place = place
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self.received = 0
        with storage_errors(place):
            self._handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._hold()
        except BaseException:
            os.close(self._handle)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Append bytes."""
        rest = memoryview(block)
        self._hash.update(rest)
        with storage_errors(self._place):
            while rest:
                rest = rest[os.write(self._handle, rest) :]
        self.received += len(block)

    def sync(self) -> int:
        """Have all of it on the disk, and return how many bytes that are."""
        with storage_errors(self._place):
            os.fsync(self._handle)
        return self.received

    def digest(self) -> bytes:
        """Return the hash of what was written since it was opened."""
        return self._hash.digest()

    def cut(self, offset: int) -> None:
        """Go to byte `offset`, and drop what is behind it. Raises `StorageError` (upload_lost) if there is less."""
        with storage_errors(self._place):
            if os.fstat(self._handle).st_size < offset:
                raise StorageError(
                    "What was received of this upload is gone.", hint="Send it anew.", code="upload_lost"
                )
            os.ftruncate(self._handle, offset)
            os.lseek(self._handle, offset, os.SEEK_SET)
        self.received = offset

    def close(self) -> None:
        """Let go of it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _hold(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                "Somebody else sends a part of this upload right now.",
                hint="Wait until that has ended, ask for the offset with HEAD, and go on from there.",
                subject="upload_id",
                code="upload_busy",
            ) from error
        except OSError:  # ENOLCK and the like: no locks on this file system
            return
