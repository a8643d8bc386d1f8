"""Text files that options name, read as far as they may be long and never further."""

from dataclasses import dataclass
from pathlib import Path

from app.errors import InputError


@dataclass(frozen=True)
class Kind:
    """A kind of text file: what to call it, the option it is for, what to do about a wrong one, its largest size."""

    name: str
    option: str
    hint: str
    code: str
    most_mb: int


def read_bytes(place: Path, most: int) -> bytes | None:
    """Return what is in the file, or None when that is more than `most` bytes; an endless one ends there too.

    Raises `OSError`.
    """
    with place.open("rb") as file:
        data = file.read(most + 1)
    return data if len(data) <= most else None


def read_text(place: Path, kind: Kind) -> str:
    """Return the text of a file in UTF-8. Raises `InputError`."""
    try:
        data = read_bytes(place, kind.most_mb << 20)
        if data is not None:
            return data.decode("utf-8-sig")
        reason = f"it is larger than {kind.most_mb} MB"
    except OSError as error:
        reason = str(error.strerror).lower()
    except UnicodeDecodeError:
        reason = "it is not text in UTF-8"
    raise InputError(
        f"{kind.name} {place} cannot be read: {reason}.", hint=kind.hint, subject=kind.option, code=kind.code
    )
