"""What ffmpeg is told of one part of a clip's picture: which stretches of which files, through which filters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.media.colours import Colours
from app.media.ffmpeg import Input
from app.media.framing import TURNS, framing_filters, window_filters
from app.media.seeking import begin_before, long_standing
from app.media.stamp import Stamp, Stamps, card, stamped
from app.media.stretches import Showing, Stretch, StretchKind, stretches
from app.media.subtitles import DRAW
from app.media.windows import moving_window
from app.models.edit import Canvas, Edit, EditShot, EndCard
from app.models.media import Rotation
from app.models.timing import OUTPUT_FPS, Excerpt, FrameSpan, seconds_of

DECODE_THREADS = 1
"""Parts are decoded side by side, and each beside its encoder, which takes longer. A second thread decodes pictures
that nobody sees, behind the part's end: a tenth of a part's CPU, and 7 MB (measured)."""

_LEAD = 0.2  # s
_LEAD_VARIABLE = 2.0  # at a variable rate pictures often stand for about as long (screen recordings)
_TAIL = 0.1  # s read past the shot's end: a slow source's next frame ends the last one's time
_COUNTED = f"settb=1/{OUTPUT_FPS},setpts=N"
"""Frame by frame. The usual `setpts=N/30/TB` is cut down to whole ticks from binary fractions: frame 123 is at 122."""
_MISSING_FRAMES = 2  # repeated when a source ends a little early; more would be seen as a stop


@dataclass(frozen=True)
class Source:
    """A file that shots take from: what decoding it needs to know.

    `stream` is its picture's place among the file's streams, `indexed` says whether ffmpeg finds key frames in it by
    itself, `max_pixels` how large its pictures may be, `size` how large they are when upright, in square pixels.
    `turn` is the clockwise turn that is left to us: ffmpeg applies a display matrix by itself, an old tag not.
    A `still` one is a single picture.
    """

    path: Path
    name: str
    colours: Colours
    stream: int
    indexed: bool
    max_pixels: int
    size: tuple[int, int]
    still: bool = False
    variable_rate: bool = False
    turn: Rotation = 0


@dataclass(frozen=True)
class Take:
    """Frames of a source, counted from the shot's own first one (below 0 and past its end in a dissolve).

    Decoding begins `lead` seconds before, so that its first frame is the one on screen then, not the next one.
    """

    shot: EditShot
    source: Source
    frames: FrameSpan
    lead: float

    @property
    def excerpt(self) -> Excerpt:
        """The same in the source."""
        start = round(max(0.0, self.shot.source_start + seconds_of(self.frames.start)), 6)
        return Excerpt(start=start, frames=self.frames.count)

    @property
    def travel(self) -> FrameSpan:
        """The frames of the whole shot, counted from the take's first one."""
        return FrameSpan.lasting(-self.frames.start, self.shot.frames)


@dataclass(frozen=True)
class Part:
    """Frames of a clip that are made by one graph; `index` names its file.

    `label` says in errors which part it is: "shot 3". `stamp` is the logo that is drawn over it, `card` what is on
    screen where there is no shot.
    """

    index: int
    kind: StretchKind
    frames: FrameSpan
    takes: tuple[Take, ...]
    label: str
    stamp: Stamp | None = None
    card: EndCard | None = None

    @property
    def name(self) -> str:
        """Its file while it is encoded."""
        return f"part-{self.index:04}.mp4"

    @property
    def described(self) -> str:
        """Which part it is, and of which files."""
        return " ".join([self.label, *(f"from {take.source.name}" for take in self.takes)])

    @property
    def contents(self) -> tuple[str, ...]:
        """What its `inputs` hold, in their order: with what ffmpeg is told, it decides the part's pixels.

        That is the files' content hashes, and the names of films, which say how these were made of a photograph.
        """
        films = [take.source.path.name for take in self.takes if take.source.still]
        logo = [self.stamp.logo.source, self.stamp.film.name] if self.stamp else []
        return (*(take.shot.source for take in self.takes), *films, *logo)

    def without_lead(self) -> "Part":
        """Return the same part, decoded from its very first picture on."""
        return replace(self, takes=tuple(replace(take, lead=0.0) for take in self.takes))


def parts_of(edit: Edit, sources: Mapping[str, Source], stamps: Stamps | None = None) -> tuple[Part, ...]:
    """Return the edit's picture as parts, in order, each with the logo that `stamps` have for it.

    Raises `MediaError` for a source that can no longer be opened.
    """
    parts = [_part(index, stretch, edit, sources) for index, stretch in enumerate(stretches(edit))]
    leads = _leads([take for part in parts for take in part.takes])
    return tuple(_branded(_led(part, leads), edit, stamps) for part in parts)


def _led(part: Part, leads: Mapping[tuple[Source, float], float]) -> Part:
    takes = (replace(take, lead=leads[(take.source, take.excerpt.start)]) for take in part.takes)
    return replace(part, takes=tuple(takes))


def _branded(part: Part, edit: Edit, stamps: Stamps | None) -> Part:
    card = edit.brand.end_card if edit.brand and part.kind == "card" else None
    stamp = (stamps.card if card else stamps.shots) if stamps else None
    return replace(part, card=card, stamp=stamp)


def _part(index: int, stretch: Stretch, edit: Edit, sources: Mapping[str, Source]) -> Part:
    takes = tuple(_take(showing, edit, sources) for showing in stretch.shows)
    numbers = " and ".join(str(showing.shot + 1) for showing in stretch.shows)
    label = {"shot": f"shot {numbers}", "card": "the end card"}.get(
        stretch.kind, f"the {stretch.kind} between shots {numbers}"
    )
    return Part(index, stretch.kind, stretch.frames, takes, label)


def _take(showing: Showing, edit: Edit, sources: Mapping[str, Source]) -> Take:
    shot = edit.shots[showing.shot]
    return Take(shot, sources[shot.source], showing.frames, lead=0.0)


def _leads(takes: Iterable[Take]) -> dict[tuple[Source, float], float]:
    """Return the leads of all takes by source and start; each file is opened once for all that is taken from it."""
    starts: dict[Source, set[float]] = {}
    for take in takes:
        starts.setdefault(take.source, set()).add(take.excerpt.start)
    return {
        (source, start): lead for source, every in starts.items() for start, lead in _leads_of(source, every).items()
    }


def _leads_of(source: Source, starts: Iterable[float]) -> dict[float, float]:
    if source.still:
        return dict.fromkeys(starts, 0.0)
    if not source.indexed:
        return {start: start - begin_before(source.path, start, source.max_pixels) for start in starts}
    usual = _LEAD_VARIABLE if source.variable_rate else _LEAD
    begun = long_standing(source.path, sorted(starts), usual, source.max_pixels)
    return {start: min(start, start - begun[start] + _LEAD if start in begun else usual) for start in starts}


def inputs(part: Part) -> tuple[Input, ...]:
    """Return the files the part is made of, each read from a little before what it shows to a little after."""
    logo = [Input(part.stamp.film, ("-threads", str(DECODE_THREADS)))] if part.stamp else []
    return (*(_input(take) for take in part.takes), *logo)


def _input(take: Take) -> Input:
    if take.source.still:
        return Input(take.source.path, ("-threads", str(DECODE_THREADS)))
    start, length = take.excerpt.start - take.lead, take.lead + seconds_of(take.frames.count) + _TAIL
    begin = ("-ss", f"{start:.6f}") if start > 0 else ()  # a seek to second 0 of an FLV finds nothing
    return Input(take.source.path, ("-threads", str(DECODE_THREADS), *begin, "-t", f"{length:.6f}"))


def picture(part: Part, canvas: Canvas, *, captions: bool, then: str = "") -> tuple[str, ...]:
    """Return ffmpeg's arguments that make the part's picture out of `inputs`, 30 frames a second from time 0.

    `then` are filters that look at the finished picture. Captions are drawn as at the part's frames.
    """
    ending = [_at_time_of(part.frames.start), DRAW] if captions else []
    end = ",".join(filter(None, [*ending, _COUNTED, then]))
    if len(part.takes) == 1 and not part.stamp:
        (take,) = part.takes
        return ("-map", f"0:{take.source.stream}", "-vf", f"{_shown(take, canvas)},{end}")
    graph = _base(part, canvas)
    if part.stamp:
        graph = stamped(graph, len(part.takes), part.stamp, canvas)
    return ("-filter_complex", f"{graph},{end}[picture]", "-map", "[picture]")


def _base(part: Part, canvas: Canvas) -> str:
    """Return the graph of the part's picture without what the brand puts over it."""
    if part.card:
        return card(part.card, canvas)
    sides = [f"[{n}:{take.source.stream}]{_shown(take, canvas)}" for n, take in enumerate(part.takes)]
    return sides[0] if len(sides) == 1 else _blended(part, sides)


def _at_time_of(first: int) -> str:
    """Return the filters that give frames their times, a tenth of a millisecond late.

    ffmpeg hands libass whole milliseconds, rounded down from binary fractions: frame 111 would be at 3.699 s.
    """
    return f"settb=1/{10_000 * OUTPUT_FPS},setpts=(N+{first})*10000+{OUTPUT_FPS}"


def _shown(take: Take, canvas: Canvas) -> str:
    """Return the filters from the source's pictures to the canvas: 30 a second first, so no other one is worked on."""
    if take.source.still:
        return _photographed(take, canvas)
    lead = f"setpts=PTS-{take.lead:.6f}/TB," if take.lead else ""
    # Without eof_action=pass, ffmpeg 5.1 loses the last frame of a file.
    steady = f"{lead}fps={OUTPUT_FPS}:start_time=0:eof_action=pass,tpad=stop={_MISSING_FRAMES}:stop_mode=clone"
    return ",".join([steady, *TURNS[take.source.turn], _framed(take, canvas)])


def _photographed(take: Take, canvas: Canvas) -> str:
    """Return the filters from one picture to a shot of it: what does not move is done once, then it is repeated."""
    shot, source = take.shot, take.source
    first = f"fps={OUTPUT_FPS}:start_time=0:eof_action=pass"
    held = f"tpad=stop={take.frames.count - 1}:stop_mode=clone"
    if shot.framing == "crop" and not shot.move.still:
        return f"{first},{moving_window(shot.move, source.size, canvas, source.colours, take.travel, held)}"
    if shot.framing == "crop" or shot.move.still:
        return f"{first},{_framed(take, canvas)},{held}"
    whole = moving_window(shot.move, (canvas.width, canvas.height), canvas, Colours(), take.travel, held)
    return f"{first},{_framed(take, canvas)},{whole}"


def _framed(take: Take, canvas: Canvas) -> str:
    shot, source = take.shot, take.source
    if shot.framing == "crop":
        return window_filters(shot.move, source.size, canvas, source.colours, take.travel)
    return framing_filters(shot.framing, canvas, source.colours)


def _blended(part: Part, sides: list[str]) -> str:
    """Return the two sides of a transition as one picture.

    A dissolve's frame k has (k + 1/2) / n of the new picture, so that it is the same seen from both ends. A dip goes to
    black and comes out of it, each in one half.
    """
    if part.kind == "dissolve":
        times = f"settb=1/{OUTPUT_FPS * 512},setpts=N*512"  # xfade counts in ticks, and half a frame must be some
        left, right = (f"{side},trim=end_frame={part.frames.count},{times}" for side in sides)
        begin, seconds = -0.5 / OUTPUT_FPS, part.frames.seconds.length
        return f"{left}[a];{right}[b];[a][b]xfade=transition=fade:duration={seconds:.6f}:offset={begin:.6f}"
    half = part.frames.count // 2
    fades = (f"fade=t={way}:start_frame=0:nb_frames={half}" for way in ("out", "in"))
    left, right = (f"{side},trim=end_frame={half},{_COUNTED},{fade}" for side, fade in zip(sides, fades, strict=True))
    return f"{left}[a];{right}[b];[a][b]concat=n=2:v=1:a=0"
