"""Parts and sound into one MP4 by copying packets: nothing is decoded or encoded again.

Times are whole ticks: a packet's place in its part gives its frame, a frame is 512 ticks of 1/15360 s, and B frames
keep their order because only whole frames are added. ffmpeg's concat demuxer is not exact (20.37 s instead of 20.13).
"""

import heapq
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from app.errors import RenderError
from app.media.atomic import new_file
from app.media.packets import open_packets
from app.media.parts import TICKS_PER_FRAME
from app.models.control import Control
from app.models.timing import OUTPUT_FPS

AnyPacket: TypeAlias = "Packet[Any]"  # generic in the stubs only

_TIMESCALE = OUTPUT_FPS * TICKS_PER_FRAME
_MOVIE_TIMESCALE = 30_000  # whole numbers of it for every frame and for every 1600 samples
_OPTIONS = {
    "movflags": "+faststart",
    "fflags": "+bitexact",
    "video_track_timescale": str(_TIMESCALE),
    "movie_timescale": str(_MOVIE_TIMESCALE),
}


def join(parts: Sequence[Path], frames: Sequence[int], sound: Path, out: Path, control: Control) -> None:
    """Write the parts (with their lengths in frames) and the sound to `out`, which appears only when it is whole.

    Raises `RenderError` (part_broken) when a part is not what it should be, `StorageError` when `out` cannot be
    written.
    """
    orders = _checked_orders(parts, frames)
    # A packet is decoded at the latest when its picture is shown: B frames need a head start of so many frames.
    delay = max(place - shown for order in orders for place, shown in enumerate(order))
    with (
        new_file(out) as temporary,
        open_packets(parts[0]) as first,
        av.open(str(sound)) as heard,
        av.open(str(temporary), "w", format="mp4", container_options=_OPTIONS) as target,
    ):
        picture = target.add_stream_from_template(first.streams.video[0])
        picture.time_base = Fraction(1, _TIMESCALE)
        picture.codec_context.sample_aspect_ratio = Fraction(1)  # only pictures tell, and `graph` makes it so
        track = target.add_stream_from_template(heard.streams.audio[0])
        packets = _picture_packets(parts, orders, delay, picture)
        for packet in heapq.merge(packets, _sound_packets(heard, track), key=_decoded_at):
            control.check()
            target.mux_one(packet)


def _checked_orders(parts: Sequence[Path], frames: Sequence[int]) -> list[list[int]]:
    """Return, for each part, which frame each of its packets shows, in decoding order."""
    orders, header = [], None
    for part, count in zip(parts, frames, strict=True):
        with open_packets(part) as container:
            stream = container.streams.video[0]
            header = header or stream.codec_context.extradata
            packets = [packet for packet in container.demux(stream) if packet.size]
            order = [_frame_of(packet) for packet in packets]
            whole = sorted(order) == list(range(count)) and packets[0].is_keyframe and order[0] == 0
            if not whole or stream.codec_context.extradata != header:
                raise RenderError(
                    f"Part {part.name} was encoded, but cannot be joined to the others.",
                    hint="Run it again; if it stays so, this ffmpeg is not one that Edit Factory can use.",
                    subject=part.name,
                    code="part_broken",
                )
            orders.append(order)
    return orders


def _frame_of(packet: AnyPacket) -> int:
    """Return the frame a part's packet shows; -1 when its time is not a whole number of frames."""
    if packet.pts is None or packet.time_base is None:
        return -1
    frame = packet.pts * packet.time_base * OUTPUT_FPS
    return int(frame) if frame.denominator == 1 else -1


def _picture_packets(
    parts: Sequence[Path], orders: Sequence[Sequence[int]], delay: int, stream: VideoStream
) -> Iterator[AnyPacket]:
    first = 0
    for part, order in zip(parts, orders, strict=True):
        with open_packets(part) as container:
            packets = (packet for packet in container.demux(video=0) if packet.size)
            for place, (packet, shown) in enumerate(zip(packets, order, strict=True)):
                packet.stream, packet.time_base = stream, Fraction(1, _TIMESCALE)
                packet.pts = (first + shown) * TICKS_PER_FRAME
                packet.dts = (first + place - delay) * TICKS_PER_FRAME
                packet.duration = TICKS_PER_FRAME
                yield packet
        first += len(order)


def _sound_packets(heard: InputContainer, stream: AudioStream) -> Iterator[AnyPacket]:
    """Yield the sound's packets; the encoder's first 1024 samples have negative times, which players leave out."""
    for packet in heard.demux(audio=0):
        if packet.size:
            packet.stream = stream
            yield packet


def _decoded_at(packet: AnyPacket) -> Fraction:
    return cast(int, packet.dts) * packet.time_base
