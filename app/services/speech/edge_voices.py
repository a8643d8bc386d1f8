"""Names of Edge-TTS voices. The service has some 300; these are listed and suggested without asking it."""

import re
from types import MappingProxyType

from app.models.voice import VoiceInfo

_ID = re.compile(
    r"edge:(([a-z]{2,3})-(?:[A-Z][a-z]{3}-)?[A-Z]{2}(?:-[a-z]+)?-([A-Z][A-Za-z]+?)(?:Multilingual)?Neural)"
)

# Names from Microsoft's public list of voices as far as it is known, not checked against the service: a name it does
# not have ends in an error that says so. The first of a language is suggested.
_NAMES: tuple[tuple[str, str], ...] = (
    ("ro-RO-AlinaNeural", "female"),
    ("ro-RO-EmilNeural", "male"),
    ("en-US-AriaNeural", "female"),
    ("en-US-JennyNeural", "female"),
    ("en-US-GuyNeural", "male"),
    ("en-GB-SoniaNeural", "female"),
    ("en-GB-RyanNeural", "male"),
    ("de-DE-KatjaNeural", "female"),
    ("fr-FR-DeniseNeural", "female"),
    ("es-ES-ElviraNeural", "female"),
    ("it-IT-ElsaNeural", "female"),
    ("hu-HU-NoemiNeural", "female"),
    ("pt-PT-RaquelNeural", "female"),
    ("pl-PL-ZofiaNeural", "female"),
    ("nl-NL-ColetteNeural", "female"),
    ("bg-BG-KalinaNeural", "female"),
    ("cs-CZ-VlastaNeural", "female"),
    ("da-DK-ChristelNeural", "female"),
    ("el-GR-AthinaNeural", "female"),
    ("fi-FI-NooraNeural", "female"),
    ("hr-HR-GabrijelaNeural", "female"),
    ("ja-JP-NanamiNeural", "female"),
    ("ru-RU-SvetlanaNeural", "female"),
    ("sk-SK-ViktoriaNeural", "female"),
    ("sr-RS-SophieNeural", "female"),
    ("sv-SE-SofieNeural", "female"),
    ("tr-TR-EmelNeural", "female"),
    ("uk-UA-PolinaNeural", "female"),
    ("zh-CN-XiaoxiaoNeural", "female"),
)


def described(voice_id: str, gender: str = "") -> VoiceInfo | None:
    """Return the voice of an id like `edge:ro-RO-AlinaNeural`; None when it has another form."""
    match = _ID.fullmatch(voice_id)
    if match is None:
        return None
    known = gender or _GENDERS.get(match[1], "")
    return VoiceInfo(id=voice_id, provider="edge", name=match[1], language=match[2], offline=False, gender=known)


_GENDERS = MappingProxyType(dict(_NAMES))
KNOWN: tuple[VoiceInfo, ...] = tuple(voice for name, _ in _NAMES if (voice := described(f"edge:{name}")))


def natural_voice(language: str) -> str | None:
    """Return the id of a natural voice for `language` (ISO 639-1) when one is known."""
    return next((voice.id for voice in KNOWN if voice.language == language), None)
