"""Captions as SubRip text, from the same cues as the picture."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from app.models.edit import Cue, CueWord
from app.models.timing import OUTPUT_FPS


def write_srt(cues: Sequence[Cue], fps: int = OUTPUT_FPS) -> str:
    """Return the cues as SRT: numbered from 1, times of their frames to the nearest millisecond, lines as shown.

    Every word is there as it was written, also what the picture shows in capitals or cannot show.
    """
    return "\n".join(
        f"{number}\n{clock(cue.start, fps)} --> {clock(cue.end, fps)}\n{_text(cue)}\n"
        for number, cue in enumerate(cues, start=1)
    )


def clock(frame: int, fps: int, point: str = ",") -> str:
    """Return a frame's time as hh:mm:ss,mmm, to the nearest millisecond."""
    seconds, millis = divmod((frame * 1000 + fps // 2) // fps, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{millis:03}"


def words_by_line(cue: Cue) -> Iterator[tuple[CueWord, ...]]:
    """Yield the words of each of the cue's lines."""
    ends = list(accumulate(cue.lines))
    for size, end in zip(cue.lines, ends, strict=True):
        yield cue.words[end - size : end]


def plain(text: str) -> str:
    """Return a word's text with single spaces: an empty line would end its cue for a reader."""
    return " ".join(text.split())


def _text(cue: Cue) -> str:
    lines = (" ".join(filter(None, (plain(word.text) for word in line))) for line in words_by_line(cue))
    return "\n".join(filter(None, lines))
