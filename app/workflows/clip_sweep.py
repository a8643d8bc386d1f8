"""The sweep of clips and exports: folders of the library in which no clip, export or job has anything any more."""

import shutil
from pathlib import Path

from sqlalchemy import select

from app.db.tables import exports
from app.models.cleanup import Find
from app.services.cleanup.leftovers import LEFT_SECONDS, age_of, folders_in
from app.services.library.exports import FOLDER
from app.workflows.clips.places import clips_folder
from app.workflows.sweeps import OneByOne


class LeftClips(OneByOne):
    """What renders left that died after their clip was removed, or before it was told of them; and exports the same."""

    name = "clips"

    def find(self) -> list[Find]:
        """Return their folders, but for those that something refers to, or that were written to within a day."""
        tops = (clips_folder(self._data_dir, ""), self._data_dir / FOLDER)
        return self._finds([folder for top in tops for folder in folders_in(top) if self._is_left(folder)])

    def _remove(self, find: Find) -> bool:
        if find.path is None or not self._is_left(find.path) or not self._finds([find.path]):
            return False
        shutil.rmtree(find.path, ignore_errors=True)
        return not find.path.exists()

    def _is_left(self, folder: Path) -> bool:
        if min(map(age_of, (folder, *folder.rglob("*")))) <= LEFT_SECONDS:
            return False
        with self._storage.database.read() as connection:
            export = select(exports.c.id).where(exports.c.id == folder.name)
            return folder.parent.name != FOLDER or connection.execute(export).first() is None
