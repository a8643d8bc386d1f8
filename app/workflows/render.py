"""Render a clip again from its edit document, as a command asks for it."""

from collections.abc import Sequence
from pathlib import Path

from app.config import Settings
from app.data import find, presets
from app.editing.document import read_edit
from app.errors import EditError, InputError, VoiceError, from_record
from app.models.base import Record
from app.models.control import Control
from app.models.edit import Edit
from app.models.report import CheckReport
from app.services import speech
from app.services.edits import EditLibrary
from app.services.sources import SourceIndex, quoted, unquoted
from app.workflows.clips.places import is_taken
from app.workflows.jobs.attend import Listener, ask, attended, open_desk
from app.workflows.jobs.records import Source

_LARGEST_DOCUMENT = 16 << 20


class Rendered(Record):
    """The files of a clip by kind (mp4, srt, jpg, edit), what its check found, and what a person should know of it."""

    files: dict[str, Path]
    checks: CheckReport
    notes: tuple[str, ...] = ()


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
) -> Rendered:
    """Render the edit in `place` to `out` (a path without ending), looking for its footage in `sources` first."""
    edit = load_edit(place)
    find("preset", presets(), edit.preset)
    _require_free(out, edit)
    _require_voice(edit, settings)
    request = _request(edit, out, [*sources, place.parent], settings)
    desk = open_desk(settings)
    job, mine = ask(desk, "render", request, f"render {edit.name}")
    done = attended(desk, job["job_id"], settings, listener, control, mine=mine)
    if done["status"] != "completed":
        raise from_record(done["error"])
    result = done["result"]
    files = {kind: unquoted(path) for kind, path in result["files"].items()}
    return Rendered(
        files=files, checks=CheckReport.model_validate(result["checks"]), notes=tuple(result.get("notes", ()))
    )


def _request(edit: Edit, out: Path, folders: Sequence[Path], settings: Settings) -> dict[str, object]:
    index = SourceIndex(settings)
    found = {source.content_hash: Source(*index.locate(source, folders)) for source in edit.sources}
    EditLibrary(settings).keep(edit)
    return {
        "edit": edit.identity,
        "sources": {key: source.as_json() for key, source in found.items()},
        "out": quoted(out.absolute().parent),
        "stem": quoted(out),
    }


def _require_free(out: Path, edit: Edit) -> None:
    if is_taken(out, edit):
        raise InputError(
            f"{out}.mp4, or a file beside it, belongs to another clip.",
            hint="Name another --out, or take those files away first.",
            subject="out",
            code="out_taken",
        )


def _require_voice(edit: Edit, settings: Settings) -> None:
    if edit.voice is not None and speech.audio_path(settings, edit.voice.audio_hash) is None:
        raise VoiceError(
            "The voice of this edit is not in the library of this data folder.",
            hint="Set EDIT_FACTORY_DATA_DIR to the folder it was made with, or run edit-factory make again.",
            subject="voice",
            code="voice_missing",
        )
