"""Edit documents that were made, by identity."""

from app.config import Settings
from app.errors import EditError
from app.models.edit import Edit
from app.services.files import RecordCache


class EditLibrary:
    """Keeps edit documents under the data folder."""

    def __init__(self, settings: Settings) -> None:
        self._records = RecordCache(settings.data_dir / "library" / "edits")

    def keep(self, edit: Edit) -> None:
        """Store the document under its identity."""
        self._records.put(edit.identity, edit)

    def get(self, identity: str) -> Edit:
        """Return the document. Raises `EditError` (edit_missing) when it is gone or damaged."""
        edit = self._records.get(identity, Edit)
        if edit is None or edit.identity != identity:
            raise EditError(
                "The edit document of this clip is not in the data folder any more.",
                hint="Make the clip anew.",
                subject=identity,
                code="edit_missing",
            )
        return edit
