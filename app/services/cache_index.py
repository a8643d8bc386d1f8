"""When each cached file was last used: what was not used for longest goes first when the cache is over its limit.

The files are the truth and the index only adds when they were used: a file that it lacks counts as last used when it
was written, and a row whose file is gone means nothing.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from app.config import Settings
from app.db import Database, open_database
from app.db.tables import cache_entries
from app.db.types import now
from app.errors import StorageError
from app.models.base import Record

TOUCH_SECONDS = 3600.0
"""At most one write an hour for each file, however often it is used: a file may have been used this much later."""

_VOICES = Path("library", "voices")
_MOST_AT_ONCE = 500


class CacheEntry(Record):
    """A cached file: its path under the data folder, its kind (the folder it is in), its size, its last use."""

    name: str
    kind: str
    bytes: int
    used_at: datetime


class CacheIndex:
    """The index of one data folder; its database is opened when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.data_dir

    def touch(self, path: Path) -> None:
        """Note that a file of the cache is used now. Never fails: without the note it only goes earlier."""
        if not _is_due(str(path)):
            return
        with contextlib.suppress(StorageError, OSError):
            name, size = path.relative_to(self._folder).as_posix(), path.stat().st_size
            known = self._used([name]).get(name)
            age = (now() - known).total_seconds() if known else TOUCH_SECONDS
            if age >= TOUCH_SECONDS:
                self._note(name, size)
                age = 0.0
            _noted(str(path), age)

    def entries(self) -> list[CacheEntry]:
        """Return every file of the cache, and every kept voice, the one not used for longest first."""
        found = dict(self._walk())
        used = self._used(found)
        entries = [
            CacheEntry(name=name, kind=_kind(name), bytes=size, used_at=max(written, used.get(name, written)))
            for name, (size, written) in found.items()
        ]
        return sorted(entries, key=lambda entry: (entry.used_at, entry.name))

    def over_limit(self, limit: int, is_needed: Callable[[CacheEntry], bool]) -> list[CacheEntry]:
        """Return what must go so that at most `limit` bytes are left, the one not used for longest first.

        A needed file of the cache counts and stays; a needed voice belongs to the library and does not count.
        """
        entries = [(entry, is_needed(entry)) for entry in self.entries()]
        entries = [(entry, needed) for entry, needed in entries if not (needed and entry.kind == "voices")]
        total = sum(entry.bytes for entry, _ in entries)
        chosen = []
        for entry, needed in entries:
            if total > limit and not needed:
                chosen.append(entry)
                total -= entry.bytes
        return chosen

    def last_use(self, name: str) -> datetime | None:
        """Return when the file was last used; None when it is gone."""
        try:
            written = _written(self._folder / name)
        except OSError:
            return None
        return max(written, self._used([name]).get(name, written))

    def forget(self, names: Iterable[str]) -> None:
        """Remove the rows of files that are gone."""
        wanted = list(names)
        with self._database().write() as connection:
            for some in _chunks(wanted):
                connection.execute(delete(cache_entries).where(cache_entries.c.path.in_(some)))

    def forget_lost(self) -> int:
        """Remove the rows whose files are gone, by whomever; return how many."""
        with self._database().read() as connection:
            known = connection.execute(select(cache_entries.c.path)).scalars().all()
        lost = [name for name in known if not (self._folder / name).exists()]
        self.forget(lost)
        return len(lost)

    def _database(self) -> Database:
        return open_database(self._settings)

    def _walk(self) -> Iterator[tuple[str, tuple[int, datetime]]]:
        for top in (self._folder / "cache", self._folder / _VOICES):
            for folder, _, files in os.walk(top):
                for file in files:
                    path = Path(folder, file)
                    name = path.relative_to(self._folder).as_posix()
                    if (
                        file.startswith(".") or file.endswith(".tmp") or not name.isascii()
                    ):  # half-written, none of ours
                        continue
                    with contextlib.suppress(OSError):  # gone meanwhile
                        yield name, (path.lstat().st_size, _written(path))

    def _used(self, names: Iterable[str]) -> dict[str, datetime]:
        wanted, found = list(names), {}
        with self._database().read() as connection:
            for some in _chunks(wanted):
                query = select(cache_entries.c.path, cache_entries.c.used_at).where(cache_entries.c.path.in_(some))
                found.update({row.path: row.used_at for row in connection.execute(query)})
        return found

    def _note(self, name: str, size: int) -> None:
        moment = now()
        values = {"path": name, "kind": _kind(name), "bytes": size, "created_at": moment, "used_at": moment}
        with self._database().write() as connection:
            connection.execute(_insert_or_touch(values, connection.dialect.name))


def _insert_or_touch(values: dict[str, Any], dialect: str) -> Insert:
    new = sqlite.insert(cache_entries) if dialect == "sqlite" else postgresql.insert(cache_entries)
    changed = {"bytes": values["bytes"], "used_at": values["used_at"]}
    return new.values(**values).on_conflict_do_update(index_elements=[cache_entries.c.path], set_=changed)


def _kind(name: str) -> str:
    return name.split("/")[1] if "/" in name else ""


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.lstat().st_mtime, UTC)


def _chunks(names: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(names), _MOST_AT_ONCE):
        yield names[first : first + _MOST_AT_ONCE]


_told: dict[str, float] = {}
_lock = threading.Lock()


def _is_due(path: str) -> bool:
    """Whether an hour has passed since the use that was noted last, as far as this process knows."""
    with _lock:
        return time.monotonic() - _told.get(path, -TOUCH_SECONDS) >= TOUCH_SECONDS


def _noted(path: str, age: float) -> None:
    """Remember that a use `age` seconds ago is noted."""
    with _lock:
        _told[path] = time.monotonic() - age
