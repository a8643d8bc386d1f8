"""A clip's picture, one ffmpeg process for each shot, a few side by side: each part is a closed group of pictures.

What decides a part's bytes: the source's bytes, its shot, the captions that fall on it, the canvas, the quality
(with its number of x264 threads) and the ffmpeg build; never how many parts are encoded at once.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import av

from app import data
from app.errors import MediaError
from app.media.colours import Colours
from app.media.ffmpeg import Input, Workplace
from app.media.framing import TURNS, framing_filters
from app.media.subtitles import DRAW, SUBTITLES_NAME
from app.models.control import Control
from app.models.edit import Canvas, Edit, EditShot
from app.models.media import Rotation
from app.models.preset import Quality
from app.models.timing import OUTPUT_FPS

TICKS_PER_FRAME = 512
"""Ticks of 1/15360 s: what ffmpeg's MP4 writer takes by itself for 30 frames a second."""

_LEAD = 0.2  # s decoded before the shot, so that its first frame is the one on screen then, not the next one
_LEAD_VARIABLE = 2.0  # at a variable rate one picture may stand for long (screen recordings)
_TAIL = 0.1  # s read past the shot's end: a slow source's next frame ends the last one's time
_MISSING_FRAMES = 2  # repeated when a source ends a little early; more would be seen as a stop
_GROUP = 150  # frames between key frames at most: 5 s
_DECODE_THREADS = 2  # a many-core machine would otherwise reserve memory for all its cores in every process
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Source:
    """A file that shots take from: what decoding it needs to know.

    `turn` is the clockwise turn that is left to us: ffmpeg applies a display matrix by itself, an old tag not.
    """

    path: Path
    name: str
    colours: Colours
    variable_rate: bool = False
    turn: Rotation = 0


@dataclass(frozen=True)
class Part:
    """One shot, beginning at the clip's frame `first`; `index` names its file."""

    index: int
    shot: EditShot
    first: int
    source: Source

    @property
    def name(self) -> str:
        """Its file in the job's folder."""
        return f"part-{self.index:04}.mp4"


def parts_of(edit: Edit, sources: Mapping[str, Source]) -> tuple[Part, ...]:
    """Return the edit's shots as parts, in order."""
    parts, first = [], 0
    for index, shot in enumerate(edit.shots):
        parts.append(Part(index, shot, first, sources[shot.source]))
        first += shot.frames
    return tuple(parts)


def encode_parts(edit: Edit, parts: Sequence[Part], place: Workplace, max_parallel: int) -> tuple[Path, ...]:
    """Encode every part into the workplace's folder, `max_parallel` at once, and return the files in order.

    The folder holds `subs.ass` and `fonts` when captions are drawn. Raises what `encode_part` raises; by then no
    process of this call runs.
    """
    quality = data.find("quality", data.qualities(), edit.quality)
    captions = (place.folder / SUBTITLES_NAME).exists()
    tally = _Tally([part.shot.frames for part in parts], place.control)

    def work(part: Part, stop: threading.Event) -> Path:
        watch = Control(lambda share: tally.report(part.index, share), stop)
        return encode_part(part, edit.canvas, quality, place.watched_by(watch), captions=captions)

    return _side_by_side(parts, work, max_parallel, place.control)


def encode_part(part: Part, canvas: Canvas, quality: Quality, place: Workplace, *, captions: bool) -> Path:
    """Encode one part and return its file. Raises `MediaError` (source_short) when the source ends in mid-shot,
    and what `run` raises."""
    place.run(
        f"encoding shot {part.index + 1} from {part.source.name}",
        (seek(part),),
        (
            *("-map", "0:V:0", "-an", "-sn", "-dn", "-vf", part_filters(part, canvas, captions=captions)),
            *(*_encoder(quality, part.shot.frames), "-f", "mp4", part.name),
        ),
        frames=part.shot.frames,
    )
    _require_frames(part, place.folder / part.name)
    return place.folder / part.name


def part_filters(part: Part, canvas: Canvas, *, captions: bool) -> str:
    """Return the filters from the source's pictures to the part's: 30 a second first, so no other one is worked on.

    Captions are drawn at the clip's own times: with times from the part's start, libass' centiseconds would round
    differently, and the same word would appear a frame apart in two parts.
    """
    lead = f"setpts=PTS-{_lead(part):.6f}/TB," if _lead(part) else ""
    steady = f"{lead}fps={OUTPUT_FPS}:start_time=0,tpad=stop={_MISSING_FRAMES}:stop_mode=clone"
    filters = [steady, *TURNS[part.source.turn], framing_filters(part.shot.framing, canvas, part.source.colours)]
    if captions:
        filters += [f"setpts=(N+{part.first})/{OUTPUT_FPS}/TB", DRAW]
    return ",".join([*filters, f"setpts=N/{OUTPUT_FPS}/TB"])


def _lead(part: Part) -> float:
    return min(part.shot.source_start, _LEAD_VARIABLE if part.source.variable_rate else _LEAD)


def seek(part: Part) -> Input:
    """Return the part's source, read from a little before its shot to a little after."""
    lead = _lead(part)
    start, length = part.shot.source_start - lead, lead + part.shot.frames / OUTPUT_FPS + _TAIL
    return Input(part.source.path, ("-threads", str(_DECODE_THREADS), "-ss", f"{start:.6f}", "-t", f"{length:.6f}"))


def _encoder(quality: Quality, frames: int) -> tuple[str, ...]:
    return (
        *("-frames:v", str(frames), "-fps_mode", "passthrough", "-filter_threads", str(_DECODE_THREADS)),
        *("-c:v", "libx264", "-preset", quality.x264_preset, "-crf", str(quality.crf)),
        *("-threads", str(quality.threads), "-profile:v", "high", "-pix_fmt", "yuv420p", "-g", str(_GROUP)),
        *("-flags:v", "+cgop+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
        *("-video_track_timescale", str(OUTPUT_FPS * TICKS_PER_FRAME)),
    )


def _require_frames(part: Part, place: Path) -> None:
    try:
        with av.open(str(place)) as container:
            encoded = sum(1 for packet in container.demux(video=0) if packet.size)
    except (av.FFmpegError, IndexError):  # not one frame: ffmpeg wrote a file without a stream
        encoded = 0
    if encoded == part.shot.frames:
        return
    start = part.shot.source_start
    raise MediaError(
        f"{part.source.name} gave {encoded} of the {part.shot.frames} frames that shot {part.index + 1} takes from "
        f"{start:.2f} s on: it ends, or cannot be decoded, before {start + part.shot.frames / OUTPUT_FPS:.2f} s.",
        hint="See whether it plays to its end; copy it again from where it was recorded, or leave it out.",
        subject=part.source.name,
        code="source_short",
    )


class _Tally:
    """Frames encoded by all parts, reported as a share that never falls."""

    def __init__(self, frames: Sequence[int], control: Control) -> None:
        self._frames = frames
        self._done = [0.0] * len(frames)
        self._control = control
        self._lock = threading.Lock()

    def report(self, index: int, share: float) -> None:
        """Note that part `index` is done to `share`."""
        with self._lock:
            self._done[index] = max(self._done[index], share * self._frames[index])
            self._control.report(sum(self._done) / sum(self._frames))


def _side_by_side(
    parts: Sequence[Part], work: Callable[[Part, threading.Event], Path], max_parallel: int, control: Control
) -> tuple[Path, ...]:
    """Do `work` for all parts; the first failure, a cancel or Ctrl-C stops those that run, and is raised after."""
    stop = threading.Event()
    pool = ThreadPoolExecutor(max_workers=max(1, max_parallel), thread_name_prefix="part")
    try:
        futures = [pool.submit(work, part, stop) for part in parts]
        pending: set[Future[Path]] = set(futures)
        while pending:
            done, pending = wait(pending, _POLL_SECONDS, FIRST_COMPLETED)
            control.check()
            for future in done:
                future.result()
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return tuple(future.result() for future in futures)
