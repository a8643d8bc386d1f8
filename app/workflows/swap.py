"""Another shot in a finished edit, as a command asks for it: what there is, and the edit with one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.config import Settings
from app.editing.candidates import Footage
from app.editing.choice import Pick
from app.editing.document import with_pick
from app.editing.marking import is_about, marked
from app.editing.swap import alternatives
from app.errors import InputError, MediaError
from app.models.control import Control
from app.models.edit import Edit, SourceRef
from app.models.marks import FootageMarks
from app.services.analysis import analyze_once
from app.services.choices import Choices, ChosenFrom
from app.services.sources import SourceIndex
from app.workflows.clips.newer import clip_in, documents, write_newer
from app.workflows.render import load_edit


@dataclass(frozen=True)
class Swap:
    """A shot of an edit (its number from 1) and what could be shown instead, the best first.

    `footage` is what it was chosen from, `missing` names files of it that are not found.
    """

    edit: Edit
    number: int
    picks: tuple[Pick, ...]
    footage: tuple[Footage, ...]
    chosen_from: ChosenFrom
    missing: tuple[str, ...]


def find_alternatives(place: Path, number: int, sources: Sequence[Path], settings: Settings, control: Control) -> Swap:
    """Return what could be shown instead of shot `number` of the edit in `place`.

    Footage is looked for in `sources`, beside the document and where it was last seen; what was never analysed is
    analysed now. Raises `EditError`, `InputError`, `MediaError` when none of it is found, and `NotEnoughFootage`.
    """
    return alternatives_of(load_edit(place), number, [*sources, place.parent], settings, control)


def alternatives_of(edit: Edit, number: int, folders: Sequence[Path], settings: Settings, control: Control) -> Swap:
    """Return what could be shown instead of shot `number` of an edit; its footage is looked for in `folders` first."""
    chosen_from = Choices(settings).of(edit)
    footage, missing = _footage(chosen_from, folders, settings, control)
    there = [each for each in chosen_from.marks.files if any(is_about(each, one.name, one.info) for one in footage)]
    known = marked(footage, FootageMarks(files=tuple(there)))
    picks = alternatives(edit, number, known, siblings_of(edit, chosen_from, settings))
    return Swap(edit, number, picks, tuple(known), chosen_from, tuple(missing))


def _footage(
    chosen_from: ChosenFrom, folders: Sequence[Path], settings: Settings, control: Control
) -> tuple[list[Footage], list[str]]:
    """Return the footage that is found, and the names of what is not. Raises `MediaError` when nothing is."""
    index = SourceIndex(settings)
    found, errors = [], []
    for n, (content_hash, name) in enumerate(sorted(chosen_from.footage.items())):
        ref = SourceRef(content_hash=content_hash, name=name, duration=0.0, has_audio=False)
        try:
            path, info = index.locate(ref, folders)
        except MediaError as error:
            errors.append((name, error))
            continue
        part = control.part(n / len(chosen_from.footage), (n + 1) / len(chosen_from.footage))
        analysis = analyze_once(path, info, settings, part, thorough=chosen_from.thorough)
        found.append(Footage(info=info, name=name, analysis=analysis))
    if not found:
        raise errors[0][1]
    return found, [name for name, _ in errors]


def siblings_of(edit: Edit, chosen_from: ChosenFrom, settings: Settings) -> list[Edit]:
    """Return the newest documents of the other clips that were chosen together with that of `edit`."""
    own = clip_in(edit, chosen_from, settings)
    others = [one for place, one in enumerate(chosen_from.siblings) if place != own]
    return [other for _, other in documents(others, settings)]


def swapped(swap: Swap, pick: Pick, name: str) -> Edit:
    """Return the edit under `name` with one of the alternatives in place of its shot."""
    item = next(item for item in swap.footage if item.info.content_hash == pick.source)
    return with_pick(swap.edit, swap.number - 1, pick, item, name, swap.chosen_from.framing)


def take(swap: Swap, number: int, out: Path, settings: Settings) -> Edit:
    """Write the edit with alternative `number` (from 1) to `out`, and return it.

    Raises `InputError` for a number that is none, and when another document stands at `out`; `StorageError`.
    """
    if not 1 <= number <= len(swap.picks):
        raise InputError(
            f"There are {len(swap.picks)} alternatives, and no number {number}.",
            hint=f"Give --take a number from 1 to {len(swap.picks)}.",
            subject="take",
        )
    edit = swapped(swap, swap.picks[number - 1], swap.edit.name)
    return write_newer(swap.edit, edit, out, settings, swap.chosen_from)
