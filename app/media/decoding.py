"""Decode a stream to its end, whatever is broken in it."""

from collections.abc import Iterator
from typing import Any, overload

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

BROKEN = (av.FFmpegError, IndexError)
"""What reading packets raises where a file is broken: PyAV has no place for one of a stream that appears midway."""


@overload
def decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]: ...
@overload
def decoded(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]: ...
def decoded(container: InputContainer, stream: VideoStream | AudioStream) -> Iterator[Any]:
    """Yield the stream's frames in order of time; broken packets and a missing end are passed over."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, *BROKEN):
            return
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue
