"""What a job that was cancelled leaves: nothing. What one that ended otherwise leaves beside its result: no trace."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.config import Settings
from app.services.library.uploads import incoming
from app.services.sources import unquoted
from app.workflows.clips.holds import take_back
from app.workflows.clips.places import job_folder

SHOWING = frozenset({"render", "mute_voice"})
"""The kinds of jobs that show files in a person's folder."""


def abandon(settings: Settings, kind: str, job_id: str, request: Mapping[str, Any]) -> None:
    """Take away all that a job, on which nobody works any more, made: in its folder, and in the one it was to fill."""
    clear_beside(kind, job_id, request)
    if kind == "receive":
        (incoming(settings) / str(request.get("upload_id") or job_id)).unlink(missing_ok=True)
    shutil.rmtree(job_folder(settings.data_dir, job_id), ignore_errors=True)


def clear_beside(kind: str, job_id: str, request: Mapping[str, Any], *, keep: bool = False) -> None:
    """Let an ended job go of its names, and remove what it left half-written; `keep` what it showed when it ended well.

    Its own folder stays. What cannot be removed now, as on a disk that is away, is left to the clean-up.
    """
    folder = out_folder(kind, request)
    if folder is not None:
        take_back(folder, job_id, keep=keep)


def out_folder(kind: str, request: Mapping[str, Any]) -> Path | None:
    """Return the folder of a person's that a job of that kind shows its files in; None for one that shows none."""
    out = request.get("out")
    if kind not in SHOWING or not isinstance(out, str):
        return None
    return unquoted(out) if kind == "render" else unquoted(out).parent
