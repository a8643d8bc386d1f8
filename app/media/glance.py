"""A glance at each group of pictures: its key frame and the two after it, in several threads.

Each thread has a container and a decoder of its own, which decodes on one thread: several of those are faster than
one decoder with several threads, and what they find does not depend on how many there are. PyAV lets other threads
run while it decodes. The loop filter is left out: thumbnails do not show it.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.media.containers import no_picture, open_media, picture_stream
from app.media.faces import FaceFinder
from app.media.groups import GLANCE, Group
from app.media.probe import start_seconds
from app.media.signals import Histograms, Meter, Signals
from app.models.control import Control
from app.models.media import MediaInfo

T = TypeVar("T")
R = TypeVar("R")


class Unfit(Exception):
    """The file is not what its index says, and has to be read from start to end."""


@dataclass(frozen=True)
class Reading:
    """What all threads that read one file need; `control` only to learn that somebody asked to stop."""

    path: Path
    info: MediaInfo
    control: Control
    max_pixels: int
    faces: FaceFinder | None = None

    def meter(self) -> Meter:
        """Return a new meter for a run of frames of this file."""
        return Meter(self.info.fps, self.info.rotation, self.faces)


@dataclass(frozen=True)
class Glance:
    """What the first pictures of a group show; `kind` is the size and pixel format of the key frame."""

    signals: Signals
    histograms: Histograms
    kind: tuple[int, int, str]


@dataclass(frozen=True)
class Open:
    """A container that is being read, with a decoder that is set to be quick; `zero` is the file's first second."""

    container: InputContainer
    stream: VideoStream
    zero: float

    def packets(self, begin: int) -> Iterator["Packet[VideoStream]"]:
        """Yield the packets from the key frame at `begin` on. Raises `Unfit` when there is no such key frame."""
        self.container.seek(begin, stream=self.stream)
        first = True
        for packet in self.container.demux(self.stream):
            if not packet.size:
                return
            if first and not (packet.is_keyframe and packet.pts == begin):
                raise Unfit
            first = False
            yield packet

    def decode(self, packet: "Packet[VideoStream] | None") -> list[VideoFrame]:
        """Return the frames that the packet gives (the last ones for None); none for a broken one."""
        try:
            return list(self.stream.codec_context.decode(packet))
        except av.FFmpegError:
            return []

    def forget(self) -> None:
        """Make the decoder ready for another place."""
        self.stream.codec_context.flush_buffers()


@contextmanager
def opened(reading: Reading) -> Iterator[Open]:
    """Open the file for one thread."""
    with open_media(reading.path, reading.max_pixels) as container:
        stream = picture_stream(container)
        if stream is None:
            raise no_picture(reading.path)
        stream.thread_type = "NONE"
        stream.codec_context.options = {**stream.codec_context.options, "skip_loop_filter": "all"}
        yield Open(container, stream, start_seconds(container))


def side_by_side(work: Callable[[T], R], tasks: Iterable[T], threads: int) -> list[R]:
    """Return what `work` gives for each task, in their order; the first error ends all and is raised."""
    with ThreadPoolExecutor(threads, thread_name_prefix="decoder") as pool:
        futures = [pool.submit(work, task) for task in tasks]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            raise


def glances(reading: Reading, groups: list[Group], done: Callable[[int], None]) -> list[Glance]:
    """Glance at these groups, neighbours in the file; `done` is told how many after each. Raises `Unfit`."""
    found: list[Glance] = []
    with opened(reading) as source:
        packets = source.packets(groups[0].begin)
        for group in groups:
            found.append(_glance(reading, source, group, packets))
            done(1)
    return found


def _glance(reading: Reading, source: Open, group: Group, packets: Iterator["Packet[VideoStream]"]) -> Glance:
    meter = reading.meter()
    histograms: Histograms = ()
    kind: tuple[int, int, str] | None = None
    for frame in _first(reading, source, group, packets):
        meter.add(frame, source.zero)
        if kind is None:
            histograms, kind = meter.histograms, (frame.width, frame.height, frame.format.name)
    if kind is None:
        raise Unfit
    return Glance(meter.signals(), histograms, kind)


def _first(reading: Reading, source: Open, group: Group, packets: Iterator["Packet[VideoStream]"]) -> list[VideoFrame]:
    """Return the group's first frames, and leave the packets after those that hold them."""
    source.forget()
    frames: list[VideoFrame] = []
    count = 0
    for packet in packets:
        reading.control.check()
        if not count and packet.pts != group.begin:
            continue
        frames += source.decode(packet)
        count += 1
        if count == group.packets:
            break
    frames += source.decode(None)
    shown = [f for f in frames if f.pts is not None and f.pts >= group.begin]
    if not shown or shown[0].pts != group.begin:
        raise Unfit
    return shown[:GLANCE]
