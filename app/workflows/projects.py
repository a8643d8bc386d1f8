"""Removing a project, also one that is worked on."""

from app.config import Settings
from app.services.library.projects import Projects
from app.workflows.clips.places import remove_files
from app.workflows.jobs.submit import Desk


def remove_project(
    desk: Desk,
    settings: Settings,
    owner: str | None,
    project_id: str,
    expected: int | None = None,
    *,
    keep_clips: bool = False,
    cancel: bool = False,
) -> None:
    """Remove a project with its scripts and marks, and with its clips and their files unless they are kept.

    Raises `InputError`: project_unknown, version_conflict, or project_busy while its jobs run; with `cancel` they are
    cancelled first.
    """
    store = Projects(desk.storage.database)
    if cancel:
        for job_id in store.jobs_of(owner, project_id, expected):
            desk.cancel(job_id)
    for files in store.remove(owner, project_id, expected, keep_clips=keep_clips):
        remove_files(settings, files)
