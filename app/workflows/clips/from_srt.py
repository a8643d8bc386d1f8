"""A clip's captions from a file of captions: its edit with them, in the style and within the width of its place."""

from dataclasses import dataclass

from app.data import caption_styles, find, presets, qualities
from app.editing.document import canvas_for, changed_edit
from app.editing.script.language import detect
from app.editing.subtitles.captions import Fit, captions_from_srt, text_of_srt
from app.media.ass import line_limit
from app.media.fonts import text_measure
from app.models.edit import Captions, Edit
from app.models.subtitles import Finding
from app.workflows.clips.decide import DEFAULT_STYLE


@dataclass(frozen=True)
class Captioned:
    """An edit with captions of a file, and all that was found in the file."""

    edit: Edit
    findings: tuple[Finding, ...]


def with_srt(
    edit: Edit,
    content: str | bytes,
    *,
    style: str | None = None,
    burnt: bool | None = None,
    language: str | None = None,
) -> Captioned:
    """Return the edit with the captions of an SRT or WebVTT file in the place of its own.

    What is not said stays as it is: the style, whether captions are drawn into the picture, the language. Words that
    the edit's captions have as well are marked when they were, as its voice goes on saying them. Raises `InputError`
    for a file that cannot be used, `UnknownName` for a style that does not exist.
    """
    old = edit.captions
    name = style or (old.style if old else DEFAULT_STYLE)
    spoken = language or (old.language if old else edit.voice.language if edit.voice else detect(text_of_srt(content)))
    read = captions_from_srt(
        content,
        style=name,
        language=spoken,
        total_frames=edit.end_card_span.start,
        burnt=burnt if burnt is not None else old is None or old.burnt,
        fit=_fit(name, edit.preset),
        before=old if edit.voice else None,
    )
    return Captioned(_with(edit, read.captions), read.findings)


def _with(edit: Edit, captions: Captions) -> Edit:
    """Return the edit with the captions; the same edit when they are the same."""
    return edit if captions == edit.captions else changed_edit(edit, captions=captions)


def _fit(style_name: str, preset_name: str) -> Fit:
    style, preset = find("caption style", caption_styles(), style_name), find("preset", presets(), preset_name)
    canvas = canvas_for(preset, qualities()["standard"])  # a draft breaks its lines where the full picture does
    return Fit(line_limit(style, canvas, preset), text_measure(style, canvas))
