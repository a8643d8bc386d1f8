"""How fast this machine renders, by what its renders took: what time left is reckoned from before a render has a speed.

The record is a small file in the data folder; on another machine, or when it cannot be read, it begins anew from the
figures of the qualities.
"""

import contextlib
import platform
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from app.config import Settings
from app.data import qualities
from app.errors import StorageError
from app.media.atomic import write_text
from app.models.base import Record
from app.models.edit import Canvas

FEWEST_MEGAPIXELS = 50.0
"""A second of a full canvas: what is measured on less says more of starting programs than of encoding."""

_NEWEST = 0.3  # of the figure is the newest render's, the rest of those before it
_NAME = "speed.json"


class Speeds(Record):
    """Seconds for each megapixel of output that is rendered, by quality, on the machine of that name."""

    machine: str
    seconds_per_megapixel: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)


def render_seconds(settings: Settings, quality: str, canvas: Canvas, frames: int) -> float:
    """Return how long this machine takes to render so many frames, as far as it is known."""
    known = _read(settings.data_dir / _NAME).seconds_per_megapixel
    each = known.get(quality) or qualities()[quality].seconds_per_megapixel
    return megapixels(canvas, frames) * each


def note_render(settings: Settings, quality: str, megapixels: float, seconds: float) -> None:
    """Learn from a render of so many megapixels. Never fails: without the note the old figure stays."""
    if megapixels < FEWEST_MEGAPIXELS or seconds <= 0:
        return
    place = settings.data_dir / _NAME
    speeds, new = _read(place), seconds / megapixels
    before = speeds.seconds_per_megapixel.get(quality, new)
    learnt = {**speeds.seconds_per_megapixel, quality: before + _NEWEST * (new - before)}
    with contextlib.suppress(StorageError):
        write_text(place, speeds.evolve(seconds_per_megapixel=learnt).model_dump_json())


def megapixels(canvas: Canvas, frames: int) -> float:
    """Return how much picture that is."""
    return canvas.width * canvas.height * frames / 1e6


def _read(place: Path) -> Speeds:
    this = Speeds(machine=platform.node())
    try:
        found = Speeds.model_validate_json(place.read_bytes())
    except (OSError, ValidationError):
        return this
    return found if found.machine == this.machine else this
