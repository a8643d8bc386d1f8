"""Presets of one's own: options under a name, to be used again."""

from datetime import datetime

from pydantic import Field

from app.models.base import Record
from app.models.library.changes import UNSAID, Change
from app.models.library.options import ClipOptions
from app.models.library.texts import Name


class PresetFields(Record):
    """Options under a name."""

    name: Name = Field(description="What it is called.", examples=["Reels, Alina's voice"])
    options: ClipOptions = Field(default=ClipOptions(), description="How clips are made.")


class PresetChange(Change):
    """What to change of a preset; `options` are replaced as a whole."""

    name: Name = UNSAID
    options: ClipOptions = UNSAID


class OwnPreset(PresetFields):
    """A preset as it is kept."""

    id: str
    version: int
    created_at: datetime
    updated_at: datetime
