"""Captions as WebVTT, which players on the web read: as SRT, and besides with the time at which each word is spoken."""

from collections.abc import Sequence

from app.editing.srt import clock, plain, words_by_line
from app.models.edit import Cue
from app.models.timing import OUTPUT_FPS

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def write_vtt(cues: Sequence[Cue], fps: int = OUTPUT_FPS) -> str:
    """Return the cues as WebVTT: times of their frames to the nearest millisecond, lines as shown.

    A word that begins after its cue has its own time before it, as the standard's karaoke-style text has, so that a
    player's `::cue(:past)` and `::cue(:future)` can tell those that were said from those to come.
    """
    return "\n".join(["WEBVTT\n", *(_block(cue, fps) for cue in cues)])


def _block(cue: Cue, fps: int) -> str:
    return f"{clock(cue.start, fps, '.')} --> {clock(cue.end, fps, '.')}\n{_text(cue, fps)}\n"


def _text(cue: Cue, fps: int) -> str:
    at = cue.start  # times within a cue must rise, and lie inside it
    lines = []
    for line in words_by_line(cue):
        shown = []
        for word in line:
            text = plain(word.text).translate(_ENTITIES)
            if word.spoken and at < word.start < cue.end:
                at = word.start
                text = f"<{clock(at, fps, '.')}>{text}"
            shown.append(text)
        lines.append(" ".join(filter(None, shown)))
    return "\n".join(filter(None, lines))
