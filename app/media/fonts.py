"""The bundled fonts: which letters they have, how wide libass draws a text in them, and where their files are.

A letter that a style's own font lacks is drawn in the first of `FALLBACKS` that has it; a letter no bundled font
has is left out of the picture, because libass would take a font of the machine, or draw an empty box.
"""

import struct
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import groupby
from pathlib import Path

from PIL import ImageFont

from app.errors import EnvironmentProblem, StorageError
from app.models.edit import Canvas
from app.models.preset import CaptionStyle

REFERENCE_SIDE = 1080
"""Shorter side, in pixels, of the canvas that a style's sizes are meant for."""

_NO_LETTER = "\U0010ffff"  # never assigned: every font answers it with its empty box
_PROBE_SIZE = 48  # pixels; large enough that no letter looks like the empty box


@dataclass(frozen=True)
class Face:
    """One font: the family name libass knows it by, and its "package/file"."""

    family: str
    file: str


@dataclass(frozen=True)
class Metrics:
    """A font's measures as shares of its em; `line` is what an ASS font size of 1 em would have to be.

    `above` and `below` reach from the baseline to the top and bottom of the line libass lays out, `cap` is a
    capital's height, `ascent` and `descent` what letters with accents really take.
    """

    units: int
    above: float
    below: float
    cap: float
    ascent: float
    descent: float

    @property
    def line(self) -> float:
        """ASS font size of one em: like VSFilter, libass takes the size for the OS/2 table's win height."""
        return self.above + self.below


FALLBACKS = (Face("Lato Black", "fontpkg_lato/Lato-Black.ttf"),)
"""Fonts asked in this order for letters a style's own font lacks (Lato has Cyrillic, Greek and many signs)."""


def style_scale(canvas: Canvas) -> float:
    """Return what a style's sizes are multiplied by on `canvas`: its shorter side over 1080."""
    return min(canvas.width, canvas.height) / REFERENCE_SIDE


def faces(style: CaptionStyle) -> tuple[Face, ...]:
    """Return the fonts a style may draw with, its own first."""
    own = Face(style.font_family, style.font_file)
    return (own, *(face for face in FALLBACKS if face != own))


def copy_fonts(style: CaptionStyle, folder: Path) -> None:
    """Write the style's font and its fallbacks into `folder` (made when missing), for libass' `fontsdir`.

    Raises `EnvironmentProblem` when a font package is not installed, `StorageError` when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for face in faces(style):
            (folder / face.file.rpartition("/")[2]).write_bytes(_font_bytes(face.file))
    except OSError as error:
        raise StorageError(
            f"The fonts for captions cannot be written to {folder}: {error.strerror}.",
            hint="Check that the disk has room and the folder may be written.",
            subject="captions",
        ) from error


def text_measure(style: CaptionStyle, canvas: Canvas) -> Callable[[str], float]:
    """Return a function that gives the width in pixels of a line of caption text as libass draws it on `canvas`.

    The width is that of the letters that are drawn, in capitals where the style has them; outline, box and the
    spoken word's enlargement come on top (see `app.media.ass.line_limit`).
    """
    em = style.font_size * style_scale(canvas)

    def measure(text: str) -> float:
        shown = shown_text(style, text)
        runs = list(font_runs(style, shown))
        letters = sum(_width(face.file, part) + style.letter_spacing * len(part) for face, part in runs)
        return em * (letters + style.word_spacing * shown.count(" "))

    return measure


def shown_text(style: CaptionStyle, text: str, language: str = "") -> str:
    """Return `text` as the picture shows it: composed letters, single spaces, no invisible signs, capitals if asked.

    In Romanian the cedilla letters ş ţ become the right ș ț; in Turkish and Azeri the capital of i is İ.
    """
    visible = "".join(
        " " if c.isspace() else c for c in unicodedata.normalize("NFC", text) if c.isspace() or not _invisible(c)
    )
    plain = " ".join(visible.split())
    primary = language.partition("-")[0].lower()
    if primary == "ro":
        plain = plain.translate(_COMMA_BELOW)
    if not style.uppercase:
        return plain
    return (plain.replace("i", "İ") if primary in {"tr", "az"} else plain).upper()


_COMMA_BELOW = str.maketrans("şţŞŢ", "șțȘȚ")


def _invisible(char: str) -> bool:
    """Whether `char` draws nothing: controls, joiners, direction marks and the selectors that follow emoji."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"} or _is_selector(char)


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff"  # variation, skin tone


def font_runs(style: CaptionStyle, shown: str) -> Iterator[tuple[Face, str]]:
    """Yield the parts of `shown` (from `shown_text`) with the font that draws each, without the letters no font has."""
    choices = faces(style)
    found = ((next((f for f in choices if _has(f.file, c)), None), c) for c in shown)
    for face, pairs in groupby(((f, c) for f, c in found if f is not None), key=lambda pair: pair[0]):
        yield face, "".join(c for _, c in pairs)


def missing_letters(style: CaptionStyle, text: str) -> set[str]:
    """Return the letters of `text`, as shown, that the style's own font lacks; a fallback may have them."""
    return {c for c in shown_text(style, text) if not _has(style.font_file, c)}


def unshown_letters(style: CaptionStyle, text: str) -> str:
    """Return the letters of `text` that no bundled font has, each once and in order: the picture leaves them out."""
    shown = shown_text(style, text)
    return "".join(dict.fromkeys(c for c in shown if not any(_has(face.file, c) for face in faces(style))))


@cache
def metrics(file: str) -> Metrics:
    """Return the measures of the font "package/file"; the tables are those of the OpenType specification 1.9."""
    data = _font_bytes(file)
    count = struct.unpack_from(">H", data, 4)[0]
    tables = {tag: start for tag, _, start, _ in struct.iter_unpack(">4sIII", data[12 : 12 + 16 * count])}
    units = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
    ascent, descent = struct.unpack_from(">hh", data, tables[b"hhea"] + 4)
    above, below = struct.unpack_from(">HH", data, tables[b"OS/2"] + 74)
    cap = struct.unpack_from(">h", data, tables[b"OS/2"] + 88)[0]
    return Metrics(units, above / units, below / units, cap / units, ascent / units, -descent / units)


@cache
def _font_bytes(file: str) -> bytes:
    package, _, name = file.partition("/")
    try:
        return files(package).joinpath("files", name).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        wanted = package.replace("_", "-")
        raise EnvironmentProblem(
            f"The caption font {name} is not installed.",
            hint=f"Install it again: pip install --force-reinstall {wanted}.",
            subject="captions",
        ) from error


@cache
def _loaded(file: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout is the same on every machine; the other one depends on a library of the system.
    return ImageFont.truetype(BytesIO(_font_bytes(file)), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def _width(file: str, text: str) -> float:
    """Width in em, measured at one pixel per font unit so that no hinting rounds it."""
    units = metrics(file).units
    return _loaded(file, units).getlength(text) / units


@lru_cache(maxsize=8192)
def _has(file: str, char: str) -> bool:
    font = _loaded(file, _PROBE_SIZE)
    return char == " " or bytes(font.getmask(char)) != bytes(font.getmask(_NO_LETTER))
