"""The name of a clip that is being made: chosen once, or taken as asked for, and held until the job has ended."""

from collections.abc import Iterator
from pathlib import Path

from app.errors import InputError, StorageError
from app.models.edit import Edit
from app.workflows.clips.holds import hold_first
from app.workflows.clips.places import is_taken


def choose_stem(folder: Path, edit: Edit, job_id: str, job_folder: Path) -> Path:
    """Return a name in `folder` (a path without ending) for the clip of `edit`, which the job holds from now on.

    Asked again, the same job gets the same name. A name has a number behind it where another clip has it, or another
    job holds it; a clip of the same edit is replaced, since it is the same clip. Raises `StorageError`.
    """
    stem = hold_first(numbered(folder, edit.name), lambda name: is_taken(name, edit), folder, job_id, job_folder)
    if stem is None:
        raise StorageError(f"{folder} is full of clips named {edit.name}.", hint="Choose another --out.", subject="out")
    return stem


def take_stem(stem: Path, edit: Edit, job_id: str, job_folder: Path) -> Path:
    """Return the name that was asked for, which the job holds from now on.

    Raises `InputError` (out_taken) when another clip has it, or another job holds it, and `StorageError`.
    """
    taken = is_taken(stem, edit)
    if not taken and hold_first([stem], lambda name: is_taken(name, edit), stem.parent, job_id, job_folder) == stem:
        return stem
    raise InputError(
        f"{stem}.mp4, or a file beside it, belongs to another clip."
        if taken
        else f"Another clip named {stem.name} is just being made in {stem.parent}.",
        hint="Name another --out, or take those files away first." if taken else "Name another --out, or wait for it.",
        subject="out",
        code="out_taken",
    )


def numbered(folder: Path, name: str, ending: str = "") -> Iterator[Path]:
    """Yield a name in `folder`, and it with 2, 3, 4 ... behind it, each with the ending."""
    yield folder / f"{name}{ending}"
    for number in range(2, 10_000):
        yield folder / f"{name}-{number}{ending}"
