"""What a job that was cancelled leaves: nothing."""

import shutil
from collections.abc import Mapping
from typing import Any

from app.config import Settings
from app.errors import EditError
from app.services.edits import EditLibrary
from app.services.sources import unquoted
from app.workflows.places import job_folder
from app.workflows.stems import release_stem


def abandon(settings: Settings, kind: str, job_id: str, request: Mapping[str, Any]) -> None:
    """Take away what a job that nobody works on any more has in its folder, and beside the clip it was to make."""
    shutil.rmtree(job_folder(settings.data_dir, job_id), ignore_errors=True)
    if kind != "render":
        return
    try:
        edit = EditLibrary(settings).get(str(request["edit"]))
        release_stem(unquoted(str(request["out"])), edit, job_id)
    except (EditError, KeyError, OSError):  # nothing was begun, or the disk it was begun on is away
        return
