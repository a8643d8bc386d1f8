"""A clip's picture, one ffmpeg process for each part, a few side by side: each is a closed group of pictures.

What decides a part's bytes: its sources' bytes, what ffmpeg is told of them, the captions that are drawn in it, at
times of its own, the quality (with its number of x264 threads) and the ffmpeg build; never where in which clip it
stands, nor how many are encoded at once. The hash of all that is its name.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from app import data
from app.errors import MediaError, RenderError
from app.media.caption_slices import Slice, slices_of
from app.media.ffmpeg import Ffmpeg, Workplace
from app.media.graph import DECODE_THREADS, Part, inputs, picture
from app.media.packets import picture_times
from app.media.parts_pool import Pool
from app.media.shelf import Shelf
from app.media.subtitles import Drawing
from app.models.base import content_key
from app.models.control import Control
from app.models.edit import Canvas, Edit
from app.models.preset import Quality
from app.models.timing import OUTPUT_FPS, FrameSpan

TICKS_PER_FRAME = 512
"""Ticks of 1/15360 s: what ffmpeg's MP4 writer takes by itself for 30 frames a second."""

_GROUP = 150  # frames between key frames at most: 5 s
_PEAK_KBITS, _BUFFER_KBITS = 17_000, 4_000
"""Instagram takes at most 25 Mb/s (its Reels publishing page). A second that spans a cut may have a peak's worth and
two buffers: each part begins with one of its own. What has less noise than 17 Mb/s hold is encoded as without."""

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Look:
    """How all parts of a clip are encoded, and the captions that are drawn on them, if any."""

    canvas: Canvas
    quality: Quality
    captions: Drawing | None


def look_of(edit: Edit, captions: Drawing | None) -> Look:
    """Return how the edit's parts are encoded."""
    return Look(edit.canvas, data.find("quality", data.qualities(), edit.quality), captions)


@dataclass(frozen=True)
class Piece:
    """A part with what is drawn on it: all that its key and its encoder need to know."""

    part: Part
    look: Look
    captions: Slice | None

    @property
    def arguments(self) -> tuple[str, ...]:
        """What ffmpeg is told behind its inputs, but for the file's name."""
        count = self.part.frames.count
        placed = replace(self.part, frames=FrameSpan.lasting(self.captions.first if self.captions else 0, count))
        shown = picture(placed, self.look.canvas, captions=self.captions is not None)
        return (*shown, "-an", "-sn", "-dn", *_encoder(self.look.quality, count))

    def key(self, ffmpeg: Ffmpeg) -> str:
        """Return the hash of all that decides the bytes: the sources, what ffmpeg is told of them, and which ffmpeg."""
        drawn = [self.captions.text, self.look.captions.key] if self.captions and self.look.captions else []
        options = [source.options for source in inputs(self.part)]
        return content_key("part", self.part.contents, options, self.arguments, drawn, ffmpeg.version)


def pieces_of(parts: Sequence[Part], look: Look) -> list[Piece]:
    """Return each part with the captions that fall into it."""
    if look.captions is None:
        return [Piece(part, look, None) for part in parts]
    drawn = slices_of(look.captions.text, [part.frames for part in parts])
    return [Piece(part, look, captions) for part, captions in zip(parts, drawn, strict=True)]


@dataclass(frozen=True)
class Encoded:
    """The files of a clip's parts in order, and how many parts and frames were encoded for it."""

    files: tuple[Path, ...]
    parts: int
    frames: int


def encode_parts(
    parts: Sequence[Part], look: Look, place: Workplace, shelf: Shelf, max_parallel: int, pool: Pool | None = None
) -> Encoded:
    """Encode the parts that are neither on the shelf nor in the pool, `max_parallel` at once; those alike once.

    What others are encoding at this moment is waited for. The workplace's folder is this run's own. Raises what
    `encode_piece` raises; by then no process of this call runs, and the parts that were finished are on the shelf.
    """
    pieces = pieces_of(parts, look)
    keys = [piece.key(place.ffmpeg) for piece in pieces]
    run = _Run(place, shelf, pool, _Tally(keys, [part.frames.count for part in parts], place.control))
    first_of = dict(zip(reversed(keys), reversed(pieces), strict=True))  # of parts that are alike one is encoded
    missing = {key: first_of[key] for key in dict.fromkeys(keys) if not run.has(key)}
    while missing:
        _side_by_side(missing, run.make, max_parallel, place.control)
        waiting = {key: piece for key, piece in missing.items() if key not in run.files}
        if len(waiting) == len(missing):  # all that is missing is being made by others
            place.control.alive()
            place.control.event.wait(_POLL_SECONDS)
        missing = waiting
    return Encoded(tuple(run.files[key] for key in keys), len(run.encoded), sum(run.encoded))


@dataclass(frozen=True)
class _Run:
    """One try to have all parts: the `files` that are there by key, the lengths of those it `encoded` itself."""

    place: Workplace
    shelf: Shelf
    pool: Pool | None
    tally: "_Tally"
    files: dict[str, Path] = field(default_factory=dict)
    encoded: list[int] = field(default_factory=list)

    def has(self, key: str) -> bool:
        """Whether the piece is there, or could be fetched."""
        file = self.shelf.find(key) or (self.pool.take(key, self.shelf.folder) if self.pool else None)
        if file is not None:
            self.files[key] = file
            self.tally.find(key)
        return file is not None

    def make(self, key: str, piece: Piece, stop: threading.Event) -> None:
        """Encode a piece, unless somebody else is at it or has just done it."""
        with self._turn(key) as mine:
            if not mine or self.has(key):
                return
            watch = Control(lambda share: self.tally.report(key, share), stop)
            self.files[key] = self.shelf.put(encode_piece(piece, self.place.watched_by(watch)), key)
            self.encoded.append(piece.part.frames.count)
            if self.pool:
                self.pool.give(self.files[key], key)

    @contextmanager
    def _turn(self, key: str) -> Iterator[bool]:
        if self.pool is None:
            yield True
            return
        with self.pool.turn(key) as mine:
            yield mine


def encode_piece(piece: Piece, place: Workplace) -> Path:
    """Encode one part in a folder of its own within the workplace's, and return its file.

    Raises `MediaError` (source_short) when the source ends in mid-shot, or (source_changes) when its pictures change
    their size or format there, and what `run` raises.
    """
    part, own = piece.part, replace(place, folder=place.folder / f"part-{piece.part.index:04}")
    own.folder.mkdir()
    if piece.captions and piece.look.captions:
        piece.look.captions.put(piece.captions.text, own.folder)
    file = own.folder / part.name
    _encode(piece, own)
    times = picture_times(file)
    if not _is_steady(times) and all(take.source.indexed for take in part.takes):
        # Where pictures change, ffmpeg builds its filters anew, and they count from 0. If that is in the lead: without.
        _encode(replace(piece, part=part.without_lead()), own)
        times = picture_times(file)
    _require_frames(part, times)
    return file


def _encode(piece: Piece, place: Workplace) -> None:
    place.run(
        f"encoding {piece.part.described}",
        inputs(piece.part),
        (*piece.arguments, "-f", "mp4", piece.part.name),
        frames=piece.part.frames.count,
    )


def _encoder(quality: Quality, frames: int) -> tuple[str, ...]:
    return (
        *("-frames:v", str(frames), "-fps_mode", "passthrough", "-filter_threads", str(DECODE_THREADS)),
        *("-c:v", "libx264", "-preset", quality.x264_preset, "-crf", str(quality.crf)),
        *("-maxrate", f"{_PEAK_KBITS}k", "-bufsize", f"{_BUFFER_KBITS}k"),
        # A thread of its own for looking ahead keeps 30 MB more of pictures, and the same bytes come out (measured).
        *(
            "-x264-params",
            "sync-lookahead=0",
            "-threads",
            str(quality.threads),
            "-profile:v",
            "high",
            "-pix_fmt",
            "yuv420p",
            "-g",
            str(_GROUP),
        ),
        *("-flags:v", "+cgop+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
        *("-video_track_timescale", str(OUTPUT_FPS * TICKS_PER_FRAME)),
    )


def _is_steady(times: Sequence[int | None]) -> bool:
    return set(times) == set(range(0, TICKS_PER_FRAME * len(times), TICKS_PER_FRAME))


def _require_frames(part: Part, times: Sequence[int | None]) -> None:
    steady, encoded = _is_steady(times), len(times)
    if encoded == part.frames.count and steady:
        return
    if not part.takes:
        wanted = part.frames.count
        raise RenderError(f"ffmpeg made {encoded} of the {wanted} frames of {part.label}.", subject=part.label)
    raise _source_short(part, encoded) if steady else _source_changes(part)


def _source_changes(part: Part) -> MediaError:
    take = part.takes[0]
    return MediaError(
        f"{take.source.name} changes the size or format of its picture within {part.label}, from "
        f"{take.excerpt.start:.2f} s on.",
        hint="Make the clip anew: a shot then ends where the picture changes; or leave this file out.",
        subject=take.source.name,
        code="source_changes",
    )


def _source_short(part: Part, encoded: int) -> MediaError:
    take = part.takes[0]
    span = take.excerpt.span
    return MediaError(
        f"{take.source.name} gave {encoded} of the {part.frames.count} frames that {part.label} takes from "
        f"{span.start:.2f} s on: it ends, or cannot be decoded, before {span.end:.2f} s.",
        hint="See whether it plays to its end; copy it again from where it was recorded, or leave it out.",
        subject=take.source.name,
        code="source_short",
    )


class _Tally:
    """Frames that are there, of all parts, reported as a share that never falls."""

    def __init__(self, keys: Sequence[str], frames: Sequence[int], control: Control) -> None:
        self._frames = dict.fromkeys(keys, 0)
        for key, count in zip(keys, frames, strict=True):
            self._frames[key] += count
        self._done = dict.fromkeys(keys, 0.0)
        self._total = sum(frames)
        self._control = control
        self._lock = threading.Lock()

    def find(self, key: str) -> None:
        """Note that the piece of `key` was there, and is no sign of how fast this machine is."""
        self._control.found(self._frames[key] / self._total)
        self.report(key, 1.0)

    def report(self, key: str, share: float) -> None:
        """Note that the piece of `key` is done to `share`."""
        with self._lock:
            self._done[key] = max(self._done[key], share * self._frames[key])
            self._control.report(sum(self._done.values()) / self._total)


def _side_by_side(
    pieces: Mapping[str, Piece],
    work: Callable[[str, Piece, threading.Event], None],
    max_parallel: int,
    control: Control,
) -> None:
    """Do `work` for all pieces; the first failure, a cancel or Ctrl-C stops those that run, and is raised after."""
    stop, news = threading.Event(), threading.Event()
    pool = ThreadPoolExecutor(max_workers=max(1, max_parallel), thread_name_prefix="part")
    try:
        pending = {pool.submit(work, key, piece, stop) for key, piece in pieces.items()}
        for future in pending:
            future.add_done_callback(lambda _: news.set())
        while pending:
            news.wait(_POLL_SECONDS)
            news.clear()
            control.check()
            done = {future for future in pending if future.done()}
            pending -= done
            for future in done:
                future.result()
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
