"""Look at a finished clip as a stranger would, and say whether it is what its edit document describes.

What its container says is read by PyAV; how it looks and sounds is judged by one pass of ffmpeg over it all.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from app.errors import RenderError
from app.media.atomic import storage_errors
from app.media.caption_check import captions_item, compare_arguments, frames_to_compare
from app.media.explain import Explainer
from app.media.ffmpeg import Ffmpeg, Input, Limits, Workplace
from app.media.graph import Part
from app.media.loudness import ALLOWED_LU, ALLOWED_PEAK, LOUD_PEAK, QUIET_LUFS, TARGET_LUFS, measure, read_meter
from app.media.sound import SAMPLE_RATE, SAMPLES_PER_FRAME
from app.media.spans import DETECTORS, black_item, frozen_item
from app.media.subtitles import Subtitles
from app.models.control import Control
from app.models.edit import Edit
from app.models.report import CheckItem, CheckReport, Loudness
from app.models.timing import OUTPUT_FPS

_AAC_FRAME = 1024  # samples
_BT709, _LIMITED = 1, 1  # H.273's number for matrix, primaries and transfer; PyAV's for limited range
_METER = "ebur128=peak=true:framelog=verbose"
_MEASURABLE_FRAMES = 12  # 0.4 s, the length of a block in BS.1770


@dataclass(frozen=True)
class _Track:
    """A stream's packets as (time, length) in seconds, in order of time, and whether the first is a key frame."""

    times: tuple[tuple[Fraction, Fraction], ...]
    key_first: bool


def check_clip(
    path: Path,
    edit: Edit,
    parts: Sequence[Part],
    *,
    ffmpeg: Ffmpeg,
    control: Control,
    work: Path,
    subtitles: Subtitles | None = None,
    limits: Limits | None = None,
) -> CheckReport:
    """Return what was found in the finished clip at `path`; `require` on it turns a failure into an error.

    `parts` are the edit's shots with their footage, which is looked at again where the clip is black or stands still.
    `subtitles` are those the clip was rendered with; without them an edit with burnt captions fails. Works in a
    folder of its own under `work`. Raises `StorageError` or `Cancelled`, never an error for a bad clip.
    """
    try:
        with av.open(str(path)) as container:
            items = _structure(container, edit, path)
    except (av.FFmpegError, OSError) as error:
        return CheckReport(items=(_item("file", False, f"it cannot be opened: {type(error).__name__}"),))
    if items[0].ok:
        with storage_errors(work), tempfile.TemporaryDirectory(prefix="check-", dir=work) as folder:
            place = Workplace(ffmpeg, Path(folder), limits or Limits(), control)
            items += _content(path, edit, parts, subtitles, place)
    return CheckReport(items=tuple(items))


def _structure(container: InputContainer, edit: Edit, path: Path) -> list[CheckItem]:
    streams = _streams_item(container)
    if not streams.ok:
        return [streams]
    picture, sound = container.streams.video[0], container.streams.audio[0]
    tracks = _tracks(container)
    return [
        streams,
        _picture_item(picture, edit),
        _frames_item(tracks[picture.index], edit),
        _sound_item(sound, tracks[sound.index], edit),
        _faststart_item(path),
    ]


def _streams_item(container: InputContainer) -> CheckItem:
    kinds = sorted((s.type, s.codec_context.name if s.codec_context else "?") for s in container.streams)
    found = ", ".join(f"{kind} {codec}" for kind, codec in kinds) or "none"
    return _item("streams", kinds == [("audio", "aac"), ("video", "h264")], found)


def _picture_item(stream: VideoStream, edit: Edit) -> CheckItem:
    context = stream.codec_context
    tags = {context.colorspace, context.color_primaries, context.color_trc}
    square = stream.sample_aspect_ratio in {None, 0, 1}
    right = (
        (context.width, context.height) == (edit.canvas.width, edit.canvas.height)
        and context.pix_fmt == "yuv420p"
        and tags == {_BT709}
        and context.color_range == _LIMITED
        and square
    )
    colours = "BT.709" if tags == {_BT709} else f"colour tags {sorted(tags)}"
    pixels = "square pixels" if square else "pixels that are not square"
    return _item("picture", right, f"{context.width}x{context.height}, {context.pix_fmt}, {colours}, {pixels}")


def _tracks(container: InputContainer) -> dict[int, _Track]:
    times: dict[int, list[tuple[Fraction, Fraction]]] = {stream.index: [] for stream in container.streams}
    keys: dict[int, bool] = {}
    for packet in container.demux():
        if packet.size and packet.pts is not None:
            keys.setdefault(packet.stream_index, packet.is_keyframe)
            base = packet.time_base
            times[packet.stream_index].append((packet.pts * base, (packet.duration or 0) * base))
    return {index: _Track(tuple(sorted(found)), keys.get(index, False)) for index, found in times.items()}


def _frames_item(track: _Track, edit: Edit) -> CheckItem:
    shown = [time for time, _ in track.times]
    steady = shown == [Fraction(n, OUTPUT_FPS) for n in range(len(shown))]
    detail = f"{len(shown)} of {edit.frames} frames"
    if not steady:
        detail += f", not evenly at {OUTPUT_FPS} a second from 0"
    if not track.key_first:
        detail += ", beginning without a key frame"
    return _item("frames", len(shown) == edit.frames and steady and track.key_first, detail)


def _sound_item(stream: AudioStream, track: _Track, edit: Edit) -> CheckItem:
    """The sound's end, as its packets say, must be the picture's to one AAC frame; what precedes 0 is not played."""
    end = max((time + length for time, length in track.times), default=Fraction(0))
    samples, wanted = int(end * SAMPLE_RATE), edit.frames * SAMPLES_PER_FRAME
    shape = f"{stream.codec_context.sample_rate} Hz, {stream.codec_context.channels} channels"
    right = abs(samples - wanted) <= _AAC_FRAME and shape == f"{SAMPLE_RATE} Hz, 2 channels"
    return _item("sound", right, f"{samples} of {wanted} samples, {shape}")


def _faststart_item(path: Path) -> CheckItem:
    names = _boxes(path)
    right = "moov" in names and "mdat" in names and names.index("moov") < names.index("mdat")
    return _item("faststart", right, "the index stands before the media" if right else "the index stands at the end")


def _boxes(path: Path) -> list[str]:
    """Return the names of an MP4's outermost boxes in order (ISO 14496-12, 4.2)."""
    names, at, size = [], 0, path.stat().st_size
    with path.open("rb") as stream:
        while at + 8 <= size:
            stream.seek(at)
            head = stream.read(16)
            names.append(head[4:8].decode("latin-1"))
            length = int.from_bytes(head[:4], "big")
            at += int.from_bytes(head[8:16], "big") if length == 1 else length or size
            if length in range(2, 8):
                break
    return names


def _content(
    path: Path, edit: Edit, parts: Sequence[Part], subtitles: Subtitles | None, place: Workplace
) -> list[CheckItem]:
    """Decode the clip once and judge it. A clip that cannot be decoded fails here."""
    compared = frames_to_compare(edit) if subtitles else ()
    if subtitles and compared:
        subtitles.write(place.folder, place.ffmpeg)
    outputs = ["-map", "0:v:0", "-map", "0:a:0", "-vf", DETECTORS, "-af", _METER, "-f", "null", "-"]
    if compared:
        outputs += compare_arguments(compared)
    try:
        log = place.run("checking the clip", (Input(path),), tuple(outputs), frames=edit.frames)
        loudness = read_meter(log)
        if edit.frames < _MEASURABLE_FRAMES:
            loudness = measure(path, edit.seconds, place)
    except RenderError as error:
        return [_item("decoding", False, error.message)]
    footage = Explainer(parts, edit.canvas, place)
    items = [_decoding_item(log), _loudness_item(loudness, edit)]
    items += [black_item(log, edit, footage), frozen_item(log, edit, footage)]
    return [*items, *captions_item(edit, place.folder, compared)]


def _decoding_item(log: str) -> CheckItem:
    errors = [line for line in log.splitlines() if "[error]" in line or "[fatal]" in line]
    return _item("decoding", not errors, f"{len(errors)} errors" if errors else "without errors")


def _loudness_item(loudness: Loudness, edit: Edit) -> CheckItem:
    """A voice must be at the target. Other sound may be hiss, or have peaks that allow no more; without any of them
    there is silence."""
    loud, peak = loudness.integrated, loudness.true_peak
    if loud is None or peak is None:
        return _item("loudness", edit.voice is None, "silent")
    detail = f"{loud:.1f} LUFS, {peak:.1f} dBTP"
    if edit.voice is None and edit.music is None and edit.source_sound.mode == "off":
        return _item("loudness", False, f"{detail}, where nothing should sound")
    on_target = abs(loud - TARGET_LUFS) <= ALLOWED_LU + 1e-6 and peak <= ALLOWED_PEAK
    quiet = edit.music is None and loud < QUIET_LUFS
    at_limit = loud < TARGET_LUFS and LOUD_PEAK <= peak <= ALLOWED_PEAK
    excused = edit.voice is None and (quiet or at_limit)
    if excused and not on_target:
        detail += f": {'hiss' if quiet else 'its peaks allow no more'}"
    return _item("loudness", on_target or excused, detail)


def _item(name: str, ok: bool, detail: str) -> CheckItem:
    return CheckItem(name=name, ok=ok, detail=detail)
