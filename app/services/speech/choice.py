"""Which voice speaks: the one that was asked for, or the best one that works without a network."""

from difflib import get_close_matches

from app.config import Settings
from app.errors import UnknownName
from app.models.voice import VoiceInfo
from app.services.speech.edge_voices import KNOWN, described
from app.services.speech.espeak import Espeak
from app.services.speech.piper import Piper
from app.services.speech.plugins import plugin_voice, plugin_voices


def voices(settings: Settings) -> list[VoiceInfo]:
    """Return every voice that is known: Piper's, espeak-ng's, Edge-TTS's by name, and those of plug-ins."""
    return [*Piper(settings).voices(), *Espeak().voices(), *KNOWN, *plugin_voices(settings)]


def choose_voice(asked: str | None, language: str, settings: Settings) -> VoiceInfo:
    """Return the voice named `asked`; without one a Piper voice in `language`, else espeak-ng's.

    The person's own Piper voices come before the packaged one. Raises `UnknownName` with the nearest names, or with
    the languages there are.
    """
    if asked:
        return plugin_voice(asked, settings) or _asked(asked, voices(settings))
    for voice in [*Piper(settings).voices(), *Espeak().voices()]:
        if voice.language == language:
            return voice
    languages = sorted({voice.language for voice in voices(settings)})
    raise UnknownName(
        f"No voice speaks the language {language!r}.",
        hint=f"Choose one of these with --lang: {', '.join(languages)}; or put a Piper voice into the voices folder.",
        subject="lang",
    )


def _asked(asked: str, known: list[VoiceInfo]) -> VoiceInfo:
    found = next((voice for voice in known if voice.id.lower() == asked.lower()), None) or described(asked)
    if found is not None:
        return found
    raise UnknownName(
        f"There is no voice named {asked!r}.",
        hint=f"Did you mean {' or '.join(_nearest(asked, known))}? The command `voices` lists all.",
        subject="voice",
    )


def _nearest(asked: str, known: list[VoiceInfo]) -> list[str]:
    """Return up to three ids like `asked`, which may lack the provider's name or be a language."""
    ids = {voice.id.lower(): voice.id for voice in known}
    bare = {name.partition(":")[2]: voice_id for name, voice_id in ids.items()}
    wanted = asked.lower()
    part = wanted.rpartition(":")[2]
    near = [ids[name] for name in ids if len(part) > 2 and part in name]
    near += [ids[name] for name in get_close_matches(wanted, ids, 3)]
    near += [bare[name] for name in get_close_matches(part, bare, 3)]
    near += [voice.id for voice in known if voice.language == wanted[:2]]
    return list(dict.fromkeys(near))[:3] or ["piper:en_US-joe-medium", "espeak:ro", "edge:ro-RO-AlinaNeural"]
