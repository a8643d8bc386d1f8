"""Providers that other packages bring, found by their entry points. One that does not work is told and left out."""

import logging
from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from app.config import Settings
from app.models.voice import VoiceInfo
from app.services.speech.provider import Provider

GROUP = "edit_factory.voices"
BUILT_IN = ("piper", "espeak", "edge")
"""Names that no plug-in can take."""

T = TypeVar("T")

log = logging.getLogger("edit_factory")


def plugin(name: str, settings: Settings) -> Provider | None:
    """Return the provider that a package brings under this name; None when there is none that works."""
    entry = _entry(name)
    return _asked(entry, settings, lambda provider: provider) if entry else None


def plugin_names() -> list[str]:
    """Return the names of all of them, also of those that do not work."""
    return sorted({entry.name for entry in _entries()})


def plugin_voices(settings: Settings) -> list[VoiceInfo]:
    """Return the voices of all of them."""
    found = (_asked(entry, settings, lambda provider: provider.voices()) for entry in _entries())
    return [voice for voices in found for voice in voices or ()]


def plugin_voice(voice_id: str, settings: Settings) -> VoiceInfo | None:
    """Return the voice of that id, also one that its provider does not list."""
    entry = _entry(voice_id.partition(":")[0])
    return _asked(entry, settings, lambda provider: provider.find(voice_id)) if entry else None


def _entries() -> list[EntryPoint]:
    return [entry for entry in entry_points(group=GROUP) if entry.name not in BUILT_IN]


def _entry(name: str) -> EntryPoint | None:
    return next((entry for entry in _entries() if entry.name == name), None)


def _asked(entry: EntryPoint, settings: Settings, ask: Callable[[Provider], T]) -> T | None:
    try:
        return ask(entry.load()(settings))
    except Exception as error:  # somebody else's code: the other voices still speak
        _tell_once(entry.name, entry.value, f"{type(error).__name__}: {error}")
        return None


@cache
def _tell_once(name: str, value: str, why: str) -> None:
    log.warning("The plug-in %s (%s) cannot be used: %s", name, value, why)
