"""Previews of a file as the workflow makes them, one by one, and what a player needs to know of a proxy."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from app.media.containers import open_media, sound_stream
from app.media.decodable import decodable_file
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.media.previews.proxy import make_proxy
from app.media.previews.stills import make_thumbnail
from app.media.probe import probe
from app.models.control import Control

Pixels = npt.NDArray[np.uint8]


def workplace(folder: Path, control: Control | None = None) -> Workplace:
    return Workplace(find_ffmpeg(), folder, Limits(), control or Control())


def proxied(path: Path, folder: Path, control: Control | None = None) -> Path:
    """Make the proxy of a video in `folder` and return it."""
    info, out = probe(path), folder / "proxy.mp4"
    with open_media(path) as container:
        stream = sound_stream(container)
        sound = stream.index if stream else None
    make_proxy(decodable_file(path, path.name, info, folder), info, sound, out, workplace(folder, control))
    return out


def thumbnail(path: Path, folder: Path) -> Path:
    """Make the thumbnail of a video in `folder` and return it."""
    info, out = probe(path), folder / "thumbnail.jpg"
    make_thumbnail(decodable_file(path, path.name, info, folder), info, out, workplace(folder))
    return out


@dataclass(frozen=True)
class Facts:
    """What a player finds: `times` of all pictures and of the `keys` among them, in seconds; `sound` is its channels
    and when it begins and ends."""

    codec: str
    profile: str
    pixel_format: str
    size: tuple[int, int]
    times: tuple[float, ...]
    keys: tuple[float, ...]
    sound: tuple[int, float, float] | None

    @property
    def longest_group(self) -> float:
        """Seconds from one key frame to the next, or to the last picture."""
        return float(np.diff([*self.keys, self.times[-1]]).max())


def facts(path: Path) -> Facts:
    """Read a proxy from end to end."""
    with av.open(str(path)) as container:
        picture = container.streams.video[0]
        frames = [(float(frame.time or 0), frame.key_frame, frame.format.name) for frame in container.decode(picture)]
        assert len({name for _, _, name in frames}) == 1
        context = picture.codec_context
        return Facts(
            codec=context.name,
            profile=str(context.profile),
            pixel_format=frames[0][2],
            size=(context.width, context.height),
            times=tuple(time for time, _, _ in frames),
            keys=tuple(time for time, key, _ in frames if key),
            sound=_sound(path),
        )


def _sound(path: Path) -> tuple[int, float, float] | None:
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return None
        frames = list(container.decode(audio=0))
        assert container.streams.audio[0].codec_context.name == "aac"
        last = frames[-1]
        return (
            frames[0].layout.nb_channels,
            float(frames[0].time or 0),
            float(last.time or 0) + last.samples / last.sample_rate,
        )


def loudness_at(path: Path, seconds: float) -> float:
    """Return the root mean square, 0 to 1, of a twentieth of a second of a file's sound."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        rate = stream.codec_context.sample_rate
        found = [
            np.asarray(frame.to_ndarray(), np.float64).ravel()
            for frame in container.decode(stream)
            if seconds - 0.025 <= float(frame.time or 0) <= seconds + 0.025
        ]
    assert found and rate
    return float(np.sqrt(np.mean(np.concatenate(found) ** 2)))


def rgb(path: Path, number: int = 0) -> Pixels:
    """Return a proxy's frame as a BT.709 player shows it, (height, width, 3) uint8."""
    with av.open(str(path)) as container:
        frame = list(container.decode(video=0))[number]
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        shown = frame.reformat(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG", dst_color_range="JPEG")
        return np.asarray(shown.to_ndarray(), np.uint8)


def boxes(path: Path) -> list[str]:
    """Return the names of an MP4's boxes, in order."""
    data, at, names = path.read_bytes(), 0, []
    while at + 8 <= len(data):
        names.append(data[at + 4 : at + 8].decode("latin-1"))
        at += int.from_bytes(data[at : at + 4], "big")
    return names
