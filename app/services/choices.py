"""What a clip's shots were chosen from: kept beside its edit document, for whoever wants to choose again."""

from pydantic import Field

from app.config import Settings
from app.models.base import Record, content_key
from app.models.edit import Edit, FramingChoice
from app.models.marks import FootageMarks
from app.services.files import RecordCache


class ChosenFrom(Record):
    """All footage that a choice could use (names by content hash), its marks, and the clips made of it together.

    `siblings` are the identities of the newest edit document of each clip, `earlier` those of the documents that these
    were made from, each with its clip's place in `siblings`. `framing` is what was asked for, where that is known;
    `thorough` says that every frame of the footage was read.
    """

    footage: dict[str, str]
    marks: FootageMarks
    siblings: tuple[str, ...]
    earlier: dict[str, int] = Field(default_factory=dict)
    framing: FramingChoice | None = None
    thorough: bool = False

    @property
    def documents(self) -> dict[str, int]:
        """The identities of all documents of the choice, each with its clip's place in `siblings`."""
        return self.earlier | {identity: place for place, identity in enumerate(self.siblings)}

    def with_newer(self, place: int, identity: str) -> "ChosenFrom":
        """Return it with a newer document of the clip at `place`."""
        siblings = (*self.siblings[:place], identity, *self.siblings[place + 1 :])
        earlier = {one: at for one, at in self.documents.items() if one not in siblings}
        return self.evolve(siblings=siblings, earlier=earlier)


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
