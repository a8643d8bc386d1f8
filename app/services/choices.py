"""What a clip's shots were chosen from: kept beside its edit document, for whoever wants to choose again."""

from app.config import Settings
from app.models.base import Record, content_key
from app.models.edit import Edit
from app.models.marks import FootageMarks
from app.services.files import RecordCache


class ChosenFrom(Record):
    """All footage that a choice could use (names by content hash), its marks, and the clips made of it together.

    `siblings` are the identities of all edit documents of the choice.
    """

    footage: dict[str, str]
    marks: FootageMarks
    siblings: tuple[str, ...]


class Choices:
    """Keeps what edits were chosen from, under the data folder, by the edits' ids.

    Each belongs to its edit document, and stays as long as that does. A document may be anybody's, and its id any text:
    the file is named by the id's hash.
    """

    def __init__(self, settings: Settings) -> None:
        self._records = RecordCache(settings.data_dir / "library" / "choices")

    def keep(self, edit: Edit, chosen_from: ChosenFrom) -> None:
        """Store what `edit` was chosen from."""
        self._records.put(content_key(edit.id), chosen_from)

    def of(self, edit: Edit) -> ChosenFrom:
        """Return what `edit` was chosen from; of one that was not made here, its own footage."""
        own = {source.content_hash: source.name for source in edit.sources if source.kind in {"video", "photo"}}
        stored = self._records.get(content_key(edit.id), ChosenFrom)
        return stored or ChosenFrom(footage=own, marks=FootageMarks(), siblings=())
