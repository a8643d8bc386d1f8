"""The sweeps of what people brought in: uploads that nobody goes on with, contents and previews that nothing needs."""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import exists, select

from app.config import Settings
from app.db.tables import jobs, media, media_files
from app.models.cleanup import Find
from app.models.control import Control
from app.models.job import TERMINAL
from app.services.cleanup.leftovers import LEFT_SECONDS, age_of, folders_in, size_of
from app.services.cleanup.references import references
from app.services.job_storage import JobStorage
from app.services.library.contents import FOLDER, INCOMING, Contents
from app.services.library.uploads import Uploads
from app.services.previews import previews_folder
from app.workflows.sweeps import OneByOne, Sweep

_CONTENT = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


class LeftUploads(OneByOne):
    """Uploads for which nobody waits any more, with their bytes; and bytes in the quarantine that are nobody's."""

    name = "uploads"

    def __init__(self, storage: JobStorage, settings: Settings) -> None:
        super().__init__(storage, settings)
        self._uploads = Uploads(storage.database, settings)

    def find(self) -> list[Find]:
        """Return them by id, but for those that a job still needs."""
        expired = set(self._uploads.expired())
        finds = [self._as_find(upload_id) for upload_id in sorted(expired)]
        lost = [path for path in self._files() if path.name not in expired and self._is_lost(path)]
        finds += [Find(name=path.name, path=path, bytes=size_of(path)) for path in lost]
        work = self._work() if finds else ""
        return [find for find in finds if find.name not in work]

    def _remove(self, find: Find) -> bool:
        is_left = find.name in self._uploads.expired() or (find.path is not None and self._is_lost(find.path))
        if not is_left or find.name in self._work():
            return False
        self._uploads.remove(find.name)
        return True

    def _as_find(self, upload_id: str) -> Find:
        place = self._uploads.place(upload_id)
        return Find(name=upload_id, path=place if place.is_file() else None, bytes=size_of(place))

    def _files(self) -> list[Path]:
        folder = self._data_dir / FOLDER / INCOMING
        return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []

    def _is_lost(self, path: Path) -> bool:
        return age_of(path) > LEFT_SECONDS and not self._uploads.knows(path.name)

    def _work(self) -> str:
        """Return all that jobs were asked for which have not ended: uploads that are named in it stay.

        A copy that is being made of a file is named like its job.
        """
        query = select(jobs.c.id, jobs.c.data).where(jobs.c.status.not_in(TERMINAL))
        with self._storage.database.read() as connection:
            return json.dumps([tuple(row) for row in connection.execute(query)])


class LeftContents(Sweep):
    """Contents that no media have any more, and that no job, clip or edit document needs."""

    name = "media"

    def find(self) -> list[Find]:
        """Return their files; also those that a process left which died before it could say that they are there."""
        unused = self._unused()
        if not unused:
            return []
        known = references(self._storage.database, self._settings)
        return [
            Find(name=path.relative_to(self._data_dir).as_posix(), path=path, bytes=size_of(path))
            for path in unused
            if not known.has(path)
        ]

    def take(self, finds: Sequence[Find], control: Control) -> Iterator[Find]:
        """Remove them, but for those that somebody has, or refers to, by now."""
        still = {find.name for find in self.find()} if finds else set()
        for find in finds:
            control.check()
            if find.name in still and find.path is not None and self._dropped(find.path):
                yield find

    def _dropped(self, path: Path) -> bool:
        try:
            with self._storage.database.write() as connection:
                Contents(self._settings).drop(connection, path.stem)
            if self._is_lost(path):
                path.unlink()
        except OSError:
            return False
        return not path.exists()

    def _unused(self) -> list[Path]:
        nobody = ~exists().where(media.c.content_hash == media_files.c.content_hash)
        with self._storage.database.read() as connection:
            unused = connection.execute(select(media_files.c.path).where(nobody)).scalars().all()
        folders = [folder for folder in folders_in(self._data_dir / FOLDER) if len(folder.name) == 2]
        files = [path for folder in folders for path in folder.iterdir() if _CONTENT.fullmatch(path.name)]
        lost = [path for path in files if self._is_lost(path)]
        return sorted({*(self._data_dir / path for path in unused), *lost})

    def _is_lost(self, path: Path) -> bool:
        """Whether no row speaks of an old file: who brings a content writes its row before he moves it here."""
        if age_of(path) <= LEFT_SECONDS:
            return False
        with self._storage.database.read() as connection:
            row = select(media_files.c.path).where(media_files.c.content_hash == path.stem)
            return connection.execute(row).first() is None


class LeftPreviews(OneByOne):
    """Previews of footage that nobody has in the library any more: they show what it was."""

    name = "previews"

    def find(self) -> list[Find]:
        """Return their folders, but for those of contents that a job, clip or edit document needs."""
        return self._finds([folder for folder in folders_in(previews_folder(self._settings)) if self._is_left(folder)])

    def _remove(self, find: Find) -> bool:
        if find.path is None or not self._is_left(find.path):
            return False
        shutil.rmtree(find.path, ignore_errors=True)
        return not find.path.exists()

    def _is_left(self, folder: Path) -> bool:
        with self._storage.database.read() as connection:
            row = select(media.c.id).where(media.c.content_hash == folder.name).limit(1)
            return connection.execute(row).first() is None
