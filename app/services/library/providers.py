"""Who does work for clips: what is there, what it needs, and what it has cost. Nobody is asked for it."""

from app.config import Settings
from app.db import Database
from app.models.library.usage import Spent
from app.models.library.voice import ProviderShown
from app.models.voice import VoiceInfo
from app.services import speech
from app.services.cost_rows import CostFilter
from app.services.library.usage import Usage
from app.services.speech.plugins import plugin_names
from app.services.speech.pricing import is_charged

_NOTES = {
    "piper": "Natural voices that run here; English is there, others are put into the voices folder.",
    "espeak": "Robotic voices that run here, for about a hundred languages.",
    "edge": "Natural voices of a service that needs the network and no account.",
}
_LEDGER = {"edge": "edge_tts"}
"""What the ledger calls a service, where that is not its name."""


def providers(database: Database, settings: Settings, owner: str | None) -> list[ProviderShown]:
    """Return the analysis, the makers of voices that are built in, and those that other packages bring."""
    spent = {one.name: one for one in Usage(database).costs(owner, "service", None, None, CostFilter()).totals}
    voices = speech.voices(settings)
    names = [*_NOTES, *plugin_names()]
    local = ProviderShown(
        name="local", kind="analysis", works=True, offline=True, charges=False, voices=0, calls=0,
        cost_microdollars=0, note="Looks at footage here, and needs nothing.",
    )  # fmt: skip
    return [local, *(_maker(name, voices, settings, spent.get(_LEDGER.get(name, name), Spent())) for name in names)]


def _maker(name: str, voices: list[VoiceInfo], settings: Settings, spent: Spent) -> ProviderShown:
    own = [voice for voice in voices if voice.provider == name]
    return ProviderShown(
        name=name,
        kind="voice",
        works=bool(own),
        offline=bool(own) and all(voice.offline for voice in own),
        charges=any(is_charged(voice, settings) for voice in own[:1]),
        voices=len(own),
        calls=spent.calls,
        cost_microdollars=spent.cost_microdollars,
        note=_NOTES.get(name, "Comes with another package."),
    )
