"""Where somebody speaks, the sound goes down to a share of itself; all else in the file stays as it was.

Packets of picture are copied. The sound is decoded, turned down and encoded block by block, so an hour takes no more
memory than a minute. Its gain comes from whole samples in numpy, not from a filter's expression: no, one or a hundred
spans are the same few lines, and every sample outside of spans and fades reaches the encoder with the value it had.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import Flags, InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from app.errors import InputError, MediaError
from app.media.ambience import VoiceRemover
from app.media.atomic import new_file
from app.media.containers import MAX_PIXELS, no_picture, open_media, picture_stream, shown, sound_stream
from app.media.decoding import BROKEN
from app.media.envelope import Envelope, Quieter, Samples, merged
from app.media.probe import start_seconds
from app.media.sound import SAMPLE_RATE
from app.media.voice_estimate import VoiceEstimator
from app.models.control import Control
from app.models.media import MediaInfo
from app.models.report import MuteReport
from app.models.timing import Span

AnyPacket: TypeAlias = "Packet[Any]"  # generic in the stubs only

_MICROSECONDS = 1_000_000
_JITTER_SECONDS = 0.02  # times closer to the count of samples than this are rounding: Matroska has milliseconds
_BLOCK = 48_000  # samples of silence made at once
_BITS_PER_CHANNEL = 192_000  # a second: pink noise comes out within 0.1 dB (0.15 at 128,000), as AAC ends at 20 kHz
_MOST_BITS_PER_SAMPLE = 5  # AAC holds 6 (ISO 14496-3, 6144 bits a channel and frame)
_RATES = frozenset([8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000])  # AAC's
_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
_FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
_IN_MP4 = frozenset(["h264", "hevc", "mpeg4", "av1"])
_OF_THE_CONTAINER = frozenset(["major_brand", "minor_version", "compatible_brands", "encoder"])
_OPTIONS = {"fflags": "+bitexact", "movflags": "+faststart", "movie_timescale": "48000"}


def muted_suffix(path: Path, info: MediaInfo) -> str:
    """Return the ending of the muted file's name, which decides its container: the source's own if that can be.

    MP4, MOV and MKV stay what they are. Of all others (WebM, AVI, MPEG, FLV ...) the picture goes into an MP4 when
    players expect it there, else into an MKV.
    """
    suffix = path.suffix.lower()
    own = "matroska" if suffix == ".mkv" else "mp4"
    if suffix in _FORMATS and own in info.container:
        return suffix
    return ".mp4" if info.codec in _IN_MP4 else ".mkv"


def mute_voice(
    path: Path,
    info: MediaInfo,
    out: Path,
    keep: float,
    spans: Sequence[Span],
    *,
    control: Control,
    max_pixels: int = MAX_PIXELS,
    ambience: bool = False,
) -> MuteReport:
    """Write `path` to `out` with its sound at the share `keep` (0 to 1, of amplitude) inside `spans` (seconds).

    With `ambience`, voices are taken out there instead, and what is around them stays; the sound is then 48 kHz.

    `spans` count from the file's second 0, as `app.media.vad.speech` tells them. The ending of `out` is one that
    `muted_suffix` returns. Only the first picture and the first sound go into it: another track of sound holds the
    same voices, perhaps elsewhere, and nobody has looked for them. Picture and sound keep their times.

    Raises `InputError` (keep), `MediaError` (media_no_sound, media_no_picture, media_container, and what `open_media`
    raises), `StorageError` or `Cancelled`; then `out` is untouched.
    """
    if not 0.0 <= keep <= 1.0:
        raise InputError(
            f"The share of the sound to keep is {keep}, and must be from 0 (mute) to 1 (leave it as it is).",
            hint="0.2, for example, keeps a fifth of it.",
            subject="keep_percentage",
        )
    with open_media(path, max_pixels) as source:
        picture, sound = picture_stream(source), sound_stream(source)
        if picture is None:
            raise no_picture(path)
        if sound is None:
            raise _no_sound(path)
        with (
            new_file(out) as temporary,
            _written(path, temporary) as target,
            VoiceEstimator(control) as estimator,
        ):
            copy = _Copied(source, picture, _picture_like(path, picture, target))
            track = _sound_like(sound, target, SAMPLE_RATE if ambience else sound.codec_context.sample_rate)
            down = _TurnedDown(_change(track, keep, spans, estimator, ambience), track, start_seconds(source))
            target.metadata.update({k: v for k, v in source.metadata.items() if k not in _OF_THE_CONTAINER})
            for packet in _packets(source, picture, sound, _Watch(control, info.duration)):
                target.mux(copy.across(packet) if packet.stream is picture else down.encoded(packet))
            target.mux(down.rest())
    control.report(1.0)
    muted = round(sum(span.length for span in merged(spans)), 3)
    return MuteReport(spans=len(spans), keep=keep, seconds=muted, duration=info.duration)


def _change(
    track: AudioStream, keep: float, spans: Sequence[Span], estimator: VoiceEstimator, ambience: bool
) -> Quieter | VoiceRemover:
    if ambience:
        return VoiceRemover(track.codec_context.layout.nb_channels, spans, estimator)
    return Quieter(Envelope(keep, spans), track.codec_context.sample_rate)


@dataclass(frozen=True)
class _Watch:
    """Tells how far a pass over the file is, and stops it when asked."""

    control: Control
    duration: float

    def at(self, packet: AnyPacket) -> None:
        self.control.check()
        if packet.dts is not None and packet.time_base is not None and self.duration > 0:
            self.control.report(float(packet.dts * packet.time_base) / self.duration)


class _Copied:
    """The picture's packets, with the file's second 0 at time 0."""

    def __init__(self, source: InputContainer, picture: VideoStream, stream: VideoStream) -> None:
        self._stream = stream
        base = picture.time_base or Fraction(1, _MICROSECONDS)
        self._zero = round(Fraction(source.start_time or 0, _MICROSECONDS) / base)
        self._last: int | None = None

    def across(self, packet: AnyPacket) -> AnyPacket:
        """Return the packet as one of the other file."""
        packet.stream = self._stream
        if packet.pts is not None:
            packet.pts -= self._zero
        if packet.dts is not None:
            packet.dts -= self._zero
            if self._last is not None:  # two packets of one time, as old cameras write them, would be refused
                packet.dts = max(packet.dts, self._last + 1)
            self._last = packet.dts
        return packet


class _TurnedDown:
    """The packets of a stream as one sound without gaps, from the file's second 0 on, changed."""

    def __init__(self, change: Quieter | VoiceRemover, stream: AudioStream, begin: float) -> None:
        self._change, self._stream, self._begin = change, stream, begin
        self._rate, self._layout = stream.codec_context.sample_rate, stream.codec_context.layout
        self._given, self._sent = 0, 0
        self._shape: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None

    def encoded(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return what the encoder gives for a packet; a broken one becomes a silence as long."""
        try:
            frames = cast(list[AudioFrame], packet.decode())
        except av.FFmpegError:
            return []
        quieter = (one for frame in frames for one in self._quieter(frame))
        return [packet for frame in quieter for packet in self._stream.encode(frame)]

    def rest(self) -> list[AnyPacket]:
        """Return what the change and the encoder still hold at the end."""
        frames = (*self._framed(self._change.rest()), None)
        return [packet for frame in frames for packet in self._stream.encode(frame)]

    def _quieter(self, frame: AudioFrame) -> Iterator[AudioFrame]:
        """Yield what becomes of one frame, with the silence before it when it begins late."""
        behind = 0
        if frame.time is not None:
            gap = round((frame.time - self._begin) * self._rate) - self._given
            if gap > _JITTER_SECONDS * self._rate:
                for block in _silence(self._layout.nb_channels, gap):
                    yield from self._placed(block)
            elif gap < -_JITTER_SECONDS * self._rate:
                behind = -gap  # its beginning was heard already
        frame.pts = None  # the resampler would complain about the gaps that were just filled
        for piece in self._converter(frame).resample(frame):
            samples = cast(Samples, piece.to_ndarray())
            if behind < samples.shape[1]:
                yield from self._placed(samples[:, behind:])
            behind = max(0, behind - samples.shape[1])

    def _placed(self, samples: Samples) -> Iterator[AudioFrame]:
        self._given += samples.shape[1]
        return self._framed(self._change.push(samples.T))

    def _framed(self, changed: Samples) -> Iterator[AudioFrame]:
        if not len(changed):
            return
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(changed.T), format="fltp", layout=self._layout.name)
        frame.sample_rate, frame.pts, frame.time_base = self._rate, self._sent, Fraction(1, self._rate)
        self._sent += len(changed)
        yield frame

    def _converter(self, frame: AudioFrame) -> AudioResampler:
        """Return what brings frames of this shape to the one that is encoded; a recording may change it midway."""
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None or shape != self._shape:
            self._resampler = AudioResampler(format="fltp", layout=self._layout, rate=self._rate)
            self._shape = shape
        return self._resampler


def _packets(source: InputContainer, picture: VideoStream, sound: AudioStream, watch: _Watch) -> Iterator[AnyPacket]:
    """Yield both streams' packets, and the empty one that ends decoding of sound; a missing end is passed over."""
    source.flags |= cast(int, Flags.gen_pts.value)  # AVI tells when to decode a picture, not when to show it
    packets = source.demux(picture, sound)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, *BROKEN):
            return
        watch.at(packet)
        if packet.size or packet.stream is sound:
            yield packet


def _picture_like(path: Path, picture: VideoStream, target: OutputContainer) -> VideoStream:
    """Add a stream for copied packets: size, colours and turn come with the template, an old tag of a turn does not."""
    try:
        stream = target.add_stream_from_template(picture, opaque=True)  # the codec need not be one we can encode
    except ValueError as error:
        raise _not_held(path, target.format.name) from error
    stream.metadata.update(picture.metadata)
    codec = picture.codec_context
    if codec.name == "hevc" and target.format.name in {"mp4", "mov"} and codec.codec_tag != "hev1":
        stream.codec_context.codec_tag = "hvc1"  # Apple's players show no other
    return stream


def _sound_like(sound: AudioStream, target: OutputContainer, wanted: int) -> AudioStream:
    """Add a stream with the channels of `sound` at the rate that is wanted: lossless as before, else AAC, which every
    player has."""
    own = sound.codec_context
    if _is_lossless(own.name) and own.name in target.supported_codecs:
        stream = cast(AudioStream, target.add_stream(own.name, rate=wanted))
        stream.codec_context.layout, stream.codec_context.format = own.layout, own.format
    else:
        rate = wanted if wanted in _RATES else 48_000
        layout = av.AudioLayout(_LAYOUTS.get(own.layout.nb_channels, "stereo"))
        bits = layout.nb_channels * min(_BITS_PER_CHANNEL, _MOST_BITS_PER_SAMPLE * rate)
        stream = target.add_stream("aac", rate=rate, bit_rate=bits)
        stream.codec_context.layout = layout
    stream.metadata.update(sound.metadata)
    return stream


def _is_lossless(codec: str) -> bool:
    return codec in {"flac", "alac"} or codec.startswith("pcm_")


@contextmanager
def _written(path: Path, temporary: Path) -> Iterator[OutputContainer]:
    """Give a container to write to. What it refuses to hold becomes a `MediaError`."""
    kind = _FORMATS.get(temporary.suffix.lower(), "matroska")
    options = {k: v for k, v in _OPTIONS.items() if kind != "matroska" or k == "fflags"}
    try:
        with av.open(str(temporary), "w", format=kind, container_options=options) as target:
            yield target
    except av.FFmpegError as error:
        if isinstance(error, OSError):  # the disk's, which `new_file` tells of
            raise
        raise _not_held(path, kind) from error


def _not_held(path: Path, container: str) -> MediaError:
    return MediaError(
        f"The picture of {shown(path)} cannot be put into a file of the kind {container}.",
        hint="Convert it to an MP4 with H.264 picture first.",
        subject=shown(path),
        code="media_container",
    )


def _no_sound(path: Path) -> MediaError:
    return MediaError(
        f"{shown(path)} has no sound, so there is no voice in it to mute.",
        hint="Use it as it is, or name another file.",
        subject=shown(path),
        code="media_no_sound",
    )


def _silence(channels: int, count: int) -> Iterator[Samples]:
    for start in range(0, count, _BLOCK):
        yield np.zeros((channels, min(_BLOCK, count - start)), np.float32)
