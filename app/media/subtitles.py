"""The captions of one clip as libass takes them: a text and fonts, under fixed names in a job's folder."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.media.atomic import storage_errors
from app.media.ffmpeg import Ffmpeg
from app.media.hashing import file_hash
from app.models.base import content_key

SUBTITLES_NAME, FONTS_NAME = "subs.ass", "fonts"
"""Fixed names: no text or path of a person ever enters a filter graph."""

DRAW = f"ass={SUBTITLES_NAME}:fontsdir={FONTS_NAME}"
"""The filter that draws them; it works in the folder they were written to."""

_COLOUR = re.compile(r"(?<=,&H[0-9A-F]{2})[0-9A-F]{6}(?=,)")  # &HAABBGGRR


@dataclass(frozen=True)
class Drawing:
    """A clip's captions as one build of ffmpeg is to draw them: the ASS file's text, and a folder of fonts.

    `key` is the hash of the fonts.
    """

    text: str
    fonts: Path
    key: str

    def put(self, text: str, folder: Path) -> None:
        """Put `text` and the fonts into `folder` under their fixed names. Raises `OSError`."""
        (folder / SUBTITLES_NAME).write_text(text, encoding="utf-8", newline="\n")
        shutil.copytree(self.fonts, folder / FONTS_NAME)


@dataclass(frozen=True)
class Subtitles:
    """An ASS file's text, at the clip's times, and what writes the fonts it names into a folder."""

    text: str
    fonts: Callable[[Path], None]

    def prepare(self, folder: Path, ffmpeg: Ffmpeg) -> Drawing:
        """Put the fonts into `folder` under their fixed name, and return what `ffmpeg` is to draw.

        Raises `StorageError`.
        """
        place = folder / FONTS_NAME
        with storage_errors(folder):
            place.mkdir()
            self.fonts(place)
            fonts = {font.name: file_hash(font) for font in sorted(place.iterdir())}
        return Drawing(for_bt601(self.text) if ffmpeg.bt601_captions else self.text, place, content_key(fonts))

    def write(self, folder: Path, ffmpeg: Ffmpeg) -> None:
        """Put text and fonts into `folder` under their fixed names, for `ffmpeg` to draw. Raises `StorageError`."""
        drawing = self.prepare(folder, ffmpeg)
        with storage_errors(folder):
            (folder / SUBTITLES_NAME).write_text(drawing.text, encoding="utf-8", newline="\n")


def for_bt601(text: str) -> str:
    """Return an ASS file whose styles' colours, drawn by BT.601 and shown by BT.709, come out as `text` says.

    Within what 8 bits hold: of the built-in styles only the mint is off, by 6 levels of green instead of 18.
    """
    return re.sub(
        r"^Style:.*", lambda style: _COLOUR.sub(lambda bgr: _drawn_by_bt601(bgr[0]), style[0]), text, flags=re.M
    )


def _drawn_by_bt601(bgr: str) -> str:
    red, green, blue = (int(bgr[at : at + 2], 16) for at in (4, 2, 0))
    wanted = _luma_chroma(0.2126, 0.0722) @ np.array([red, green, blue], np.float64)
    drawn = np.linalg.solve(_luma_chroma(0.299, 0.114), wanted)
    return "".join(f"{level:02X}" for level in np.clip(np.rint(drawn), 0, 255).astype(int)[::-1])


def _luma_chroma(red: float, blue: float) -> npt.NDArray[np.float64]:
    """Return the matrix from RGB to Y, Cb and Cr for these shares of luma (ITU-R BT.709, 3.2, and BT.601, 2.5)."""
    luma = np.array([red, 1 - red - blue, blue])
    return np.array([luma, ([0, 0, 1] - luma) / (2 - 2 * blue), ([1, 0, 0] - luma) / (2 - 2 * red)])
