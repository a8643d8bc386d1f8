"""What a voice costs before it has spoken anything."""

import logging

from app.config import Settings
from app.models.voice import SpeechText, VoiceInfo
from app.services.speech.plugins import BUILT_IN, plugin
from app.services.speech.provider import PaidProvider, is_paid

log = logging.getLogger("edit_factory")

LETTERS = 1_000
"""Of which the price is told."""


def price_of(voice: VoiceInfo, settings: Settings) -> int | None:
    """Return what a thousand letters cost in this voice, in micro-dollars; None when its maker does not say."""
    return cost_of(SpeechText(language=voice.language, tokens=(), words=(), text="a" * LETTERS), voice, settings)


def cost_of(text: SpeechText, voice: VoiceInfo, settings: Settings) -> int | None:
    """Return what speaking `text` is charged, in micro-dollars; None when its maker does not say."""
    seller = _seller(voice, settings)
    if seller is None:
        return 0
    try:
        return seller.cost(text, voice)
    except Exception as error:  # somebody else's code, which may want to see words
        log.warning("The plug-in of %s does not say what it costs: %s", voice.id, type(error).__name__)
        return None


def is_charged(voice: VoiceInfo, settings: Settings) -> bool:
    """Whether speaking in this voice costs money."""
    return _seller(voice, settings) is not None


def _seller(voice: VoiceInfo, settings: Settings) -> PaidProvider | None:
    provider = None if voice.provider in BUILT_IN else plugin(voice.provider, settings)
    return provider if provider is not None and is_paid(provider) else None
