"""The old forms of a main job, read as wishes of the library: what they cannot mean any more is refused, with why."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.api.library.clip_content import SubtitleSettings
from app.api.library.forms import Form
from app.api.library.sent import number
from app.editing.subtitles.captions import text_of_srt
from app.errors import InputError
from app.models.base import Record
from app.models.edit import SourceSound
from app.models.library.media import Arrival
from app.models.library.names import plain_name
from app.models.library.options import ClipOptions
from app.models.library.project import ProjectVideoFields
from app.models.library.wishes import MakeWish

R = TypeVar("R", bound=Record)

SECONDARY = (1, 2, 3)
"""The numbers of secondary videos."""

_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})
_BOTH: dict[str, Any] = {
    "output_name": {"type": "string", "description": "What the project is called."},
    "target_duration": {"type": "number", "default": 20.0, "minimum": 1.0, "maximum": 600.0},
    "subtitle_settings": {"type": "string", "description": "JSON: `{style?, burnt?}`."},
    "variant_count": {"type": "integer", "default": 1, "minimum": 1, "maximum": 10},
}
JOB: dict[str, Any] = {
    **_BOTH,
    "srt": {"type": "string", "description": "Captions, as text or as a file: what is said without script_text."},
    "script_text": {"type": "string", "description": "What is said."},
    "context_text": {"type": "string", "description": "What is to be known of the footage."},
    "generate_audio": {"type": "boolean", "default": True},
    "mute_source_voice": {"type": "boolean", "default": False},
}
MULTI: dict[str, Any] = {
    **_BOTH,
    "srt": {"type": "string", "description": "Captions, as text or as a file: what is said."},
    **{
        f"secondary_keywords_{one}": {"type": "string", "description": "Words, with commas between."}
        for one in SECONDARY
    },
    "secondary_segment_duration": {"type": "number", "default": 2.0, "minimum": 0.5, "maximum": 5.0},
}


@dataclass(frozen=True)
class OldWish:
    """What a form asks for: clips, of which files, what each of these is for, and what is to be known of them."""

    wish: MakeWish
    arrivals: list[Arrival]
    uses: list[ProjectVideoFields]
    context: str = ""


def job_wish(form: Form) -> OldWish:
    """Return what the form of `POST /jobs` asks for. Raises `InputError` and `RequestValidationError`."""
    _no_voice_over(form)
    script = form.text("script_text") or _spoken_srt(form)
    speaks, mutes = _flag(form, "generate_audio", True), _flag(form, "mute_source_voice", False)
    if script and not speaks:
        raise InputError(
            "A script without a voice is not supported: captions are those of the voice.",
            hint="Leave generate_audio out, or script_text and srt; or PUT srt_content into clips that were made.",
            subject="generate_audio",
            code="not_supported",
        )
    sound = SourceSound(mode="muted") if mutes else None if script else SourceSound(mode="on")
    arrival = _file(form, "video")
    context = form.text("context_text") or ""
    return OldWish(_wish(form, JOB, arrival, script, sound), [arrival], [ProjectVideoFields()], context)


def multi_wish(form: Form) -> OldWish:
    """Return what the form of `POST /jobs/multi-video` asks for. Raises as `job_wish` does."""
    _no_voice_over(form)
    if number(form, "secondary_segment_duration", MULTI) != 2.0:
        raise InputError(
            "How long a secondary video is shown is not supported: it is as long as the words it is shown for.",
            hint="Leave secondary_segment_duration out.",
            subject="secondary_segment_duration",
            code="not_supported",
        )
    script = _spoken_srt(form)
    if script is None:
        raise InputError("The form has no captions.", hint="Send them as srt.", subject="srt")
    main = _file(form, "main_video")
    arrivals, uses = [main], [ProjectVideoFields()]
    for one in SECONDARY:
        words = [word for part in (form.text(f"secondary_keywords_{one}") or "").split(",") if (word := part.strip())]
        if bool(words) != bool(form.files.get(f"secondary_video_{one}")):
            raise InputError(
                f"secondary_video_{one} and secondary_keywords_{one} go together.",
                hint="Send both, or neither.",
                subject=f"secondary_keywords_{one}",
            )
        if words:
            arrivals.append(_file(form, f"secondary_video_{one}"))
            uses.append(_checked(ProjectVideoFields, {"role": "secondary", "keywords": words}))
    return OldWish(_wish(form, MULTI, main, script, None), arrivals, uses)


def _wish(form: Form, known: Any, arrival: Arrival, script: str | None, sound: SourceSound | None) -> MakeWish:
    """Return the clips that a form asks for; `sound` is the footage's own, None as settings have it."""
    count = number(form, "variant_count", known)
    if count != int(count):
        raise InputError("variant_count is no whole number.", hint="Use 1 to 10.", subject="variant_count")
    options = {
        "duration": number(form, "target_duration", known),
        "captions": _captions(form),
        "source_sound": sound,
        "over_length": "keep",
    }
    name = plain_name(form.text("output_name") or arrival.name)
    told = {"script": script, "count": int(count), "name": name, "options": _checked(ClipOptions, options)}
    return _checked(MakeWish, told)


def _no_voice_over(form: Form) -> None:
    if form.files.get("audio"):
        raise InputError(
            "One's own voice-over is not supported yet.",
            hint="Leave audio out, and send what is said as script_text or srt: it is spoken.",
            subject="audio",
            code="not_supported",
        )


def _spoken_srt(form: Form) -> str | None:
    content = form.texts.get("srt")
    return text_of_srt(content) if content and content.strip() else None


def _captions(form: Form) -> str | None:
    text = form.text("subtitle_settings")
    if not text or not text.strip():
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise InputError("subtitle_settings is no JSON object.", hint='{"style": "bold"}', subject="subtitle_settings")
    settings = _checked(SubtitleSettings, told)
    return "off" if settings.burnt is False else settings.style


def _file(form: Form, name: str) -> Arrival:
    files = form.files.get(name, [])
    if len(files) != 1:
        raise InputError(f"The form has no {name}, or several.", hint=f"Send one as {name}.", subject=name)
    return files[0].arrival("video")


def _flag(form: Form, name: str, otherwise: bool) -> bool:
    text = (form.text(name) or "").strip().lower()
    if not text:
        return otherwise
    if text not in _TRUE | _FALSE:
        raise InputError(f"{name} is neither true nor false.", hint="Use true or false.", subject=name)
    return text in _TRUE


def _checked(record: type[R], told: dict[str, Any]) -> R:
    """Return the record of these fields. Raises `RequestValidationError` naming the one that is wrong."""
    try:
        return record.model_validate(told)
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from error
