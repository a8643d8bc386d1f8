"""What ffmpeg is told of one part of a clip's picture: which stretches of which files, through which filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.media.colours import Colours
from app.media.ffmpeg import Input
from app.media.framing import TURNS, framing_filters
from app.media.seeking import begin_before
from app.media.subtitles import DRAW
from app.models.edit import Canvas, Edit, EditShot
from app.models.media import Rotation
from app.models.timing import OUTPUT_FPS

DECODE_THREADS = 2
"""A many-core machine would otherwise reserve memory for all its cores in every process."""

_LEAD = 0.2  # s
_LEAD_VARIABLE = 2.0  # at a variable rate one picture may stand for long (screen recordings)
_TAIL = 0.1  # s read past the shot's end: a slow source's next frame ends the last one's time
_MISSING_FRAMES = 2  # repeated when a source ends a little early; more would be seen as a stop


@dataclass(frozen=True)
class Source:
    """A file that shots take from: what decoding it needs to know.

    `stream` is its picture's place among the file's streams, `indexed` says whether ffmpeg finds key frames in it by
    itself, `max_pixels` how large its pictures may be. `turn` is the clockwise turn that is left to us: ffmpeg applies
    a display matrix by itself, an old tag not.
    """

    path: Path
    name: str
    colours: Colours
    stream: int
    indexed: bool
    max_pixels: int
    variable_rate: bool = False
    turn: Rotation = 0


@dataclass(frozen=True)
class Part:
    """One shot, beginning at the clip's frame `first`; `index` names its file.

    Decoding begins `lead` seconds before it, so that its first frame is the one on screen then, not the next one.
    """

    index: int
    shot: EditShot
    first: int
    source: Source
    lead: float

    @property
    def name(self) -> str:
        """Its file while it is encoded."""
        return f"part-{self.index:04}.mp4"


def parts_of(edit: Edit, sources: Mapping[str, Source]) -> tuple[Part, ...]:
    """Return the edit's shots as parts, in order. Raises `MediaError` for a source that can no longer be opened."""
    parts, first = [], 0
    for index, shot in enumerate(edit.shots):
        source = sources[shot.source]
        parts.append(Part(index, shot, first, source, _lead(source, shot.source_start)))
        first += shot.frames
    return tuple(parts)


def _lead(source: Source, start: float) -> float:
    if not source.indexed:
        return start - begin_before(source.path, start, source.max_pixels)
    return min(start, _LEAD_VARIABLE if source.variable_rate else _LEAD)


def part_filters(part: Part, canvas: Canvas, *, captions: bool) -> str:
    """Return the filters from the source's pictures to the part's: 30 a second first, so no other one is worked on.

    Captions are drawn at the clip's own times: with times from the part's start, libass' centiseconds would round
    differently, and the same word would appear a frame apart in two parts.
    """
    lead = f"setpts=PTS-{part.lead:.6f}/TB," if part.lead else ""
    # Without eof_action=pass, ffmpeg 5.1 loses the last frame of a file.
    steady = f"{lead}fps={OUTPUT_FPS}:start_time=0:eof_action=pass,tpad=stop={_MISSING_FRAMES}:stop_mode=clone"
    filters = [steady, *TURNS[part.source.turn], framing_filters(part.shot.framing, canvas, part.source.colours)]
    if captions:
        filters += [f"setpts=(N+{part.first})/{OUTPUT_FPS}/TB", DRAW]
    return ",".join([*filters, f"setpts=N/{OUTPUT_FPS}/TB"])


def picture_of(part: Part) -> str:
    """Return what ffmpeg's `-map` calls the part's picture."""
    return f"0:{part.source.stream}"


def seek(part: Part) -> Input:
    """Return the part's source, read from a little before its shot to a little after."""
    start, length = part.shot.source_start - part.lead, part.lead + part.shot.frames / OUTPUT_FPS + _TAIL
    return Input(part.source.path, ("-threads", str(DECODE_THREADS), "-ss", f"{start:.6f}", "-t", f"{length:.6f}"))
