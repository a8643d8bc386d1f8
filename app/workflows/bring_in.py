"""Bringing files into the library from a command: asked for as a job, and waited for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.config import Settings
from app.errors import from_record
from app.models.control import Control
from app.services.sources import unquoted
from app.workflows.import_files import import_request
from app.workflows.jobs.attend import Listener, ask, attended, open_desk


def bring_in(
    files: Sequence[Path],
    settings: Settings,
    listener: Listener,
    control: Control,
    *,
    project_id: str | None = None,
    copied: bool = False,
) -> list[dict[str, Any]]:
    """Bring the files into the library of this machine's own person, and return what became of each, in order.

    They stay where they are, unless they are `copied`. Each has `file`, and `video_id` and `kind`, or an `error`.
    Raises `StorageError` or `Cancelled`.
    """
    desk = open_desk(settings)
    request = import_request(files, project_id, copied=copied)
    job, mine = ask(desk, "import_files", request, f"bring in {len(files)} files")
    done = attended(desk, job["job_id"], settings, listener, control, mine=mine)
    if done["status"] != "completed":
        raise from_record(done["error"])
    return [{**file, "file": str(unquoted(file["file"]))} for file in done["result"]["files"]]
