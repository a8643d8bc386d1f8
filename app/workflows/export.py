"""An edit document in the words of other programs: editors' timelines and players' captions."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from app.config import Settings
from app.data import caption_styles, find, presets
from app.editing.document import edit_json
from app.editing.srt import write_srt
from app.editing.vtt import write_vtt
from app.errors import InputError
from app.media.ass import ass_document
from app.media.atomic import storage_errors, write_text
from app.models.edit import Captions, Edit
from app.services import speech
from app.services.sources import SourceIndex

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "otio": "a timeline for editing programs (OpenTimelineIO)",
        "srt": "captions (SubRip)",
        "vtt": "captions for players on the web, with each word's time (WebVTT)",
        "ass": "captions as they are drawn (Advanced SubStation Alpha)",
        "json": "the edit document itself, in its canonical form",
    }
)
"""What a clip can be exported as."""


def exported(edit: Edit, kind: str, settings: Settings, *, places: bool = True) -> str:
    """Return the edit as a file of one of `FORMATS`; without `places` it does not tell where on this machine files are.

    Raises `InputError` for another format, and for captions of a clip that has none; `UnknownName` for an unknown
    caption style or preset.
    """
    if kind not in FORMATS:
        raise InputError(
            f"There is no format {kind!r} to export to.", hint=f"Choose one of: {', '.join(FORMATS)}.", subject="format"
        )
    if kind == "json":
        return edit_json(edit)
    if kind == "otio":
        from app.editing.otio import write_otio  # noqa: PLC0415 - loading the library takes a fifth of a second

        return write_otio(edit, _places(edit, settings) if places else {})
    captions = _captions(edit)
    if kind == "ass":
        style = find("caption style", caption_styles(), captions.style)
        return ass_document(captions, style, edit.canvas, find("preset", presets(), edit.preset))
    return write_srt(captions.cues) if kind == "srt" else write_vtt(captions.cues)


def export(edit: Edit, kind: str, out: Path, settings: Settings) -> Path:
    """Write the edit to `out` as one of `FORMATS`, and return `out`; the same file there already is left as it is.

    Raises what `exported` raises, `InputError` (out_taken) when another file stands there, and `StorageError`.
    """
    write_new(out, exported(edit, kind, settings))
    return out


def write_new(out: Path, text: str) -> None:
    """Write `text` to `out`; the same file there already is left as it is.

    Raises `InputError` (out_taken) when another file stands there, and `StorageError`.
    """
    with storage_errors(out):
        there = out.read_bytes() if out.exists() else None
    if there is None:
        write_text(out, text)
    elif there != text.encode():
        raise InputError(
            f"{out} is there already, and is another file.",
            hint="Name another --out, or take that file away first.",
            subject="out",
            code="out_taken",
        )


def _captions(edit: Edit) -> Captions:
    if edit.captions is None or not edit.captions.cues:
        raise InputError(
            "This clip has no captions to export.", hint="Only clips with a script have captions.", subject="format"
        )
    return edit.captions


def _places(edit: Edit, settings: Settings) -> dict[str, str]:
    """Return where the edit's files are, as far as this machine knows, as URLs by content hash."""
    index = SourceIndex(settings)
    seen = {source.content_hash: index.last_seen(source.content_hash) for source in edit.sources}
    if edit.voice is not None:
        seen[edit.voice.audio_hash] = speech.audio_path(settings, edit.voice.audio_hash)
    return {key: path.absolute().as_uri() for key, path in seen.items() if path is not None}
