"""A clip's picture, one ffmpeg process for each shot, a few side by side: each part is a closed group of pictures.

What decides a part's bytes: the source's bytes, its shot, the captions, the canvas, the quality (with its number of
x264 threads) and the ffmpeg build; never how many parts are encoded at once. The hash of all that is its name.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import av

from app import data
from app.errors import MediaError, RenderError
from app.media.ffmpeg import Ffmpeg, Workplace
from app.media.graph import DECODE_THREADS, Part, inputs, picture
from app.media.shelf import Shelf
from app.models.base import content_key
from app.models.control import Control
from app.models.edit import Canvas, Edit
from app.models.preset import Quality
from app.models.timing import OUTPUT_FPS

TICKS_PER_FRAME = 512
"""Ticks of 1/15360 s: what ffmpeg's MP4 writer takes by itself for 30 frames a second."""

_GROUP = 150  # frames between key frames at most: 5 s
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Look:
    """How all parts of a clip are encoded. `captions` is the hash of those that are drawn on it, empty for none."""

    canvas: Canvas
    quality: Quality
    captions: str


def look_of(edit: Edit, captions: str) -> Look:
    """Return how the edit's parts are encoded."""
    return Look(edit.canvas, data.find("quality", data.qualities(), edit.quality), captions)


def encode_parts(
    parts: Sequence[Part], look: Look, place: Workplace, shelf: Shelf, max_parallel: int
) -> tuple[tuple[Path, ...], int]:
    """Encode the parts that are not on the shelf yet, `max_parallel` at once.

    Return the files of all in order, and how many were encoded. The workplace's folder is this run's own, and holds
    `subs.ass` and `fonts` when captions are drawn. Raises what `encode_part` raises; by then no process of this call
    runs, and the parts that were finished are on the shelf.
    """
    keys = [part_key(part, look, place.ffmpeg) for part in parts]
    there = [shelf.find(key) for key in keys]
    tally = _Tally([part.frames for part in parts], place.control)
    for part, file in zip(parts, there, strict=True):
        if file is not None:
            tally.report(part.index, 1.0)

    def work(part: Part, stop: threading.Event) -> Path:
        watch = Control(lambda share: tally.report(part.index, share), stop)
        return shelf.put(encode_part(part, look, place.watched_by(watch)), keys[part.index])

    missing = [part for part, file in zip(parts, there, strict=True) if file is None]
    encoded = iter(_side_by_side(missing, work, max_parallel, place.control))
    return tuple(file or next(encoded) for file in there), len(missing)


def part_key(part: Part, look: Look, ffmpeg: Ffmpeg) -> str:
    """Return the hash of all that decides a part's bytes: its source, what ffmpeg is told of it, and which ffmpeg."""
    told = [*(option for file in inputs(part) for option in file.options), *_arguments(part, look)]
    return content_key("part", part.contents, told, part.frames, look.captions, ffmpeg.version)


def encode_part(part: Part, look: Look, place: Workplace) -> Path:
    """Encode one part and return its file.

    Raises `MediaError` (source_short) when the source ends in mid-shot, or (source_changes) when its pictures change
    their size or format there, and what `run` raises.
    """
    file = place.folder / part.name
    _encode(part, look, place)
    if not _is_steady(file) and all(take.source.indexed for take in part.takes):
        # Where pictures change, ffmpeg builds its filters anew, and they count from 0. If that is in the lead: without.
        _encode(part.without_lead(), look, place)
    _require_frames(part, file)
    return file


def _encode(part: Part, look: Look, place: Workplace) -> None:
    place.run(
        f"encoding {part.described}",
        inputs(part),
        (*_arguments(part, look), "-f", "mp4", part.name),
        frames=part.frames,
    )


def _arguments(part: Part, look: Look) -> tuple[str, ...]:
    shown = picture(part, look.canvas, captions=bool(look.captions))
    return (*shown, "-an", "-sn", "-dn", *_encoder(look.quality, part.frames))


def _encoder(quality: Quality, frames: int) -> tuple[str, ...]:
    return (
        *("-frames:v", str(frames), "-fps_mode", "passthrough", "-filter_threads", str(DECODE_THREADS)),
        *("-c:v", "libx264", "-preset", quality.x264_preset, "-crf", str(quality.crf)),
        *("-threads", str(quality.threads), "-profile:v", "high", "-pix_fmt", "yuv420p", "-g", str(_GROUP)),
        *("-flags:v", "+cgop+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
        *("-video_track_timescale", str(OUTPUT_FPS * TICKS_PER_FRAME)),
    )


def _times(file: Path) -> list[int | None]:
    """Return the times of a part's packets in ticks; none when ffmpeg wrote a file without a stream."""
    try:
        with av.open(str(file)) as container:
            return [packet.pts for packet in container.demux(video=0) if packet.size]
    except (av.FFmpegError, IndexError):
        return []


def _is_steady(file: Path) -> bool:
    times = _times(file)
    return set(times) == set(range(0, TICKS_PER_FRAME * len(times), TICKS_PER_FRAME))


def _require_frames(part: Part, file: Path) -> None:
    encoded, steady = len(_times(file)), _is_steady(file)
    if encoded == part.frames and steady:
        return
    if not part.takes:
        raise RenderError(f"ffmpeg made {encoded} of the {part.frames} frames of {part.label}.", subject=part.label)
    raise _source_short(part, encoded) if steady else _source_changes(part)


def _source_changes(part: Part) -> MediaError:
    take = part.takes[0]
    return MediaError(
        f"{take.source.name} changes the size or format of its picture within {part.label}, from "
        f"{take.start:.2f} s on.",
        hint="Make the clip anew: a shot then ends where the picture changes; or leave this file out.",
        subject=take.source.name,
        code="source_changes",
    )


def _source_short(part: Part, encoded: int) -> MediaError:
    take = part.takes[0]
    return MediaError(
        f"{take.source.name} gave {encoded} of the {part.frames} frames that {part.label} takes from "
        f"{take.start:.2f} s on: it ends, or cannot be decoded, before {take.start + take.frames / OUTPUT_FPS:.2f} s.",
        hint="See whether it plays to its end; copy it again from where it was recorded, or leave it out.",
        subject=take.source.name,
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
