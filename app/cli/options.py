"""Options that several commands share, and how their text is read."""

import math
import re
from pathlib import Path

from app.errors import InputError, ScriptError
from app.models.edit import SourceSound

_LARGEST_SCRIPT = 1 << 20


def read_script(given: str | None) -> str | None:
    """Return the script that `given` is: the text of the file of that name, or the text itself."""
    if given is None:
        return None
    place = Path(given)
    if _is_file(place):
        return _read(place)
    if "\n" not in given and re.search(r"\.(txt|md|text)$", given.strip(), re.IGNORECASE):
        raise ScriptError(
            f"There is no script file {given}.",
            hint="Check the spelling, or give the text itself in quotes.",
            subject="script",
            code="script_missing",
        )
    return given


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except (OSError, ValueError):  # a long text is no file name
        return False


def _read(place: Path) -> str:
    try:
        data = place.read_bytes()[: _LARGEST_SCRIPT + 1]
    except OSError as error:
        raise ScriptError(f"The script {place} cannot be read: {error.strerror}.", subject="script") from error
    if len(data) > _LARGEST_SCRIPT:
        raise _not_text(place)
    return decode(data, place)


def decode(data: bytes, place: Path) -> str:
    """Return the text of a script file: UTF-8, UTF-16 with its mark, else the Windows code page of Romanian."""
    encodings = ["utf-16"] if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8-sig", "cp1250"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _not_text(place)


def _not_text(place: Path) -> ScriptError:
    return ScriptError(
        f"{place} is not a text file that can be read as a script.",
        hint="Save it as plain text in UTF-8, at most 1 MB.",
        subject="script",
        code="script_not_text",
    )


def read_source_sound(given: str) -> SourceSound:
    """Return what `--source-sound` says: `off`, decibels (`-12`, `-12dB`) or a share (`30%`)."""
    text = given.strip().lower()
    if text == "off":
        return SourceSound()
    level = _decibels(text)
    if level is None or not -60 <= level <= 12:
        raise InputError(
            f"The source sound cannot be {given!r}.",
            hint="Use off, a level from -60 to 12 decibels such as -12, or a share such as 30%.",
            subject="source-sound",
        )
    return SourceSound(mode="on", level_db=level)


def _decibels(text: str) -> float | None:
    match = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*(db|%)?", text)
    if match is None:
        return None
    number = float(match[1])
    if match[2] != "%":
        return number
    return round(20 * math.log10(number / 100), 2) if number > 0 else None
