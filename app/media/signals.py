"""One pass over every frame of a file: small pictures straight from the decoder's planes, and numbers from those.

The thumbnails are taken by strided views, one sample in `step`, without a scaler: about 160 samples along the longer
side (160x90 for 16:9). They are compared and forgotten; only a few numbers a frame are kept.
"""

from array import array
from collections import deque
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from app.media.containers import MAX_PIXELS, bad_times, no_picture, open_media, picture_stream, undecodable
from app.media.decoding import decoded
from app.media.faces import FaceFinder
from app.media.probe import LONGEST, start_seconds
from app.media.watch import Watch
from app.models.control import Control
from app.models.media import Focus, MediaInfo, Rotation

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Histograms = tuple[Numbers, ...]

THUMBNAIL = 160
"""Samples along the longer side of a thumbnail."""

DETAIL = 640
"""Sharpness is measured between pixels as far apart as neighbours are in a picture of this many pixels."""

LAGS = (4, 5, 6)
"""How many frames (at 30 a second) apart pictures are compared to tell a flash from a cut."""

BLEND = 14
"""How many frames (at 30 a second) a dissolve may take."""

_BINS = 32
_SUDDEN = 0.25  # histogram distance; of a cut, see `app.media.shots`
_UNLIKE = 255.0  # the luma difference of pictures that share no size or format
_HIGHEST_FPS = 1000.0  # what says more would have thousands of pictures kept to compare with


@dataclass(frozen=True)
class Thumb:
    """A frame's small pictures, uint8: `y` (about 160 along the longer side), `u` and `v` half as large.

    `smooth` (float32) is `y` in means of 4x4: grain is gone, motion stays.
    """

    y: Bytes
    u: Bytes
    v: Bytes
    smooth: Numbers


@dataclass(frozen=True)
class Signals:
    """Numbers for each of N frames: float32 arrays of N, except `time` (float64 seconds) and `dhash` (uint64).

    `diff` is the mean absolute difference to the frame before (luma plus half of both chromas, 0 to 510), `histogram`
    half the L1 distance of 32-bin histograms to the frame before (0 to 1, of the plane that changed most), `motion` the
    mean absolute luma change with grain averaged out, `change` the same with grain (0 only for the same picture).
    `lag4`, `lag5`, `lag6` and `lag14` are luma differences to the frame so many (at 30 a second) earlier; `blend` tells
    how far the frame half-way back is from the mean of both ends, as a share of `lag14` (0: a perfect dissolve), and
    `alike` their correlation (1: the same picture in other light). The first frames, which have no such earlier frame,
    get 0 (`blend` and `alike`: 1). Where the picture's size or format changes, differences are the largest there are.

    Where not every frame was looked at, `linked` says which were compared with the frame just before them, and `dense`
    which belong to a run that was looked at whole; without them, that is all (but the first, which follows none).
    `focus` holds where the eye goes, every now and then, by time (see `app.media.watch`).
    """

    fps: float
    time: npt.NDArray[np.float64]
    diff: Numbers
    histogram: Numbers
    motion: Numbers
    change: Numbers
    sharpness: Numbers
    luma: Numbers
    contrast: Numbers
    lag4: Numbers
    lag5: Numbers
    lag6: Numbers
    lag14: Numbers
    blend: Numbers
    alike: Numbers
    dhash: npt.NDArray[np.uint64]
    linked: Flags | None = None
    dense: Flags | None = None
    focus: tuple[tuple[float, Focus], ...] = ()

    def __len__(self) -> int:
        return int(self.time.size)

    @cached_property
    def is_linked(self) -> Flags:
        """For each frame, whether its differences are to the frame just before it."""
        return np.arange(len(self)) > 0 if self.linked is None else self.linked

    @cached_property
    def is_dense(self) -> Flags:
        """For each frame, whether those around it were looked at too."""
        return np.ones(len(self), np.bool_) if self.dense is None else self.dense

    @cached_property
    def focus_times(self) -> npt.NDArray[np.float64]:
        """The times of `focus`, in seconds."""
        return np.array([time for time, _ in self.focus], dtype=np.float64)


NUMBERS = tuple(
    field.name for field in fields(Signals) if field.name not in {"fps", "time", "dhash", "linked", "dense", "focus"}
)
"""The float32 arrays of `Signals`, in order."""


def lag_frames(lag: int, fps: float) -> int:
    """Return how many frames of this rate last as long as `lag` frames at 30 a second, at least 2."""
    return max(2, round(lag * fps / 30))


def measure(
    path: Path, info: MediaInfo, control: Control, max_pixels: int = MAX_PIXELS, faces: FaceFinder | None = None
) -> Signals:
    """Decode the file's picture once and return its signals. What cannot be decoded is passed over.

    Raises `MediaError` (media_no_picture; media_truncated when nothing decodes; media_bad_times) and `Cancelled`.
    """
    meter = Meter(info.fps, info.rotation, faces)
    with open_media(path, max_pixels) as container:
        stream = picture_stream(container)
        if stream is None:
            raise no_picture(path)
        begin = start_seconds(container)
        stream.thread_type = "AUTO"
        for frame in decoded(container, stream):
            control.check()
            time = meter.add(frame, begin)
            if time > LONGEST:
                raise bad_times(path)
            control.report(time / info.duration if info.duration else 0.0)
    if not len(meter):
        raise undecodable(path)
    return meter.signals()


def thumb_of(y: Bytes, u: Bytes, v: Bytes) -> Thumb:
    """Return the thumbnail of a frame's planes, in its stored orientation and its own colour range."""
    step = max(1, round(max(y.shape) / THUMBNAIL))
    small = _sampled(y, step)
    return Thumb(small, _sampled(u, step), _sampled(v, step), _smooth(small))


def sharpness_of(y: Bytes) -> float:
    """Return the variance of the luma's Laplacian at `DETAIL` pixels along the longer side, on the thumbnail's grid.

    `y` is a whole luma plane, (height, width) uint8. 0 for pictures too small to have neighbours.
    """
    longer = max(y.shape)
    near, step = max(1, round(longer / DETAIL)), max(1, round(longer / THUMBNAIL))
    if min(y.shape) < 4 * near:
        return 0.0
    height, width = y.shape[0] - 2 * near, y.shape[1] - 2 * near

    def at(down: int, right: int) -> Bytes:
        return y[down : down + height : step, right : right + width : step]

    laplacian = np.left_shift(at(near, near), 2, dtype=np.int16)
    for down, right in ((0, near), (2 * near, near), (near, 0), (near, 2 * near)):
        laplacian -= at(down, right)
    return float(laplacian.var(dtype=np.float32))


def difference_hash(y: Bytes, turn: Rotation = 0) -> int:
    """Return 64 bits: of 9x8 block means of the upright picture, whether each is darker than its right neighbour."""
    upright = np.rot90(y, k=-(turn // 90))  # numpy turns anticlockwise
    if min(upright.shape) < 9:
        return 0
    rows, columns, sizes = _blocks(*upright.shape)
    means = np.add.reduceat(np.add.reduceat(upright, rows, axis=0, dtype=np.int32), columns, axis=1) / sizes
    return int.from_bytes(np.packbits(means[:, :-1] < means[:, 1:]).tobytes(), "big")


@cache
def _blocks(height: int, width: int) -> tuple[Places, Places, Places]:
    """Return where the rows and the columns of 8 x 9 blocks begin, and how many samples each block has."""
    rows, columns = np.linspace(0, height, 9).astype(int), np.linspace(0, width, 10).astype(int)
    return rows[:-1], columns[:-1], np.diff(rows)[:, None] * np.diff(columns)[None, :]


def unlikeness(a: Histograms, b: Histograms) -> float:
    """Return half the L1 distance of the plane's histograms that differ most, 0 to 1; 0 when one has none."""
    return max((float(np.abs(x - y).sum()) / 2 for x, y in zip(a, b, strict=False)), default=0.0)


class Meter:
    """Takes frames in order and keeps their numbers; memory grows by 120 bytes a frame, 13 MB an hour.

    Where faces are looked for too, and where the eye goes, that adds about 4 KB a second.
    """

    def __init__(self, fps: float, turn: Rotation = 0, faces: FaceFinder | None = None) -> None:
        self.fps = min(fps or 30.0, _HIGHEST_FPS)
        self._turn = turn
        self._lags = [lag_frames(lag, self.fps) for lag in LAGS]
        self._blend = lag_frames(BLEND, self.fps)
        self._recent: deque[Thumb] = deque(maxlen=self._blend + 1)
        self._rows = array("d")
        self._hashes = array("Q")
        self._histograms: Histograms = ()
        self._watch = Watch(turn, faces)
        self._kind: tuple[int, int, str] | None = None
        self._beyond = 0.0  # the difference to a frame that is not there to be compared with

    def __len__(self) -> int:
        return len(self._hashes)

    def add(self, frame: VideoFrame, begin: float = 0.0) -> float:
        """Measure a frame and return its time in seconds after `begin`."""
        time = self._time(frame, begin)
        planes = _planes(frame)
        thumb = thumb_of(*planes)
        changed = self._changes_kind(frame)
        before = self._recent[-1] if self._recent else thumb
        self._recent.append(thumb)
        step = self._histogram_step(thumb)
        self._watch.add(time, planes[0], thumb.y, before.y, sudden=changed or step >= _SUDDEN)
        full = _is_full_range(frame)
        self._rows.extend(
            (
                time,
                2 * _UNLIKE if changed else _difference(thumb, before),
                step,
                _shift(thumb.smooth, before.smooth),
                _UNLIKE if changed else _change(thumb.y, before.y),
                sharpness_of(planes[0]),
                _full(float(thumb.y.mean()), full),
                float(thumb.y.std()) * (1.0 if full else 255 / 219),
                *(self._to_earlier(lag) for lag in self._lags),
                *self._blended(),
            )
        )
        self._hashes.append(difference_hash(thumb.y, self._turn))
        return time

    def signals(self) -> Signals:
        """Return everything measured so far."""
        columns = np.array(self._rows).reshape(len(self), len(NUMBERS) + 1).T
        numbers = dict(zip(NUMBERS, columns[1:].astype(np.float32), strict=True))
        return Signals(
            fps=self.fps,
            time=columns[0].copy(),
            dhash=np.array(self._hashes, dtype=np.uint64),
            focus=tuple(self._watch.seen),
            **numbers,
        )

    @property
    def histograms(self) -> Histograms:
        """The newest frame's histograms of Y, U and V, 32 shares each; empty before the first frame."""
        return self._histograms

    def recent(self, name: str, count: int) -> list[float]:
        """Return one of `NUMBERS` for the newest `count` frames (fewer at the start), the newest last."""
        width, at = len(NUMBERS) + 1, NUMBERS.index(name) + 1
        first = max(0, len(self) - count)
        return [self._rows[row * width + at] for row in range(first, len(self))]

    def _changes_kind(self, frame: VideoFrame) -> bool:
        """Note the frame's size and pixel format; whether they are new in mid-stream: a cut, where nothing compares."""
        before, self._kind = self._kind, (frame.width, frame.height, frame.format.name)
        if before is None or before == self._kind:
            return False
        self._recent.clear()
        self._beyond = _UNLIKE
        return True

    def _time(self, frame: VideoFrame, begin: float) -> float:
        last = self._rows[-len(NUMBERS) - 1] if self._rows else -1 / self.fps
        if frame.pts is None:
            return last + 1 / self.fps
        return max(last, frame.time - begin)

    def _histogram_step(self, thumb: Thumb) -> float:
        before, self._histograms = self._histograms, tuple(_histogram(p) for p in (thumb.y, thumb.u, thumb.v))
        return unlikeness(before, self._histograms)

    def _to_earlier(self, lag: int) -> float:
        return _change(self._recent[-1].y, self._recent[-1 - lag].y) if len(self._recent) > lag else self._beyond

    def _blended(self) -> tuple[float, float, float]:
        """Return lag14, blend and alike of the newest frame."""
        if len(self._recent) <= self._blend:
            return 0.0, 1.0, 1.0
        first, middle, last = (self._recent[i].smooth for i in (0, self._blend // 2, self._blend))
        far = _shift(first, last)
        share = (self._blend // 2) / self._blend
        off = float(np.abs(middle - (first * (1 - share) + last * share)).mean())
        return far, off / max(far, 1.0), _correlation(first, last)


def _planes(frame: VideoFrame) -> tuple[Bytes, Bytes, Bytes]:
    """Return luma and chroma as uint8 views (copies for more than 8 bits), (height, width) of each plane."""
    name = frame.format.name
    if name.startswith(("yuv4", "yuvj4")) and name.endswith(("p", "10le", "12le")) and len(frame.planes) == 3:
        bits = frame.format.components[0].bits
        return _plane(frame, 0, bits), _plane(frame, 1, bits), _plane(frame, 2, bits)
    return _planes(frame.reformat(format="yuv420p"))


def _plane(frame: VideoFrame, index: int, bits: int) -> Bytes:
    plane = frame.planes[index]
    wide = 2 if bits > 8 else 1
    lines: Bytes = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    data = lines[: plane.height, : plane.width * wide]
    return data if bits == 8 else (data.view("<u2") >> (bits - 8)).astype(np.uint8)


def _sampled(plane: Bytes, step: int) -> Bytes:
    """Return every `step`-th sample both ways, as a copy that outlives the decoder's buffer."""
    return plane[min(step // 2, plane.shape[0] - 1) :: step, min(step // 2, plane.shape[1] - 1) :: step].copy()


def _is_full_range(frame: VideoFrame) -> bool:
    return frame.format.name.startswith("yuvj") or frame.color_range == 2  # AVCOL_RANGE_JPEG


def _full(luma: float, full: bool) -> float:
    return luma if full else min(255.0, max(0.0, (luma - 16) * 255 / 219))


def _change(a: Bytes, b: Bytes) -> float:
    """Return the mean absolute difference: in bytes, as a decoder's threads wait for each microsecond of this."""
    apart = np.maximum(a, b)
    apart -= np.minimum(a, b)
    return int(np.add.reduce(apart, axis=None, dtype=np.uint32)) / max(1, apart.size)


def _shift(a: Numbers, b: Numbers) -> float:
    return float(np.abs(a - b).mean())


def _difference(a: Thumb, b: Thumb) -> float:
    return _change(a.y, b.y) + 0.5 * (_change(a.u, b.u) + _change(a.v, b.v))


def _histogram(plane: Bytes) -> Numbers:
    counts = np.bincount(plane.ravel() >> 3, minlength=_BINS)
    return (counts / plane.size).astype(np.float32)


def _smooth(y: Bytes) -> Numbers:
    height, width = y.shape[0] // 4 * 4, y.shape[1] // 4 * 4
    if not height or not width:
        return y.astype(np.float32)
    lines = y[0:height:4, :width].astype(np.uint16)
    for line in (1, 2, 3):
        lines += y[line:height:4, :width]
    sums = lines[:, 0::4] + lines[:, 1::4] + lines[:, 2::4] + lines[:, 3::4]
    means: Numbers = sums.astype(np.float32) / np.float32(16)
    return means


def _correlation(a: Numbers, b: Numbers) -> float:
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / norm if norm > 1e-3 else 0.0
