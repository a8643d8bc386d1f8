"""Whether captions are really in a clip's picture.

At the middle of a cue, libass draws the captions once over black and once over white: pixels that come out alike are
covered by a letter or its outline, and there the clip must show that very brightness. Nothing is guessed about fonts,
places or colours, and footage that happens to be as bright as white letters is not as dark as their outline.
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.media.subtitles import DRAW
from app.models.edit import Edit
from app.models.report import CheckItem
from app.models.timing import seconds_of

MOST_FRAMES = 8
"""Cues that are looked at, spread over the clip."""

_NAME = "captions.gray"
_ALIKE = 3  # levels between the drawing over black and over white that count as the same
_NEAR = 48  # levels the encoder may be off: measured at most 40 for 95 % of letters' pixels in drafts
_PRESENT = 0.85  # share of covered pixels that must be right
_FEWEST = 30  # covered pixels below which a cue draws nothing worth comparing (an emoji without a font)

Gray = npt.NDArray[np.uint8]


def frames_to_compare(edit: Edit) -> tuple[int, ...]:
    """Return the middle frames of up to `MOST_FRAMES` cues, the first and the last among them."""
    cues = edit.captions.cues if edit.captions and edit.captions.burnt else ()
    chosen = np.unique(np.linspace(0, len(cues) - 1, min(len(cues), MOST_FRAMES)).round().astype(int))
    return tuple(sorted({(cues[i].start + cues[i].end) // 2 for i in chosen}))


def compare_arguments(frames: Sequence[int]) -> tuple[str, ...]:
    """Return ffmpeg's arguments for an output with, for each frame, the clip, captions on black and on white."""
    wanted = "+".join(f"eq(n,{frame})" for frame in frames)
    chain = (
        f"select='{wanted}',split=3[clip][b][w];[b]drawbox=t=fill:color=black,{DRAW}[black];"
        f"[w]drawbox=t=fill:color=white,{DRAW}[white];[clip][black][white]vstack=3,format=gray"
    )
    return ("-map", "0:v:0", "-vf", chain, "-fps_mode", "passthrough", "-c:v", "rawvideo", "-f", "rawvideo", _NAME)


def captions_item(edit: Edit, folder: Path, frames: Sequence[int]) -> list[CheckItem]:
    """Return what the comparison in `folder` shows; nothing for an edit without burnt captions."""
    if not frames_to_compare(edit):
        return []
    if not frames:
        return [CheckItem(name="captions", ok=False, detail="there are none to compare the picture with")]
    size = (len(frames), 3, edit.canvas.height, edit.canvas.width)
    if (folder / _NAME).stat().st_size != math.prod(size):
        return [CheckItem(name="captions", ok=False, detail="the picture has another size or too few frames")]
    pictures = np.memmap(folder / _NAME, np.uint8, "r", shape=size)
    shares = {frame: shown_share(*triple) for frame, triple in zip(frames, pictures, strict=True)}
    missing = [frame for frame, share in shares.items() if share is not None and share < _PRESENT]
    if missing:
        times = ", ".join(f"{seconds_of(frame):.2f} s" for frame in missing)
        return [CheckItem(name="captions", ok=False, detail=f"not in the picture at {times}")]
    seen = sum(share is not None for share in shares.values())
    if not seen:  # not a fault of the picture: libass draws nothing for them either
        detail = "nothing to see: no bundled font has their letters, or they are too long for the picture"
        return [CheckItem(name="captions", ok=True, detail=detail)]
    return [CheckItem(name="captions", ok=True, detail=f"in the picture at all {seen} places looked at")]


def shown_share(clip: Gray, on_black: Gray, on_white: Gray) -> float | None:
    """Return the share (0 to 1) of pixels covered by captions that `clip` shows so; None when nothing is drawn."""
    drawn = on_black.astype(np.int16)
    covered = np.abs(drawn - on_white) <= _ALIKE
    if int(covered.sum()) < _FEWEST:
        return None
    return float(np.mean(np.abs(drawn - clip)[covered] <= _NEAR))
