"""The files behind media: each content once, named by its hash, whoever and however many have it."""

import os
from pathlib import Path

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from app.config import Settings
from app.db.tables import media, media_files
from app.db.types import now
from app.media.atomic import storage_errors

FOLDER = "media"
INCOMING = "incoming"
"""The folder in it for what is not checked yet."""


class Contents:
    """The contents of one data folder. A file and its row come and go in one transaction of the caller's.

    Whoever brings or removes a content holds its row until that transaction ends, so that neither sees half of the
    other.
    """

    def __init__(self, settings: Settings) -> None:
        self._data_dir = settings.data_dir

    def find(self, connection: Connection, content_hash: str) -> Path | None:
        """Return where the content is kept, or None."""
        query = select(media_files.c.path).where(media_files.c.content_hash == content_hash)
        path = connection.execute(query).scalar()
        return self._data_dir / path if path is not None else None

    def keep(self, connection: Connection, made: Path, content_hash: str, suffix: str, size: int) -> Path:
        """Keep the finished file `made`, of the same disk, as this content, and return where; there once, it stays.

        Done again after a crash, it is done. Raises `StorageError`.
        """
        name = Path(FOLDER, content_hash[:2], f"{content_hash}{suffix}").as_posix()
        values = {"content_hash": content_hash, "path": name, "bytes": size, "created_at": now()}
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        new = dialect.insert(media_files).values(**values)
        held = new.on_conflict_do_update(index_elements=["content_hash"], set_={"bytes": new.excluded.bytes})
        connection.execute(held)
        place = self.find(connection, content_hash)
        assert place is not None  # noqa: S101 - its row was just written
        with storage_errors(place):
            if place.is_file() and place.stat().st_size == size:
                made.unlink(missing_ok=True)
            else:
                _move(made, place)
        return place

    def drop(self, connection: Connection, content_hash: str) -> bool:
        """Remove a content that no media have; False when some do. Raises `OSError` when the disk refuses."""
        row = select(media_files.c.path).where(media_files.c.content_hash == content_hash).with_for_update()
        path = connection.execute(row).scalar()
        if path is None or connection.execute(select(exists().where(media.c.content_hash == content_hash))).scalar():
            return False
        connection.execute(delete(media_files).where(media_files.c.content_hash == content_hash))
        (self._data_dir / path).unlink(missing_ok=True)
        return True


def _move(made: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    made.chmod(0o644)
    made.replace(place)
    for folder in {made.parent, place.parent}:
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk: a row must not outlive its file when the power fails."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
