"""Exports of clips: made at once where the file is there or is text, else by a job that renders what is missing."""

import contextlib
import os
import shutil
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.config import Settings
from app.data import find, presets
from app.errors import InputError, MediaError
from app.media.atomic import new_file, storage_errors, write_text
from app.models.control import Control
from app.models.library.clip import Clip
from app.models.library.export import TEXTS, Export, ExportKind
from app.models.library.names import plain_name
from app.services.edits import EditLibrary
from app.services.library.clips import Clips
from app.services.library.exports import Exports, export_folder, finished
from app.services.sources import quoted, unquoted
from app.workflows.clips.holds import bring
from app.workflows.export import exported
from app.workflows.jobs.parts_of_job import PartOfJob, do_parts, require_all
from app.workflows.jobs.records import Json
from app.workflows.jobs.run import JobRun, durable
from app.workflows.jobs.submit import Desk, part_id

TYPES = {
    "mp4": "video/mp4",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "ass": "text/x-ssa",
    "json": "application/json",
    "otio": "application/json",
    "thumbnail": "image/jpeg",
    "zip": "application/zip",
}
_ENDINGS = {"thumbnail": "jpg", "json": "edit.json"}
_FILES = {"mp4": ("mp4",), "thumbnail": ("jpg",), "zip": ("mp4", "srt", "jpg")}
"""Which files of a render an export of that kind has."""
_PARTS = "parts"
"""The folder in an export's own for what is rendered for it alone."""


def export_clips(
    desk: Desk,
    settings: Settings,
    owner: str | None,
    clip_ids: Sequence[str],
    kind: ExportKind,
    export_id: str,
    preset: str | None = None,
) -> Export:
    """Export clips as one file, several as a ZIP; the export has no path while a job makes it.

    Raises `InputError` (clip_unknown; no captions; a preset for what has none), `UnknownName` and `StorageError`.
    """
    clips = Clips(desk.storage.database).some(owner, clip_ids)
    _check(kind, preset)
    zipped = kind == "zip" or len(clips) > 1
    name = f"{'clips' if len(clips) > 1 else plain_name(clips[0].name)}.{'zip' if zipped else _ending(kind)}"
    place = export_folder(settings, export_id) / name
    made = not zipped and _made_now(settings, clips[0], kind, preset, place)
    exports = Exports(desk.storage.database)
    export = exports.new(
        owner,
        export_id,
        project_id=clips[0].project_id if len({clip.project_id for clip in clips}) == 1 else None,
        clip_id=clips[0].id if len(clips) == 1 else None,
        kind=kind,
        name=name,
        job_id="" if made else part_id(export_id, "export"),
        details={"clip_ids": [clip.id for clip in clips], "preset": preset},
        media_type=TYPES["zip" if zipped else kind],
    )
    if not made:
        _submit(desk, owner, export, preset)
        return export
    exports.finish(settings, export_id, place)
    return exports.get(owner, export_id)


def _check(kind: ExportKind, preset: str | None) -> None:
    if preset is None:
        return
    find("preset", presets(), preset)
    if kind in TEXTS:
        raise InputError(
            f"A preset decides pictures, and {kind} has none.", hint="Leave the preset out.", subject="preset"
        )


def _ending(kind: str) -> str:
    return _ENDINGS.get(kind, kind)


def _made_now(settings: Settings, clip: Clip, kind: ExportKind, preset: str | None, place: Path) -> bool:
    """Make the file where that takes no time; return whether it is there."""
    edit = EditLibrary(settings).get(clip.edit_identity)
    if kind in TEXTS:
        write_text(place, exported(edit, kind, settings, places=False))
        return True
    if not clip.is_rendered or clip.is_stale or preset not in {None, edit.preset}:
        return False
    with storage_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(unquoted(clip.files[_FILES[kind][0]]), place)
        except FileExistsError:
            return True  # the same request, sent again
        except OSError:  # on another disk, or gone since the clip was looked at
            return False
    return True


def _submit(desk: Desk, owner: str | None, export: Export, preset: str | None) -> None:
    desk.submit(
        "export",
        {"export_id": export.id, "kind": export.kind, "clip_ids": export.details["clip_ids"], "preset": preset},
        job_id=export.job_id,
        title=f"export {export.name}",
        owner=owner,
        project_id=export.project_id,
        clip_id=export.clip_id,
    )


@durable("export", {"look": 0.01, "render": 0.89, "write": 0.1})
def export_workflow(job: JobRun, request: Json) -> None:
    """Render what is missing, and write the file; the result names the export."""
    asked = job.step("look", lambda control: _wanted(job, request))
    rendered = job.step("render", lambda control: _rendered(job, request, asked, control))
    export = Exports(job.worker.storage.database).get(job.owner, request["export_id"])
    folder = export_folder(job.settings, export.id)
    made = job.step("write", lambda control: quoted(_write(job, export, asked, rendered, control)))
    result = {"export_id": export.id, "name": export.name}
    job.finish(result, also=lambda connection: finished(connection, job.settings, export.id, unquoted(made)))
    shutil.rmtree(folder / _PARTS, ignore_errors=True)


def _wanted(job: JobRun, request: Json) -> list[Json]:
    """Return the clips as they are now: what is asked of each stays the same however often the job runs."""
    library = EditLibrary(job.settings)
    wanted = []
    for clip in Clips(job.worker.storage.database).some(job.owner, request["clip_ids"]):
        edit = library.get(clip.edit_identity)
        text = request["kind"] in TEXTS
        ready = text or (clip.is_rendered and not clip.is_stale and request["preset"] in {None, edit.preset})
        wanted.append({"id": clip.id, "name": clip.name, "edit": edit.identity, "ready": ready, "text": text})
    return wanted


def _rendered(job: JobRun, request: Json, asked: Sequence[Json], control: Control) -> dict[str, Json]:
    """Have those clips rendered that are not ready, for this export alone; return their files by clip."""
    missing = [one for one in asked if not one["ready"]]
    folder = export_folder(job.settings, request["export_id"]) / _PARTS
    parts = [
        PartOfJob(
            "render",
            one["id"],
            f"render {one['name']}",
            {
                "edit": one["edit"],
                "sources": None,
                "preset": request["preset"],
                "quality": None,
                "out": quoted(folder / one["id"]),
                "stem": None,
                "unlisted": True,
            },
            columns={"project_id": job.project_id, "clip_id": one["id"]},
        )
        for one in missing
    ]
    done = require_all(do_parts(job, parts, control)) if parts else []
    return {one["id"]: result["files"] for one, result in zip(missing, done, strict=True)}


def _write(job: JobRun, export: Export, asked: Sequence[Json], rendered: dict[str, Json], control: Control) -> Path:
    place = export_folder(job.settings, export.id) / export.name
    with storage_errors(place), contextlib.ExitStack() as stack:
        new = stack.enter_context(new_file(place))
        if export.media_type != TYPES["zip"]:
            new.unlink()
            bring(_files_of(job, asked[0], export.kind, rendered)[0], new, control)
            return place
        archive = stack.enter_context(zipfile.ZipFile(new, "w", zipfile.ZIP_STORED))  # films do not become smaller
        for number, (one, name) in enumerate(zip(asked, unique_names([one["name"] for one in asked]), strict=True)):
            _add(job, archive, one, name, export.kind, rendered, control.part(number / len(asked), 1.0))
            control.report(number / len(asked))
    return place


def _add(
    job: JobRun,
    archive: zipfile.ZipFile,
    one: Json,
    name: str,
    kind: ExportKind,
    rendered: dict[str, Json],
    control: Control,
) -> None:
    if kind in TEXTS:
        text = exported(EditLibrary(job.settings).get(one["edit"]), kind, job.settings, places=False)
        archive.writestr(f"{name}.{_ending(kind)}", text)
        return
    for path in _files_of(job, one, kind, rendered):
        with path.open("rb") as read, archive.open(f"{name}{path.suffix}", "w", force_zip64=True) as write:
            while piece := read.read(1 << 20):
                control.check()
                control.alive()
                write.write(piece)


def _files_of(job: JobRun, one: Json, kind: ExportKind, rendered: dict[str, Json]) -> list[Path]:
    """Return the files of one clip: those rendered for this export, or else its newest render's."""
    files = rendered.get(one["id"]) or Clips(job.worker.storage.database).get(job.owner, one["id"]).files
    if any(each not in files for each in _FILES[kind]):
        raise MediaError(
            f"The files of {one['name']} are gone.", hint="Render it, and export it again.", code="media_gone"
        )
    return [unquoted(files[each]) for each in _FILES[kind]]


def unique_names(names: Sequence[str]) -> Iterator[str]:
    """Yield names that any file system takes, each once, whatever it thinks of big and small letters."""
    taken: set[str] = set()
    for name in names:
        plain = plain_name("".join("-" if letter in '<>:"|?*' else letter for letter in name), "clip").rstrip(". ")
        number, unique = 1, plain
        while _folded(unique) in taken:
            number += 1
            unique = f"{plain} {number}"
        taken.add(_folded(unique))
        yield unique


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def remove_export(desk: Desk, settings: Settings, owner: str | None, export_id: str) -> None:
    """Forget an export, cancel its job, and remove its file. Raises `InputError` (export_unknown)."""
    export = Exports(desk.storage.database).remove(owner, export_id)
    if export.job_id and desk.storage.get_job(export.job_id) is not None:
        desk.cancel(export.job_id)
    shutil.rmtree(export_folder(settings, export.id), ignore_errors=True)
