"""Captions written as SRT, the way every player reads it."""

from collections.abc import Sequence

from app.editing.srt import clock
from app.models.subtitles import SubtitleCue


def write_subtitles(cues: Sequence[SubtitleCue]) -> str:
    """Return the captions as SRT: numbered from 1, lines ending with line feeds, an empty line between captions."""
    return "\n".join(
        f"{number}\n{clock(cue.start, 1000)} --> {clock(cue.end, 1000)}\n{cue.text}\n"
        for number, cue in enumerate(cues, start=1)
    )
