"""Asking for what clips of the library need: a render of one."""

from app.config import Settings
from app.errors import InputError
from app.models.base import content_key
from app.models.job import JobDict
from app.models.library.clip import Clip
from app.services.library.clips import Clips
from app.services.sources import quoted
from app.workflows.clips.places import clips_folder
from app.workflows.jobs.submit import Desk, has_ended


def ask_for_render(
    desk: Desk,
    settings: Settings,
    clip: Clip,
    owner: str | None,
    job_id: str,
    *,
    preset: str | None = None,
    quality: str | None = None,
    callback_url: str | None = None,
) -> JobDict:
    """Take in a render of the clip's newest document, for another preset or quality if one is named.

    One of the same that has not ended is returned instead, unless somebody else is to be told of its end.
    """
    running = open_render(desk, clip)
    same = running is not None and running["request"].get("edit") == clip.edit_identity
    if running is not None and same and callback_url is None and preset is None and quality is None:
        return running
    request: JobDict = {
        "edit": clip.edit_identity,
        "sources": None,
        "preset": preset,
        "quality": quality,
        "out": quoted(clips_folder(settings.data_dir, job_id)),
        "stem": None,
        "clip_id": clip.id,
    }
    job = desk.submit(
        "render",
        request,
        job_id=job_id,
        title=f"render {clip.name}",
        request_key=content_key("render", owner, clip.id, clip.edit_identity, preset, quality, callback_url),
        callback_url=callback_url,
        owner=owner,
        project_id=clip.project_id,
        clip_id=clip.id,
    )
    Clips(desk.storage.database).render_asked(owner, clip.id, job["job_id"])
    return job


def open_render(desk: Desk, clip: Clip) -> JobDict | None:
    """Return the render of the clip that was asked for last, if it has not ended."""
    job = desk.storage.get_job(clip.render_job_id) if clip.render_job_id else None
    return job if job is not None and not has_ended(job) else None


def require_rendered(clip: Clip) -> None:
    """Raise `InputError` (clip_not_rendered) for a clip that nobody has rendered yet."""
    if not clip.is_rendered:
        raise InputError(
            f"The clip {clip.name} has not been rendered yet.",
            hint="Render it first, or wait for its render.",
            subject="clip_id",
            code="clip_not_rendered",
        )
