"""Render one edit document and publish the clip, as a job: each step keeps what it finished in the job's folder."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, insert, select

from app.db.tables import clips, jobs
from app.db.types import now
from app.errors import EditFactoryError, RenderError, VoiceError
from app.models.control import Control
from app.models.edit import Edit
from app.models.library.clip import Clip
from app.models.report import PartsReport
from app.services import speech
from app.services.edits import EditLibrary
from app.services.library.clips import note_rendered, rendered_clip
from app.services.machine_speed import megapixels, note_render, render_seconds
from app.services.sources import quoted, unquoted
from app.workflows.clips.places import remove_files, require_space
from app.workflows.clips.prepare import prepared
from app.workflows.clips.publish import Rendering, check_and_poster, join, picture, reveal, sound
from app.workflows.clips.shown import keep_shown, show_nothing
from app.workflows.clips.stems import choose_stem, take_stem
from app.workflows.clips.summary import clip_notes
from app.workflows.jobs.patience import patiently
from app.workflows.jobs.records import Json, source_of
from app.workflows.jobs.run import JobRun, durable
from app.workflows.jobs.submit import part_id

STEPS = {"name": 0.01, "sound": 0.03, "picture": 0.86, "join": 0.02, "check": 0.07, "publish": 0.01}
"""Shares of the time that each step takes (measured on clips of 20 s)."""


@durable("render", STEPS)
def render_workflow(job: JobRun, request: Json) -> None:
    """Render the edit of identity `edit` from `sources` into the folder `out`, under its own name or as `stem`.

    Without `sources` they are looked for first, and the edit is made to fit `preset` and `quality`. The render is one
    of the clip `clip_id`, or else a new clip, unless it is `unlisted`. The result has the clip's id, name, files,
    checks and notes, and the share of its work that was `found` done.
    """
    asked = prepared(job, request)
    edit = EditLibrary(job.settings).get(asked["edit"])
    folder = unquoted(request["out"])
    try:
        result = _published(job, asked, edit)
    except EditFactoryError:  # not on what the engine raises: then the clip is somebody else's by now
        show_nothing(job, folder)
        raise
    replaced: dict[str, str] = {}
    job.finish(result, also=lambda connection: replaced.update(_note(connection, job, request, edit, result)))
    keep_shown(job, folder)
    remove_files(job.settings, replaced)


def _published(job: JobRun, request: Json, edit: Edit) -> Json:
    rendering = _rendering(job, request, edit)
    job.expects(render_seconds(job.settings, edit.quality, edit.canvas, edit.frames))
    name = job.step("name", lambda control: _name(job, request, edit))
    heard = job.step("sound", lambda control: sound(rendering, control).model_dump(mode="json"))
    seen = job.step("picture", lambda control: _picture(job, rendering, control).model_dump(mode="json"))
    job.step("join", lambda control: join(rendering, control))
    checks = job.step("check", lambda control: check_and_poster(rendering, control).model_dump(mode="json"))
    stem = unquoted(name)
    files = job.step("publish", lambda control: _quoted(reveal(rendering, stem, job.job_id, control)))
    return {
        "clip_id": request.get("clip_id") or part_id(job.job_id, "clip", edit.identity),
        "edit": edit.identity,
        "name": stem.name,
        "files": files,
        "checks": checks,
        "notes": heard.get("notes", []),
        "found": round(STEPS["picture"] * (1 - seen["encoded_frames"] / seen["frames"]), 3),
    }


def _rendering(job: JobRun, request: Json, edit: Edit) -> Rendering:
    found = {key: source_of(record) for key, record in request["sources"].items()}
    voice = speech.audio_path(job.settings, edit.voice.audio_hash) if edit.voice else None
    if edit.voice is not None and voice is None:
        raise VoiceError(
            "The voice of this edit is not in the library of this data folder.",
            hint="Set EDIT_FACTORY_DATA_DIR to the folder it was made with, or run edit-factory make again.",
            subject="voice",
            code="voice_missing",
        )
    sources = {key: (source.path, source.info) for key, source in found.items()}
    return Rendering(edit, sources, voice, job.folder, job.settings)


def _name(job: JobRun, request: Json, edit: Edit) -> str:
    """Return where the clip goes, without ending: the name that was asked for, or one that nobody has."""
    folder = unquoted(request["out"])
    require_space(folder, [edit])
    if request["stem"] is None:
        return quoted(choose_stem(folder, edit, job.job_id, job.folder))
    return quoted(take_stem(folder / unquoted(request["stem"]).name, edit, job.job_id, job.folder))


def _picture(job: JobRun, rendering: Rendering, control: Control) -> PartsReport:
    """Encode the parts; one at a time after memory ran out, in this try or in a worker that died of it."""
    if patiently(control, lambda: _died_of_memory(job)):
        return picture(rendering, control, max_parallel=1)
    try:
        report = picture(rendering, control)
    except RenderError as error:
        if error.instance_code != "render_memory":
            raise
        return picture(rendering, control, max_parallel=1)
    canvas, quality = rendering.edit.canvas, rendering.edit.quality
    note_render(job.settings, quality, megapixels(canvas, report.encoded_frames), report.seconds / STEPS["picture"])
    return report


def _died_of_memory(job: JobRun) -> bool:
    with job.worker.storage.database.read() as connection:
        deaths = connection.execute(select(jobs.c.memory_deaths).where(jobs.c.id == job.job_id)).scalar()
    return bool(deaths)


def _quoted(files: Mapping[str, Path]) -> dict[str, str]:
    return {kind: quoted(place) for kind, place in files.items()}


def _note(connection: Connection, job: JobRun, request: Json, edit: Edit, result: Json) -> dict[str, str]:
    """Note what was made in the library; return the files that it takes the place of, or its own if nobody wants it."""
    if request.get("unlisted"):
        return {}
    if request.get("clip_id") is None:
        add_clip(connection, job, edit, result)
        return {}
    clip = rendered_clip(connection, request["clip_id"])
    if clip is None or _is_overtaken(clip, request["edit"]):  # what was made is nobody's
        return dict(result["files"])
    notes = [*clip_notes(edit), *result["notes"]]
    changes = {"files": result["files"], "rendered_identity": edit.identity, "notes": notes}
    if clip.edit_identity == request["edit"]:  # what was asked for is what its person wants still
        changes["edit_identity"] = edit.identity
    if not clip.is_rendered and clip.name == edit.name:
        changes["name"] = result["name"]
    note_rendered(connection, clip, **changes)
    return {kind: place for kind, place in clip.files.items() if place not in result["files"].values()}


def _is_overtaken(clip: Clip, asked: str) -> bool:
    """Whether the clip shows its newest document already, and what was asked for is an older one."""
    return clip.is_rendered and not clip.is_stale and asked != clip.edit_identity


def add_clip(connection: Connection, job: JobRun, edit: Edit, result: Json) -> None:
    """Note a finished clip that was not in the library; of one job and edit there is one."""
    moment = now()
    connection.execute(
        insert(clips).values(
            id=result["clip_id"],
            job_id=job.job_id,
            project_id=job.project_id,
            owner=job.owner,
            name=result["name"],
            edit_identity=edit.identity,
            rendered_identity=edit.identity,
            render_job_id=job.job_id,
            files=result["files"],
            created_at=moment,
            updated_at=moment,
        )
    )
