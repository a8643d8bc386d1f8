"""The captions of one clip as libass takes them: a text and fonts, under fixed names in a job's folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.media.atomic import storage_errors

SUBTITLES_NAME, FONTS_NAME = "subs.ass", "fonts"
"""Fixed names: no text or path of a person ever enters a filter graph."""

DRAW = f"ass={SUBTITLES_NAME}:fontsdir={FONTS_NAME}"
"""The filter that draws them; it works in the folder they were written to."""


@dataclass(frozen=True)
class Subtitles:
    """An ASS file's text, at the clip's times, and what writes the fonts it names into a folder."""

    text: str
    fonts: Callable[[Path], None]

    def write(self, folder: Path) -> None:
        """Put text and fonts into `folder` under their fixed names. Raises `StorageError`."""
        with storage_errors(folder):
            (folder / SUBTITLES_NAME).write_text(self.text, encoding="utf-8", newline="\n")
            (folder / FONTS_NAME).mkdir()
            self.fonts(folder / FONTS_NAME)
