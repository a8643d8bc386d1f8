"""Files that are kept, named by the hash of their content; and records cached by the hash of what made them.

Both become visible only when complete.
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from app.media.atomic import new_file, write_text
from app.media.held import claim
from app.models.base import Record

__all__ = ["ContentStore", "RecordCache", "claim"]

R = TypeVar("R", bound=Record)


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
    """Records by key (a hash) under one folder. A record that no longer fits its type is as good as absent.

    `used` is told of each file that was read or written, where somebody counts which are used.
    """

    def __init__(self, folder: Path, used: Callable[[Path], None] = lambda path: None) -> None:
        self.folder = folder
        self._used = used

    def _place(self, key: str) -> Path:
        if re.fullmatch("[0-9A-Za-z-]{1,64}", key) is None:  # else it might lead out of the folder
            raise ValueError(f"{key!r} is no key")
        return self.folder / key[:2] / f"{key}.json"

    def get(self, key: str, kind: type[R]) -> R | None:
        """Return the record stored under `key`, or None."""
        place = self._place(key)
        try:
            record = kind.model_validate_json(place.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        self._used(place)
        return record

    def put(self, key: str, record: Record) -> None:
        """Store `record` under `key`."""
        place = self._place(key)
        write_text(place, record.model_dump_json())
        self._used(place)
