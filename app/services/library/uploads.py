"""Files on their way into the library: what is known of each, and the quarantine where its bytes wait to be checked."""

import shutil
import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.config import Settings
from app.db import Database
from app.db.tables import uploads
from app.db.types import now
from app.errors import InputError, StorageError
from app.media.atomic import storage_errors
from app.models.library.media import MediaKind, Upload
from app.services.library import rows
from app.services.library.contents import FOLDER, INCOMING

KEPT = timedelta(hours=24)
"""How long a file that does not come to its end is waited for, and its row is kept when it did."""

SPARE_BYTES = 256 << 20
"""What an upload leaves free on the disk: the database must be able to write."""

_MB = 1_000_000


class Uploads:
    """The uploads of one database and data folder."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self.settings = settings

    @property
    def largest(self) -> int:
        """The most bytes that one file may have."""
        return self.settings.upload_max_mb * _MB

    def place(self, upload_id: str) -> Path:
        """Return where the bytes of an upload, an id that we made, are or would be."""
        return incoming(self.settings) / upload_id

    def begin(
        self,
        owner: str | None,
        kind: MediaKind | None,
        name: str,
        length: int | None,
        metadata: dict[str, Any],
        upload_id: str | None = None,
    ) -> Upload:
        """Note a file that is to come, of `length` bytes where that is known, and return it.

        One whose id is known is returned as it is. Raises `InputError` (upload_too_large) and `StorageError`
        (disk_full).
        """
        self.require_room(length or 0)
        chosen, moment = upload_id or str(uuid.uuid4()), now()
        with self._database.write() as connection:
            there = rows.find(connection, uploads, owner, chosen)
            if there is None:
                values = {
                    **{"id": chosen, "owner": owner, "kind": kind or "", "name": name, "length": length},
                    **{"received": 0, "metadata": metadata, "state": "receiving", "media_id": None, "error": None},
                    **{"created_at": moment, "updated_at": moment, "expires_at": moment + KEPT},
                }
                connection.execute(insert(uploads).values(**values))
            return rows.record(Upload, rows.require(connection, uploads, "upload", owner, chosen))

    def require(self, owner: str | None, upload_id: str) -> Upload:
        """Return the upload. Raises `InputError` (upload_unknown)."""
        with self._database.read() as connection:
            return rows.record(Upload, rows.require(connection, uploads, "upload", owner, upload_id))

    def note(self, upload_id: str, **columns: Any) -> None:
        """Note how far it is: `received`, `length`, `metadata`. It is waited for anew from now on."""
        moment = now()
        fresh = {"updated_at": moment, "expires_at": moment + KEPT}
        with self._database.write() as connection:
            connection.execute(update(uploads).where(uploads.c.id == upload_id).values(**fresh | columns))

    def failed(self, upload_id: str, error: dict[str, str]) -> None:
        """Note that nothing comes of it, and why; its bytes are removed."""
        self.note(upload_id, state="failed", error=error)
        self.place(upload_id).unlink(missing_ok=True)

    def remove(self, upload_id: str) -> None:
        """Forget an upload, with its bytes."""
        with self._database.write() as connection:
            connection.execute(delete(uploads).where(uploads.c.id == upload_id))
        self.place(upload_id).unlink(missing_ok=True)

    def expired(self) -> Sequence[str]:
        """Return the ids of uploads for which nobody waits any more."""
        with self._database.read() as connection:
            return connection.execute(select(uploads.c.id).where(uploads.c.expires_at < now())).scalars().all()

    def knows(self, upload_id: str) -> bool:
        """Whether there is such an upload, whoever's it is."""
        with self._database.read() as connection:
            return connection.execute(select(uploads.c.id).where(uploads.c.id == upload_id)).first() is not None

    def require_room(self, length: int) -> None:
        """Raise `InputError` (upload_too_large) or `StorageError` (disk_full) when so many bytes cannot be taken."""
        if length > self.largest:
            raise too_large(self.largest)
        folder = incoming(self.settings)
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(folder).free
        if length + SPARE_BYTES > free:
            raise StorageError(
                f"There is no room for it: {max(0, free - SPARE_BYTES) // _MB} MB can still be taken on the disk.",
                hint="Remove what is no longer needed, or send a smaller file.",
                subject="body",
                code="disk_full",
            )


def became(connection: Connection, upload_id: str, media_id: str) -> None:
    """Note, in the transaction that makes it so, what an upload has become."""
    values = {"state": "done", "media_id": media_id, "updated_at": now()}
    connection.execute(update(uploads).where(uploads.c.id == upload_id).values(**values))


def incoming(settings: Settings) -> Path:
    """Return the folder of what is not checked yet."""
    return settings.data_dir / FOLDER / INCOMING


def too_large(most: int) -> InputError:
    """Return the error for a file of more than `most` bytes."""
    return InputError(
        f"The file is larger than {most // _MB} MB.",
        hint="Send a smaller one, or raise EDIT_FACTORY_UPLOAD_MAX_MB where the server runs.",
        subject="body",
        code="upload_too_large",
    )
