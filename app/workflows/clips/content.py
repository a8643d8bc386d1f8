"""What is said and shown in a clip besides its shots: captions in another style, of another clip; no sound at all."""

from app.editing.document import changed_edit
from app.errors import InputError
from app.models.edit import Captions, Edit, SourceSound
from app.models.library.options import CAPTIONS_OFF
from app.workflows.clips.prepare import captions_for


def styled(edit: Edit, style: str) -> Edit:
    """Return the edit with its captions in another style; "off" keeps them out of the picture, not out of the SRT.

    Raises `InputError` (no_captions) and `UnknownName`.
    """
    if edit.captions is None:
        raise InputError(
            "The clip has no captions.", hint="Give some with srt_content or cues.", subject="style", code="no_captions"
        )
    changes = {"burnt": False} if style == CAPTIONS_OFF else {"burnt": True, "style": style}
    return _with_captions(edit, captions_for(edit.captions.evolve(**changes), edit.preset))


def silenced(edit: Edit) -> Edit:
    """Return the edit without voice, music and its footage's own sound; its captions stay."""
    music = edit.music.source if edit.music else None
    sources = tuple(source for source in edit.sources if source.content_hash != music)
    changes = {"voice": None, "music": None, "source_sound": SourceSound(), "sources": sources}
    changed = changed_edit(edit, **changes)
    return edit if edit.evolve(**changes) == edit else changed


def with_captions_of(edit: Edit, other: Edit) -> Edit:
    """Return the edit with another's captions as far as they fit into its length, with lines broken for its canvas."""
    if other.captions is None:
        return _with_captions(edit, None)
    end = edit.end_card_span.start
    cues = tuple(cue for cue in other.captions.cues if cue.end <= end)
    return _with_captions(edit, captions_for(other.captions.evolve(cues=cues), edit.preset))


def _with_captions(edit: Edit, captions: Captions | None) -> Edit:
    return edit if captions == edit.captions else changed_edit(edit, captions=captions)
