"""Our own MP4s read packet by packet: no picture of them is decoded, not even to see what they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer

_NO_CODEC = {"codec_whitelist": "none"}
"""Without it, opening decodes pictures to learn what is not in the index: 80 ms of CPU instead of 1 (1080x1920)."""


@contextmanager
def open_packets(path: Path) -> Iterator[InputContainer]:
    """Open an MP4 that we wrote for its packets and what its index says; it cannot be decoded.

    Raises `av.FFmpegError`.
    """
    with av.open(str(path), options=_NO_CODEC) as container:
        yield container


def picture_times(path: Path) -> list[int | None]:
    """Return the times of the picture's packets in ticks, in decoding order.

    None of them where ffmpeg wrote a file without a stream, or none that can be read.
    """
    try:
        with open_packets(path) as container:
            return [packet.pts for packet in container.demux(video=0) if packet.size]
    except (av.FFmpegError, IndexError):
        return []
