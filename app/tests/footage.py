"""Short test clips with known truth: textured, moving scenes between known cuts, encoded by the real ffmpeg.

The same arguments give the same picture. 4 s of 640x360 take about half a second to make.
"""

import itertools
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Kind = Literal["moving", "still", "black", "frozen", "blurred"]
Audio = Literal["tone", "silence", "speechlike"]

CODECS: dict[str, tuple[str, ...]] = {
    "h264": ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
    "hevc": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-pix_fmt", "yuv420p"),
    "hevc10": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-pix_fmt", "yuv420p10le"),
    "vp9": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p"),
    "mpeg4": ("-c:v", "mpeg4", "-q:v", "4", "-pix_fmt", "yuv420p"),
    "prores": ("-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"),
}
"""ffmpeg's options for each codec that `make_clip` knows."""

_VOICE = "0.12*(sin(2*PI*130*t)+sin(2*PI*260*t)+0.7*sin(2*PI*520*t)+0.4*sin(2*PI*1560*t))*(0.5+0.5*sin(2*PI*4*t))"
SOUNDS: dict[str, str] = {
    "tone": "sine=frequency=440:sample_rate=48000",
    "silence": "anullsrc=sample_rate=48000:channel_layout=stereo",
    "speechlike": f"aevalsrc='{_VOICE}':s=48000",
}
"""ffmpeg's source filter for each sound; "speechlike" has a voice's rhythm and harmonics, but no words."""


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg with `arguments`; overwrites, prints errors only."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


@cache
def texture(seed: int, width: int, height: int, coarsest_only: bool = False) -> Picture:
    """Return (height, width, 3) uint8 of natural looking noise in the seed's own colours, with edged shapes."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width))
    for octave in range(1 if coarsest_only else 7):
        cell = max(2, 2 ** (6 - octave))
        grid = rng.standard_normal((height // cell + 2, width // cell + 2))
        if coarsest_only:
            total += _stretched(grid, width, height, cell)
        else:
            total += np.kron(grid, np.ones((cell, cell)))[:height, :width] * 0.75**octave
    total = (total - total.mean()) / total.std()
    base = rng.permuted(np.array([60.0, 120.0, 180.0])) + rng.uniform(-20, 20, 3)
    picture = base + total[..., None] * rng.uniform(20, 45, 3)
    if not coarsest_only:
        _add_shapes(picture, rng)
    result: Picture = np.clip(picture, 0, 255).astype(np.uint8)
    return result


def _stretched(grid: npt.NDArray[np.float64], width: int, height: int, cell: int) -> npt.NDArray[np.float64]:
    """Return the grid interpolated to the picture's size: no edges at all, as behind a lens out of focus."""
    rows, columns = np.arange(height) / cell, np.arange(width) / cell
    across = np.stack([np.interp(columns, np.arange(grid.shape[1]), line) for line in grid])
    return np.stack([np.interp(rows, np.arange(grid.shape[0]), line) for line in across.T], axis=1)


def _add_shapes(picture: npt.NDArray[np.float64], rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    for _ in range(14):
        x, y = rng.integers(0, width), rng.integers(0, height)
        w, h = rng.integers(width // 20, width // 5), rng.integers(height // 12, height // 3)
        picture[y : y + h, x : x + w] = picture[y : y + h, x : x + w] * 0.35 + rng.uniform(0, 255, 3) * 0.65


def scene(kind: Kind, seed: int, count: int, size: tuple[int, int]) -> Iterator[Picture]:
    """Yield `count` pictures, (height, width, 3) uint8 RGB.

    "moving" pans over a texture with grain; "still" is a tripod: grain only; "frozen" repeats one picture exactly;
    "blurred" pans over a texture without edges; "black" has a little grain.
    """
    width, height = size
    margin = max(16, width // 5)
    rng = np.random.default_rng(seed + 1)
    wide = texture(seed, width + 2 * margin, height + 2 * margin, kind == "blurred")
    for i in range(count):
        turn = i / 45 * 2 * np.pi if kind in {"moving", "blurred"} else 0.0
        x, y = round(margin + margin * 0.9 * np.sin(turn / 2)), round(margin + margin * 0.5 * np.sin(turn / 3))
        picture = wide[y : y + height, x : x + width].astype(np.int16)
        if kind == "black":
            picture = picture // 64
        if kind != "frozen":
            picture = picture + rng.integers(-3, 4, (height, width, 1), dtype=np.int16)
        yield np.clip(picture, 0, 255).astype(np.uint8)


def pictures(
    seconds: float,
    fps: float,
    cuts: Sequence[float],
    size: tuple[int, int],
    *,
    kinds: Sequence[Kind] = ("moving",),
    seed: int = 0,
    flash_at: float | None = None,
) -> Iterator[Picture]:
    """Yield a clip's pictures: scene i of `kinds` (repeated as needed) from cut i-1 to cut i, each a new texture.

    `flash_at` brightens 3 frames, as a camera's flash does.
    """
    total = round(seconds * fps)
    edges = [0, *(round(c * fps) for c in cuts), total]
    flash = round(flash_at * fps) if flash_at is not None else -9
    n = 0
    for i, (start, end) in enumerate(itertools.pairwise(edges)):
        for picture in scene(kinds[i % len(kinds)], seed * 100 + i * 7, end - start, size):
            if flash <= n < flash + 3:
                yield np.minimum(picture.astype(np.int16) + 110 - 30 * (n - flash), 255).astype(np.uint8)
            else:
                yield picture
            n += 1


def make_clip(
    path: Path,
    *,
    seconds: float = 4.0,
    size: tuple[int, int] = (640, 360),
    fps: float = 30,
    cuts: Sequence[float] = (1.5, 2.8),
    kinds: Sequence[Kind] = ("moving",),
    audio: Audio | Path | None = "tone",
    codec: str = "h264",
    rotation: int = 0,
    seed: int = 0,
    flash_at: float | None = None,
    options: Sequence[str] = (),
) -> Path:
    """Write a clip and return `path`; its ending decides the container.

    `cuts` are seconds; `kinds` see `scene`; `audio` is a sound of `SOUNDS`, a file, or None. `rotation` is the
    clockwise turn in degrees that the file asks players for (the stored picture keeps `size`). `options` go to
    ffmpeg before the output's name.
    """
    plain = path.with_name(f"plain-{path.name}") if rotation else path
    rate = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "-"]
    sound: list[str] = []
    if isinstance(audio, Path):
        sound = ["-i", str(audio)]
    elif audio:
        sound = ["-f", "lavfi", "-i", SOUNDS[audio]]
    length = ["-t", f"{round(seconds * fps) / fps:.6f}"]
    wide = [] if size[0] % 2 == 0 and size[1] % 2 == 0 else ["-pix_fmt", "yuv444p"]
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"),
        *(*rate, *sound, *CODECS[codec], *wide, *length, *options, str(plain)),
    ]
    data = (p.tobytes() for p in pictures(seconds, fps, cuts, size, kinds=kinds, seed=seed, flash_at=flash_at))
    _feed(command, data)
    if rotation:
        ffmpeg("-display_rotation", str(-rotation), "-i", plain, "-map", "0", "-c", "copy", path)
        plain.unlink()
    return path


def _feed(command: list[str], data: Iterator[bytes]) -> None:
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for block in data:
            process.stdin.write(block)
        process.stdin.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


_SPEAK = """
import ctypes, sys, wave, espeakng_loader
library = ctypes.CDLL(espeakng_loader.get_library_path())
rate = library.espeak_Initialize(2, 0, espeakng_loader.get_data_path().encode(), 0)
blocks = []
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
def take(samples, count, events):
    if samples and count > 0:
        blocks.append(ctypes.string_at(samples, count * 2))
    return 0
library.espeak_SetSynthCallback(take)
library.espeak_SetVoiceByName(b"en")
text = sys.argv[2].encode()
library.espeak_Synth(text, len(text) + 1, 0, 1, 0, 1, None, None)
library.espeak_Synchronize()
with wave.open(sys.argv[1], "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(rate)
    file.writeframes(b"".join(blocks))
"""


def say(
    path: Path, text: str = "The shop opens at nine and closes late in the evening, every day of the week."
) -> Path:
    """Write a WAV of a synthetic English voice, mono, 22.05 kHz, and return `path`. The default text takes 4.1 s."""
    subprocess.run([sys.executable, "-c", _SPEAK, str(path), text], check=True)
    return path
