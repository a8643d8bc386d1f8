"""The groups of pictures of a file: from one key frame to the next, found without decoding anything."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from app.media.containers import open_media, picture_stream
from app.media.decoding import BROKEN
from app.models.control import Control

Ticks = npt.NDArray[np.int64]

INDEXED = frozenset({"mov", "matroska"})
"""Demuxers that go to exactly the key frame that is asked for, and tell times and key frames of every packet."""

SHORTEST = 0.5
"""Seconds: key frames nearer to each other than this (every picture, in editing codecs) are one group."""

FEWEST = 4
"""A file of fewer groups is read whole: there is next to nothing to leave out."""

LONGEST = 20.0
"""Seconds: with groups longer than this on average there is too little to see in key frames."""

GLANCE = 3
"""So many pictures of each group are looked at: the key frame, and two more for the motion."""


@dataclass(frozen=True)
class Group:
    """Pictures from a key frame on, until the next group's. Times are the stream's ticks, `end` exclusive.

    `packets` is how many of its packets hold the first `GLANCE` pictures; `pictures` is how many it has.
    """

    begin: int
    end: int | None
    packets: int
    pictures: int


def groups_of(path: Path, control: Control, max_pixels: int) -> list[Group] | None:
    """Return the file's groups in order; None where it has to be read from its start to its end.

    That is: no index, odd times, too few key frames. Raises what `open_media` raises, and `Cancelled`.
    """
    with open_media(path, max_pixels) as container:
        stream = picture_stream(container)
        if stream is None or not INDEXED.intersection(container.format.name.split(",")) or not stream.time_base:
            return None
        times, keys = _packets(container, stream, control)
    if times is None or keys.size == 0 or keys[0] != 0:
        return None
    base = float(stream.time_base)
    starts = _spaced(times, keys, SHORTEST / base)
    seconds = float(times.max() - times.min()) * base
    if starts.size < FEWEST or seconds / starts.size > LONGEST or (np.diff(times[starts]) <= 0).any():
        return None
    ends = np.append(starts[1:], times.size)
    return [_group(times, int(a), int(b)) for a, b in zip(starts, ends, strict=True)]


def _packets(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream, control: Control
) -> tuple[Ticks | None, Ticks]:
    """Return the packets' times in the order of decoding (None when they are odd), and which are key frames."""
    times: list[int] = []
    keys: list[int] = []
    try:
        for packet in container.demux(stream):
            control.check()
            if not packet.size:  # the end
                continue
            if packet.pts is None or packet.is_corrupt:
                return None, np.zeros(0, np.int64)
            if packet.is_keyframe:
                keys.append(len(times))
            times.append(packet.pts)
    except BROKEN:
        return None, np.zeros(0, np.int64)
    ticks = np.array(times, np.int64)
    odd = np.unique(ticks).size != ticks.size
    return (None if odd else ticks), np.array(keys, np.int64)


def _spaced(times: Ticks, keys: Ticks, least: float) -> Ticks:
    """Return those of `keys` that are at least so many ticks after the one before that is kept."""
    kept: list[int] = []
    for key in keys.tolist():
        if not kept or times[key] - times[kept[-1]] >= least:
            kept.append(key)
    return np.array(kept, np.int64)


def _group(times: Ticks, first: int, end: int) -> Group:
    own = times[first:end]
    shown = np.flatnonzero(own >= own[0])  # those before it belong to an open group, and to the one before
    early = shown[np.argsort(own[shown], kind="stable")[:GLANCE]]
    until = int(times[end]) if end < times.size else None
    return Group(begin=int(own[0]), end=until, packets=int(early.max()) + 1, pictures=int(own.size))
