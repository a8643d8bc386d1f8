"""Options of the library as the main job takes them, and whether they can be met here."""

from pathlib import Path
from typing import Any

from app.config import Settings
from app.models.library.options import ClipOptions
from app.models.make import MusicWish
from app.services import speech

_OF_SETTINGS = {
    "duration": "duration",
    "language": "lang",
    "voice": "voice",
    "speed": "speed",
    "preset": "preset",
    "quality": "quality",
    "captions": "captions",
    "words_per_cue": "words_per_cue",
    "framing": "framing",
}
"""Fields of a `MakeRequest` by what the setting that decides them otherwise is called."""


def make_fields(options: ClipOptions, settings: Settings, music: Path | None) -> dict[str, Any]:
    """Return the fields of a `MakeRequest` that options decide; `music` is the file of their music.

    What they do not say is as the settings have it, or left out: as `MakeRequest` has it by itself.
    """
    said = options.said()
    wish = said.pop("music", None)
    if wish is not None and music is not None:
        said["music"] = MusicWish(path=music, start=wish.start, level_db=wish.level_db)
    return {field: getattr(settings, name) for field, name in _OF_SETTINGS.items()} | said


def check_options(options: ClipOptions, settings: Settings) -> None:
    """Raise `UnknownName` for a voice that there is not; the rest a record checks by itself."""
    check_voice(options.voice, settings)


def check_voice(voice: str | None, settings: Settings) -> None:
    """Raise `UnknownName` for a voice that there is not, with the nearest names."""
    if voice is not None:
        speech.choose_voice(voice, "", settings)
