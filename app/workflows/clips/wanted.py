"""Clips of a project's footage: the request of the main job, made of what the library knows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.config import Settings
from app.db import Database
from app.editing.marking import only_marked
from app.errors import InputError, ScriptError
from app.models.base import content_key
from app.models.job import JobDict
from app.models.library.media import FOOTAGE, MediaKind, MediaRow
from app.models.library.options import ClipOptions
from app.models.library.project import Project
from app.models.library.script import Script
from app.models.library.wishes import ClipsWish, SegmentsWish
from app.models.make import MakeRequest
from app.models.marks import MOST_MARKS, FootageMarks
from app.services.library.marks import marks_of
from app.services.library.media import Media
from app.services.library.options import check_options, make_fields
from app.services.library.project_videos import ProjectVideos
from app.services.library.projects import Projects
from app.services.library.scripts import Scripts
from app.workflows.clips.decide import check_names
from app.workflows.clips.places import clips_folder
from app.workflows.jobs.records import request_json
from app.workflows.jobs.submit import Desk

_OF_SCRIPTS = ("language", "voice", "speed")


def ask_for_clips(
    desk: Desk,
    settings: Settings,
    owner: str | None,
    project_id: str,
    wish: ClipsWish,
    job_id: str,
    callback_url: str | None = None,
) -> JobDict:
    """Take in the main job for a project. Raises what `wanted_clips` raises."""
    request = wanted_clips(desk.storage.database, settings, owner, project_id, wish, job_id)
    return desk.submit(
        "generate",
        request_json(request),
        job_id=job_id,
        title=title_of(request.count),
        callback_url=callback_url,
        owner=owner,
        project_id=project_id,
    )


def title_of(count: int) -> str:
    """Return what a job that makes so many clips is called."""
    return f"make {count} clip{'s' * (count != 1)}"


def wanted_clips(
    database: Database, settings: Settings, owner: str | None, project_id: str, wish: ClipsWish, job_id: str
) -> MakeRequest:
    """Return what the main job is asked for: the wish's options, the project's where it says nothing, then settings.

    Raises `InputError` (project_unknown, script_unknown, asset_unknown, project_empty ...), `ScriptError`,
    `UnknownName`, and `MediaError` for files that are gone.
    """
    project = Projects(database).get(owner, project_id)
    scripts = Scripts(database).of_project(owner, project_id, wish.script_ids) if wish.script_ids else []
    options = wish.options.over(_of_scripts(scripts).over(project.for_clips()))
    check_options(options, settings)
    media = Media(database, settings)
    footage = _footage(database, media, owner, project_id)
    texts = tuple(script.text for script in scripts) or wish.scripts or ()
    fields = make_fields(options, settings, _music(media, owner, options))
    marks = marks_of(database, owner, project_id)
    count = wish.wanted or (len(texts) if len(texts) > 1 else options.count or 1)
    fields |= {
        "files": tuple(media.path_of(row) for row in footage),
        "names": {row.content_hash: row.name for row in footage},
        "scripts": texts,
        "script_ids": tuple(script.id for script in scripts),
        "count": count,
        "brand": _brand(media, owner, project),
        "marks": marks,
        "render": wish.render,
        "out": clips_folder(settings.data_dir, job_id),
    }
    if isinstance(wish, SegmentsWish):
        fields |= _of_segments(wish, marks, footage, job_id)
    request = MakeRequest.model_validate(fields)
    check_names(request)
    return request


def _of_segments(wish: SegmentsWish, marks: FootageMarks, footage: Sequence[MediaRow], job_id: str) -> dict[str, Any]:
    """Return the fields that are different when only marked segments are to be shown."""
    fields: dict[str, Any] = {
        "marks": only_marked(marks, {row.content_hash: row.info.duration for row in footage}),
        "in_order": wish.selection_mode == "sequential",
    }
    if wish.target_duration is not None and wish.options.duration is None:
        fields["duration"] = wish.target_duration
    if wish.selection_mode == "random" and wish.options.seed is None:
        fields["seed"] = int(content_key(job_id)[:8], 16)  # the same for a request that is sent again
    return fields


def _footage(database: Database, media: Media, owner: str | None, project_id: str) -> list[MediaRow]:
    found = ProjectVideos(database).page(owner, project_id, limit=MOST_MARKS)
    if not found.items:
        raise InputError(
            "The project has no footage.",
            hint="Put videos or photographs into it: PUT /api/v1/library/projects/{project_id}/videos/{video_id}.",
            subject="project_id",
            code="project_empty",
        )
    return media.all_of(owner, [video.video_id for video in found.items], FOOTAGE)


def _of_scripts(scripts: Sequence[Script]) -> ClipOptions:
    """Return what the scripts themselves say of their voice. Raises `ScriptError` where they differ."""
    said: dict[str, Any] = {}
    for name in _OF_SCRIPTS:
        values = dict.fromkeys(getattr(script, name) for script in scripts)
        if len(values) > 1:
            raise ScriptError(
                f"The scripts do not have the same {name}, and clips made together have one.",
                hint=f"Make them one after the other, or name the {name} in options.",
                subject="script_ids",
                code="scripts_differ",
            )
        said[name] = next(iter(values), None)
    return ClipOptions(**said)


def _music(media: Media, owner: str | None, options: ClipOptions) -> Path | None:
    return _file(media, owner, options.music.music_id, "music") if options.music else None


def _brand(media: Media, owner: str | None, project: Project) -> object:
    if project.brand is None:
        return None
    logo = project.brand.logo
    return project.brand.as_wish(_file(media, owner, logo.asset_id, "logo") if logo else None)


def _file(media: Media, owner: str | None, media_id: str, kind: MediaKind) -> Path:
    return media.path_of(media.require(owner, media_id, (kind,)))
