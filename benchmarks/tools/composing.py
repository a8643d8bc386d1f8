"""Footage put together from takes: cuts, dissolves, fades, flashes at known frames, written as phones or editors do."""

import random
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from app.media.ffmpeg import find_ffmpeg
from app.tests.footage import scene

Size = tuple[int, int]
"""Width and height in pixels."""

Picture = npt.NDArray[np.uint8]
"""One picture's bytes, of any shape that all have in common."""

Kind = Literal["cut", "dissolve", "fade"]

FPS = 30
_SHORTEST, _LONGEST = 1.2, 10.0  # seconds of a take
_FLASH = (110, 80, 50)  # what a camera's flash adds to three pictures
_DISSOLVES, _FADES = (8, 30), (6, 18)  # frames, the shortest and the longest


@dataclass(frozen=True)
class Take:
    """One shot of the footage. A dissolve is mixed over its first `length` frames, a fade goes to black over as many
    before it and comes back over as many. `told` is what its maker needs to know."""

    start: int
    frames: int
    transition: Kind = "cut"
    length: int = 0
    event: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    def truth(self) -> dict[str, Any]:
        """Return what is known of it."""
        told = {"start": self.start, "frames": self.frames, "transition": self.transition, "event": self.event}
        return told | ({"length": self.length} if self.length else {})


@dataclass(frozen=True)
class Stock:
    """Where takes come from: `open` gives the pictures of a take and so many more, `black` is a black one.

    `pixels` is ffmpeg's name for the bytes' order.
    """

    open: Callable[[Take, int], Iterator[Picture]]
    black: Picture
    pixels: str


def plan(total: int, rng: random.Random, style: str) -> list[Take]:
    """Return takes that add up to `total` frames: one for `uncut`, with soft changes at most cuts for `blends`."""
    if style == "uncut":
        return [Take(0, total)]
    takes: list[Take] = []
    begun = 0
    while begun < total:
        length = round(min(max(rng.lognormvariate(1.2, 0.5), _SHORTEST), _LONGEST) * FPS)
        if total - begun - length < _SHORTEST * FPS:
            length = total - begun
        event = "flash" if length > 60 and rng.random() < 0.08 else None
        takes.append(Take(begun, length, event=event))
        begun += length
    return blended(takes, rng) if style == "blends" else takes


def blended(takes: Sequence[Take], rng: random.Random) -> list[Take]:
    """Return the takes with a dissolve at every third change, a fade at the next, and a cut at the next."""
    made = [replace(takes[0], event=None)]
    for number, (before, take) in enumerate(pairwise(takes)):
        kind: Kind = ("dissolve", "fade", "cut")[number % 3]
        room = min(before.frames, take.frames) // 3
        length = min(rng.randint(*(_DISSOLVES if kind == "dissolve" else _FADES)), room) if kind != "cut" else 0
        made.append(replace(take, transition=kind, length=length, event=None))
    return made


def textured(size: Size) -> Stock:
    """Return takes made of moving textures, each its own."""

    def pictures(take: Take, more: int) -> Iterator[Picture]:
        yield from scene("moving", take.start * 7 + 1, take.frames + more, size)

    return Stock(pictures, np.zeros((size[1], size[0], 3), np.uint8), "rgb24")


def filmed(frames: Callable[[Any, int, int, int], Iterator[bytes]], size: Size) -> Stock:
    """Return takes of real clips, from the shared tool's own function."""
    count = size[0] * size[1]

    def pictures(take: Take, more: int) -> Iterator[Picture]:
        shot = {**take.told, "event": None}
        yield from (np.frombuffer(data, np.uint8) for data in frames(shot, more, *size))

    black = np.full(count * 3 // 2, 128, np.uint8)
    black[:count] = 16
    return Stock(pictures, black, "yuv420p")


def compose(takes: Sequence[Take], stock: Stock) -> Iterator[Picture]:
    """Yield the footage's pictures."""
    tail: list[Picture] = []
    for take, after in zip(takes, [*takes[1:], None], strict=True):
        more = after.length if after is not None and after.transition == "dissolve" else 0
        fade_out = after.length if after is not None and after.transition == "fade" else 0
        rest: list[Picture] = []
        for number, picture in enumerate(stock.open(take, more)):
            if number >= take.frames:
                rest.append(picture)
                continue
            yield _changed(picture, number, take, fade_out, tail, stock.black)
        tail = rest


def _changed(picture: Picture, number: int, take: Take, fade_out: int, tail: list[Picture], black: Picture) -> Picture:
    left = take.frames - number
    if take.transition == "dissolve" and number < take.length:
        return mixed(picture, tail[number], (number + 1) / (take.length + 1))
    if take.transition == "fade" and number < take.length:
        return mixed(picture, black, (number + 1) / (take.length + 1))
    if left <= fade_out:
        return mixed(picture, black, left / (fade_out + 1))
    flash = number - take.frames // 2
    if take.event == "flash" and 0 <= flash < len(_FLASH):
        return np.minimum(picture.astype(np.int16) + _FLASH[flash], 255).astype(np.uint8)
    return picture


def mixed(one: Picture, other: Picture, share: float) -> Picture:
    """Return the share (0 to 1) of `one` and the rest of `other`."""
    k = round(share * 256)
    return ((one.astype(np.uint16) * k + other.astype(np.uint16) * (256 - k)) >> 8).astype(np.uint8)


def write(out: Path, takes: Sequence[Take], stock: Stock, size: Size, style: str) -> None:
    """Encode the footage: as editors export it (`edited`), else as phones record it."""
    source = ["-f", "rawvideo", "-pix_fmt", stock.pixels, "-s", f"{size[0]}x{size[1]}", "-r", str(FPS), "-i", "-"]
    coded = ["-c:v", "libx264", *encoding(size, style), "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(out)]
    command = [str(find_ffmpeg().path), "-v", "error", "-y", *source, *coded]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:  # noqa: S603 - fixed options
        assert encoder.stdin is not None  # noqa: S101 - PIPE was asked for
        for picture in compose(takes, stock):
            encoder.stdin.write(picture.tobytes())
        encoder.stdin.close()
    if encoder.returncode:
        raise subprocess.CalledProcessError(encoder.returncode, command)


def encoding(size: Size, style: str) -> list[str]:
    """Return x264's options: 17 Mb/s at 1080p, a key frame each second and none at cuts, or its defaults."""
    if style == "edited":
        return ["-preset", "medium", "-crf", "20"]
    rate = max(2.0, 17 * size[0] * size[1] / (1920 * 1080))
    limits = ["-maxrate", f"{rate * 1.2:.1f}M", "-bufsize", f"{rate * 1.2:.1f}M"]
    steady = ["-g", str(FPS), "-bf", "0", "-sc_threshold", "0", "-refs", "1"]
    return ["-preset", "superfast", "-b:v", f"{rate:.1f}M", *limits, *steady]
