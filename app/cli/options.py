"""Options that several commands share, and how their text is read."""

import math
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.cli.texts import Kind, read_bytes, read_text
from app.editing.brand import read_brand
from app.errors import InputError, ScriptError
from app.models.brand import BrandWish
from app.models.edit import USUAL_FRAMES, SourceSound, Transition
from app.models.make import MusicWish

_LARGEST_SCRIPT = 1 << 20
_BRAND = Kind(
    name="The brand file",
    option="brand",
    hint="Name a TOML file: docs/brand.md shows what it may say.",
    code="brand_missing",
    most_mb=1,
)


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
        data = read_bytes(place, _LARGEST_SCRIPT)
    except OSError as error:
        raise ScriptError(f"The script {place} cannot be read: {error.strerror}.", subject="script") from error
    if data is None:
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


def read_brand_file(place: Path | None) -> BrandWish | None:
    """Return what the brand file says. Raises `InputError` (brand_missing, bad_brand)."""
    if place is None:
        return None
    return read_brand(read_text(place, _BRAND), place.parent)


def read_transition(kind: str, frames: int | None) -> Transition:
    """Return what `--transition` and `--transition-frames` say."""
    if kind == "cut" and frames is None:
        return Transition()
    length = USUAL_FRAMES if frames is None else frames
    try:
        return Transition.model_validate({"kind": kind, "frames": length})
    except ValidationError as error:
        raise InputError(
            f"A transition cannot be {kind!r} of {length} frames.",
            hint="Use cut, or dissolve or dip with an even number of frames from 2 to 60.",
            subject="transition",
        ) from error


def read_source_sound(given: str) -> SourceSound:
    """Return what `--source-sound` says: `off`, or words with commas between them.

    Decibels (`-12`, `-12dB`) or a share (`30%`) are its level, `muted` (keeping nothing of voices), `muted:20%` or
    `ambience` what becomes of its voices, and `duck:8` by how many decibels it goes down under the voice-over.
    """
    words = [word.strip() for word in given.lower().split(",")]
    if words == ["off"]:
        return SourceSound()
    fields: dict[str, Any] = {}
    try:
        for word in words:
            new = _sound_word(word)
            if fields.keys() & new.keys():
                raise ValueError(word)
            fields |= new
        return SourceSound.model_validate({"mode": "on", **fields})
    except ValueError as error:
        raise InputError(
            f"The source sound cannot be {given!r}.",
            hint="Use off, a level from -60 to 12 decibels such as -12, a share such as 30%, muted, muted:20% or "
            "ambience; with a level behind a comma, as in ambience,-6; each once, and either muted or ambience.",
            subject="source-sound",
        ) from error


def _sound_word(word: str) -> dict[str, Any]:
    """Return the fields of `SourceSound` that one word sets. Raises `ValueError`."""
    name, colon, value = word.partition(":")
    if name == "muted":
        return {"mode": "muted", "keep": _share(value if colon else "0%")}
    if word == "ambience":
        return {"mode": "ambience"}
    level = _decibels(value if name == "duck" else word)
    if level is None:
        raise ValueError(word)
    return {"duck_db" if name == "duck" else "level_db": level}


def _share(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text.strip())
    if match is None:
        raise ValueError(text)
    return float(match[1]) / 100


def read_share(given: str, option: str) -> float:
    """Return a share such as `20%` as a number. Raises `InputError`."""
    try:
        return _share(given)
    except ValueError as error:
        raise InputError(f"{option} cannot be {given!r}.", hint="Use a share such as 20%.", subject=option) from error


def read_music(path: Path | None, level: float | None, start: float | None) -> MusicWish | None:
    """Return the music that the options ask for. Raises `InputError` for a level or start without music."""
    if path is None:
        if level is None and start is None:
            return None
        raise InputError(
            "A level or start of the music was given, and no music.", hint="Name it with --music.", subject="music"
        )
    given = {"level_db": level, "start": start}
    try:
        return MusicWish.model_validate({"path": path, **{k: v for k, v in given.items() if v is not None}})
    except ValidationError as error:
        option = "music-level" if error.errors()[0]["loc"][0] == "level_db" else "music-start"
        raise InputError(
            f"--{option} cannot be {error.errors()[0]['input']}.",
            hint="The level is from -60 to 12 decibels, the start a second of the file.",
            subject=option,
        ) from error


def _decibels(text: str) -> float | None:
    match = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*(db|%)?", text)
    if match is None:
        return None
    number = float(match[1])
    if match[2] != "%":
        return number
    return round(20 * math.log10(number / 100), 2) if number > 0 else None
