"""Newer documents of a clip: kept, and known to all that were chosen together with it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from app.config import Settings
from app.editing.document import changed_edit, edit_json
from app.errors import EditError, InputError
from app.models.edit import Edit
from app.services.choices import Choices, ChosenFrom
from app.services.edits import EditLibrary
from app.workflows.export import write_new


def write_newer(before: Edit, edit: Edit, out: Path, settings: Settings, chosen_from: ChosenFrom | None = None) -> Edit:
    """Write a document that takes the place of `before` to `out`, under the name of that file, keep and return it.

    Raises `InputError` when a clip cannot have that name or another file stands there; `StorageError`.
    """
    name = out.name.removesuffix(".json").removesuffix(".edit")
    try:
        named = changed_edit(edit, name=name)
    except ValidationError as error:  # all else of the edit is as it was
        raise InputError(
            f"A clip cannot have the name {name!r}.", hint="Name --out like new.edit.json.", subject="out"
        ) from error
    write_new(out, edit_json(named))
    keep_newer(before, named, settings, chosen_from)
    return named


def keep_newer(before: Edit, edit: Edit, settings: Settings, chosen_from: ChosenFrom | None = None) -> None:
    """Store a document that takes the place of `before`, and tell all others of its choice of it."""
    known = chosen_from or Choices(settings).of(before)
    own = clip_in(before, known, settings)
    EditLibrary(settings).keep(edit)
    choices = Choices(settings)
    if own is not None:
        known = known.with_newer(own, edit.identity)
    choices.keep(edit, known)
    for _, other in documents(known.documents, settings):
        choices.keep(other, known)


def clip_in(edit: Edit, chosen_from: ChosenFrom, settings: Settings) -> int | None:
    """Return the place of the clip that `edit` is a document of, be it one that a person changed."""
    known = chosen_from.documents
    if edit.identity in known:
        return known[edit.identity]
    return next((known[one] for one, other in documents(known, settings) if other.id == edit.id), None)


def documents(identities: Iterable[str], settings: Settings) -> Iterator[tuple[str, Edit]]:
    """Yield the edit documents that are still known, with their identities."""
    library = EditLibrary(settings)
    for identity in identities:
        try:
            yield identity, library.get(identity)
        except EditError:  # it was cleaned away: nothing is known of it
            continue
