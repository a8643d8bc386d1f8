"""Bytes of a file of captions become text: Unicode in its forms, else the code page whose letters make words.

Libraries for it go by statistics of long texts in any language. Captions are short, in one of few languages, and each
of these has letters of its own.
"""

import codecs
import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Letters beyond ASCII that a language's texts are full of, by the code page they were written in before Unicode. Of
# two that fit as well, the first is taken.
_LETTERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cp1250": (
            "ăâîşţ„”“–…",
            "ąćęłńóśźż„”–…",
            "áčďéěíňóřšťúůýž„“–…",
            "áéíóöőúüű„”–…",
            "čćđšž„“–…",
            "áäčďéíĺľňóôŕšťúýž„“–…",
        ),
        "cp1252": (
            "éèêëàâçîïôûùœæ«»’“”–…",
            "äöüß„“–…",
            "áéíñóúü¿¡«»“”–…",
            "ãõáàâçéêíóôú“”–…",
            "àèéìòù«»’“”–…",
            "åäöæø”–…",
            "éëèïöüá‘’“”–…",
            "’‘“”–—…£€",
        ),
        "iso8859-16": ("ăâîșț„”",),
        "cp1251": ("абвгдежзийклмнопрстуфхцчшщъыьэюя«»–…", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя«»–…"),
        "cp1253": ("άαβγδέεζήηθίικλμνξόοπρσςτύυφχψώω«»–…",),
        "cp1254": ("çğıöşüâ“”–…",),
    }
)

_OTHER_SCRIPTS = frozenset({"cp1251", "cp1253"})
_ODD = re.compile("[A-Za-z][Ͱ-ӿ]|[Ͱ-ӿ][A-Za-z]|[ά-ώа-џґ][Ά-ΏΑ-ΩА-ЯЀ-ЏҐ]")
"""Two scripts in one word, or a capital behind a small letter: nearly every byte is some letter of such a code page."""

_SAMPLE = 1 << 16


LOST = "\ufffd"
"""Stands for a letter that nobody knows any more."""


class Decoded(NamedTuple):
    """A text, the encoding it was in, whether it began with a byte-order mark, whether the encoding is a guess."""

    text: str
    encoding: str
    marked: bool = False
    guessed: bool = False


def decode(data: bytes) -> Decoded | None:
    """Return the text of a file; None when it is no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(encoding, "replace"), encoding, marked=True)
    if b"\0" in data:
        return _wide(data)
    try:
        return Decoded(data.decode(), "utf-8")
    except UnicodeDecodeError:
        return _damaged(data) or _guessed(data)


def _wide(data: bytes) -> Decoded | None:
    """Return UTF-16 without a mark: half of the bytes of a text in our letters are 0, always the same half."""
    for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        if zeros.count(0) > 0.6 * len(zeros):
            return Decoded(data.decode(encoding, "replace"), encoding)
    return None


def _damaged(data: bytes) -> Decoded | None:
    """Return UTF-8 in which bytes were lost: in no code page would nearly all letters make sense as UTF-8."""
    text = data.decode(errors="replace")
    lost = text.count(LOST)
    letters = sum(not letter.isascii() for letter in text) - lost
    return Decoded(text, "utf-8") if letters > 4 * lost else None


def _guessed(data: bytes) -> Decoded:
    sample = data[:_SAMPLE]
    high = Counter(byte for byte in sample if byte >= 0x80)
    _, encoding = max(
        (
            (_fitness(sample, high, encoding, letters), encoding)
            for encoding, sets in _LETTERS.items()
            for letters in sets
        ),
        key=lambda one: one[0],
    )
    return Decoded(data.decode(encoding, "replace"), encoding, guessed=True)


def _fitness(data: bytes, high: Counter[int], encoding: str, letters: str) -> float:
    """Return which share of a file's bytes beyond ASCII are letters of the language, less what is odd in its words."""
    both = (letters + letters.upper()).encode(encoding, "ignore")
    fitting = sum(high[byte] for byte in set(both))
    odd = len(_ODD.findall(data.decode(encoding, "replace"))) if encoding in _OTHER_SCRIPTS else 0
    return (fitting - odd) / max(1, high.total())


def decoded_twice(text: str) -> str | None:
    """Return what was meant by a text in UTF-8 that a program took for Windows' Latin ("È™" for "ș"); else None."""
    if text.isascii():
        return None
    try:
        return text.encode("cp1252").decode()
    except UnicodeError:
        return None
