"""What one sweep of the clean-up is; and the sweeps of files that can be told without asking for their jobs."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from app.config import Settings
from app.db.types import now
from app.media.containers import shown
from app.models.cleanup import Find
from app.models.control import Control
from app.services.cache_index import TOUCH_SECONDS, CacheEntry, CacheIndex
from app.services.cleanup import leftovers
from app.services.cleanup.references import references
from app.services.files import claim
from app.services.job_storage import JobStorage


class Sweep(ABC):
    """One kind of thing that is taken away."""

    name: str

    def __init__(self, storage: JobStorage, settings: Settings) -> None:
        self._storage = storage
        self._settings = settings
        self._data_dir = settings.data_dir

    @abstractmethod
    def find(self) -> list[Find]:
        """Return what there is to take away."""

    @abstractmethod
    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Take away what was found, and yield what is gone; what is needed by now is left."""

    def done(self, control: Control) -> dict[str, int]:
        """Find, take away, and return how many and how many bytes."""
        taken = list(self.take(self.find(), control))
        return {"count": len(taken), "bytes": sum(find.bytes for find in taken)}

    def _finds(self, paths: Sequence[Path]) -> list[Find]:
        """Return files and folders as finds, but for those that something refers to, whatever they look like."""
        known = references(self._storage.database, self._settings) if paths else None
        return [
            Find(name=shown(path.relative_to(self._data_dir)), path=path, bytes=leftovers.size_of(path))
            for path in paths
            if known is not None and not known.has(path)
        ]


class OneByOne(Sweep):
    """A kind of thing of which each is looked at again right before it is taken away."""

    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Take away one after the other."""
        for find in finds:
            control.check()
            if self._remove(find):
                yield find

    @abstractmethod
    def _remove(self, find: Find) -> bool:
        """Take one thing away, after another look; False when it is left."""


class DeadRuns(OneByOne):
    """Work folders of runs that died."""

    name = "runs"

    def find(self) -> list[Find]:
        """Return them."""
        return self._finds(leftovers.dead_runs(self._data_dir))

    def _remove(self, find: Find) -> bool:
        assert find.path is not None  # noqa: S101 - each find of this sweep has one
        if not leftovers.is_dead_run(find.path):
            return False
        with claim(leftovers.lock_of(find.path)) as mine:
            if mine:
                shutil.rmtree(find.path, ignore_errors=True)
        return not find.path.exists()


class Files(OneByOne):
    """Files that can be told by their name and age alone: half-written ones, old logs."""

    def __init__(self, storage: JobStorage, settings: Settings, *, logs: bool) -> None:
        super().__init__(storage, settings)
        self.name = "logs" if logs else "files"
        self._all = leftovers.old_logs if logs else leftovers.half_written
        self._is_one = leftovers.is_old_log if logs else leftovers.is_half_written

    def find(self) -> list[Find]:
        """Return them."""
        return self._finds(self._all(self._data_dir))

    def _remove(self, find: Find) -> bool:
        return find.path is not None and self._is_one(find.path) and _unlinked(find.path)


class Cache(Sweep):
    """What the cache holds beyond its limit, the files not used for longest first."""

    name = "cache_entries"

    def __init__(self, storage: JobStorage, settings: Settings) -> None:
        super().__init__(storage, settings)
        self._index = CacheIndex(settings)

    def find(self) -> list[Find]:
        """Return the files that must go."""
        return [self._as_find(entry) for entry in self._over_limit().values()]

    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Remove them, but for those that were used or referred to since they were found."""
        still = self._over_limit()
        taken = []
        for find in finds:
            control.check()
            entry = still.get(find.name)
            if entry and self._index.last_use(entry.name) == entry.used_at and _unlinked(self._data_dir / entry.name):
                taken.append(find)
        self._index.forget([find.name for find in taken])
        self._index.forget_lost()
        yield from taken

    def _over_limit(self) -> dict[str, CacheEntry]:
        known = references(self._storage.database, self._settings)
        spared = min(now(), known.working_since or now()) - timedelta(seconds=TOUCH_SECONDS)

        def is_needed(entry: CacheEntry) -> bool:
            return entry.used_at >= spared or known.has(self._data_dir / entry.name)

        return {entry.name: entry for entry in self._index.over_limit(self._settings.cache_mb << 20, is_needed)}

    def _as_find(self, entry: CacheEntry) -> Find:
        return Find(name=entry.name, path=self._data_dir / entry.name, bytes=entry.bytes)


def _unlinked(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
