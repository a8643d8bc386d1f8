"""Render a clip again from its edit document."""

from collections.abc import Sequence
from pathlib import Path

from app.config import Settings
from app.data import find, presets
from app.editing.document import read_edit
from app.errors import EditError, InputError, VoiceError
from app.models.control import Control
from app.models.edit import Edit
from app.services import speech
from app.services.sources import SourceIndex
from app.workflows.places import is_taken
from app.workflows.publish import Published, publish
from app.workflows.steps import Listener, Steps

_LARGEST_DOCUMENT = 16 << 20


def load_edit(place: Path) -> Edit:
    """Return the edit document in the file `place`. Raises `EditError` saying what is wrong with it."""
    try:
        if place.stat().st_size > _LARGEST_DOCUMENT:
            raise EditError(f"{place} is too large for an edit document.", subject=str(place))
        return read_edit(place.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise EditError(
            f"{place} cannot be read: {reason}.",
            hint="Name a NAME.edit.json that edit-factory make wrote.",
            subject=str(place),
        ) from error


def render_again(
    place: Path, out: Path, sources: Sequence[Path], settings: Settings, listener: Listener, control: Control
) -> Published:
    """Render the edit in `place` to `out` (a path without ending), looking for its footage in `sources` first."""
    edit = load_edit(place)
    find("preset", presets(), edit.preset)
    if is_taken(out, edit):
        raise InputError(
            f"{out}.mp4, or a file beside it, belongs to another clip.",
            hint="Name another --out, or take those files away first.",
            subject="out",
            code="out_taken",
        )
    steps = Steps(listener, control)
    steps.plan({"find footage": 1.0, "render": 30.0})
    with steps.step("find footage"):
        index = SourceIndex(settings)
        folders = [*sources, place.parent]
        found = {source.content_hash: index.locate(source, folders) for source in edit.sources}
        voice = _voice_of(edit, settings)
    with steps.step("render") as step:
        return publish(edit, sources=found, voice=voice, stem=out, settings=settings, control=step)


def _voice_of(edit: Edit, settings: Settings) -> Path | None:
    if edit.voice is None:
        return None
    path = speech.audio_path(settings, edit.voice.audio_hash)
    if path is None:
        raise VoiceError(
            "The voice of this edit is not in the library of this data folder.",
            hint="Set EDIT_FACTORY_DATA_DIR to the folder it was made with, or run edit-factory make again.",
            subject="voice",
            code="voice_missing",
        )
    return path
