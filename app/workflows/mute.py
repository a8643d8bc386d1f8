"""Muting the voices of a video from a command: asked for as a job, and waited for."""

from pathlib import Path
from typing import Any

from app.config import Settings
from app.errors import InputError, from_record
from app.media.mute import muted_suffix
from app.media.probe import probe
from app.models.control import Control
from app.services.sources import unquoted
from app.workflows.jobs.attend import Listener, ask, attended, open_desk
from app.workflows.mute_voice import mute_request


def mute(
    path: Path,
    out: str | None,
    settings: Settings,
    listener: Listener,
    control: Control,
    *,
    keep: float = 0.0,
    ambience: bool = False,
) -> dict[str, Any]:
    """Write `path` with its voices at the share `keep`, or taken out of their ambience; return what was done.

    `out` is a file, or a folder for one, which is made: one that is there, or a name that ends in / or has no ending.
    Without it the new file is beside the old one. Raises `InputError` (bad_keep, same_file, bad_container),
    `MediaError`, `StorageError` or `Cancelled`.
    """
    info = probe(path, max_pixels=settings.max_pixels, need_picture=True, control=control)
    place = _place(path, muted_suffix(path, info), out, "ambience" if ambience else "muted")
    desk = open_desk(settings)
    request = mute_request(path, place, keep, ambience=ambience)
    job, mine = ask(desk, "mute_voice", request, f"mute {path.name}")
    done = attended(desk, job["job_id"], settings, listener, control, mine=mine)
    if done["status"] != "completed":
        raise from_record(done["error"])
    return {**done["result"], "file": str(unquoted(done["result"]["file"]))}


def _place(path: Path, suffix: str, out: str | None, added: str) -> Path:
    own = f"{path.stem}-{added}{suffix}"
    if out is None:
        return path.with_name(own)
    place = Path(out)
    if out.endswith("/") or place.is_dir() or not place.suffix:
        return place / own
    if place.suffix.lower() != suffix:
        raise InputError(
            f"{place.name} cannot be the name of this file, which is of the kind {suffix[1:]}.",
            hint=f"Let the name end with {suffix}.",
            subject="out",
            code="bad_container",
        )
    return place
