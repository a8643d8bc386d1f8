"""When each word is marked in the finished clip, seen in its decoded pictures, against when the voice says it; and
whether picture and sound are as long as the edit says."""

import tempfile
from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from app.data import caption_styles, presets
from app.media.caption_layout import lay_out
from app.media.render import CLIP_NAME
from app.models.edit import Cue
from app.models.timing import OUTPUT_FPS, frame_at
from benchmarks.tools.clips import Project, project, render, script, spoken
from benchmarks.tools.figure import Figure
from benchmarks.tools.footage import run_ffmpeg

STYLE = "bold"
_CLOSE = 70.0  # RGB distance within which a pixel counts as the highlight colour, after 4:2:0 and x264
_SHARE = 0.5  # of a word's most pixels of that colour: from the first frame with so many it is marked
_LETTERS = 0.7  # em that capitals are high, about
_AAC_FRAME = 1024 / 48_000  # s

Picture = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


def run(quick: bool) -> list[Figure]:
    """Measure a clip over plain grey, so that no pixel of the footage has the highlight's colour."""
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        folder = Path(name)
        grey = folder / "grey.mp4"
        run_ffmpeg("-f", "lavfi", "-i", "color=0x606060:s=1280x720:r=30:d=30", "-c:v", "libx264", str(grey))
        made = project(grey, script(quick), folder / "data", style=STYLE)
        render(made, folder / "clip")
        clip = folder / "clip" / CLIP_NAME
        off = late_by(made, clip, script(quick))
        return [_words(off), *_lengths(made, clip)]


def _words(off: Sequence[int]) -> Figure:
    distances = sorted(abs(frames) for frames in off)
    right = sum(frames == 0 for frames in off)
    return Figure(
        name="captions, word start in the clip, p95",
        value=float(distances[ceil(0.95 * len(distances)) - 1]),
        unit="frames",
        against=f"the voice's own times of {len(off)} words ({right} on their frame; worst {distances[-1]} off)",
        bar=1.0,
        goal=0.0,
    )


def _lengths(made: Project, clip: Path) -> list[Figure]:
    pictures, seconds = lengths(clip)
    wanted = made.edit.frames
    return [
        Figure(
            name="length of the picture, frames off",
            value=float(abs(pictures - wanted)),
            against=f"the edit document: {wanted} frames",
            bar=0.0,
        ),
        Figure(
            name="length of the sound, AAC frames off",
            value=abs(seconds - wanted / OUTPUT_FPS) / _AAC_FRAME,
            against=f"the edit document: {wanted / OUTPUT_FPS:.3f} s ({seconds:.3f} s)",
            bar=1.0,
        ),
    ]


def lengths(clip: Path) -> tuple[int, float]:
    """Return how many pictures a clip has, and the seconds of its sound as its container tells them."""
    with av.open(str(clip)) as container:
        sound = container.streams.audio[0]
        seconds = float((sound.duration or 0) * (sound.time_base or 0))
        return sum(1 for packet in container.demux(video=0) if packet.size), seconds


def late_by(made: Project, clip: Path, text: str) -> list[int]:
    """Return, for each spoken word, by how many frames it is marked after the frame in which the voice begins it."""
    voice, _ = spoken(text)
    captions = made.edit.captions
    if captions is None:
        return []
    wanted = iter([frame_at(token.start) for token in voice.tokens if token.spoken])
    style = caption_styles()[captions.style]
    colour = np.array([int(style.highlight[at : at + 2], 16) for at in (0, 2, 4)])
    pictures = _pictures(clip)
    number, picture = next(pictures)
    off = []
    for cue in captions.cues:
        boxes = [_box(cue, at, made) for at in range(len(cue.words)) if cue.words[at].spoken]
        counts = []
        while number < cue.end:
            if number >= cue.start:
                counts.append([_pixels(picture, box, colour) for box in boxes])
            number, picture = next(pictures, (cue.end, picture))
        seen = np.array(counts)
        for column in seen.T:
            first = int(np.argmax(column >= max(1, _SHARE * column.max())))
            off.append(cue.start + first - next(wanted))
    return off


def _box(cue: Cue, at: int, made: Project) -> Box:
    """Return where a word of a cue stands: the width of its letters, and their height above the baseline."""
    style, preset = caption_styles()[STYLE], presets()[made.edit.preset]
    block = lay_out(cue, "en", style, made.edit.canvas, preset)
    placed = block.words[at]
    half, height = placed.width / 2, style.font_size * block.shrink * 0.7
    return (
        round(placed.middle - half),
        round(placed.baseline - height),
        round(placed.middle + half),
        round(placed.baseline),
    )


def _pixels(picture: Picture, box: Box, colour: npt.NDArray[np.int64]) -> int:
    left, top, right, bottom = box
    off = picture[top:bottom, left:right].astype(np.int64) - colour
    return int((np.sqrt((off**2).sum(axis=2)) < _CLOSE).sum())


def _pictures(clip: Path) -> Iterator[tuple[int, Picture]]:
    """Yield (frame, picture in RGB); the frame is the one at whose time it is shown."""
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            yield round((frame.time or 0.0) * OUTPUT_FPS), frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
