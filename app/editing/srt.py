"""Captions as SubRip text, from the same cues as the picture."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from app.models.edit import Cue
from app.models.timing import OUTPUT_FPS


def write_srt(cues: Sequence[Cue], fps: int = OUTPUT_FPS) -> str:
    """Return the cues as SRT: numbered from 1, times of their frames to the nearest millisecond, lines as shown.

    Every word is there as it was written, also what the picture shows in capitals or cannot show.
    """
    return "\n".join(
        f"{number}\n{_time(cue.start, fps)} --> {_time(cue.end, fps)}\n{_text(cue)}\n"
        for number, cue in enumerate(cues, start=1)
    )


def _time(frame: int, fps: int) -> str:
    seconds, millis = divmod((frame * 1000 + fps // 2) // fps, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02},{millis:03}"


def _text(cue: Cue) -> str:
    return "\n".join(filter(None, _lines(cue)))


def _lines(cue: Cue) -> Iterator[str]:
    """Yield the cue's lines; an empty one would end the cue for a reader, so white space is made single spaces."""
    ends = list(accumulate(cue.lines))
    for size, end in zip(cue.lines, ends, strict=True):
        yield " ".join(" ".join(word.text for word in cue.words[end - size : end]).split())
