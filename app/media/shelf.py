"""Finished pieces of a job in its folder, each under the hash of what made it and the hash of what is in it.

A piece appears under its name only when it is whole and on the disk, and is looked at again before it is used again:
what a process that died left half-written, or a failing disk changed, is never taken for a finished piece.
"""

from dataclasses import dataclass
from pathlib import Path

from app.media.atomic import settle
from app.media.hashing import file_hash

_DIGITS = 32  # of each hash, 128 bits: the name stays well below the 255 bytes of a file system


@dataclass(frozen=True)
class Shelf:
    """The finished pieces in `folder`. Several processes may put the same piece there at once."""

    folder: Path

    def find(self, key: str) -> Path | None:
        """Return the whole piece that `key` made, or None."""
        return next(filter(is_whole, sorted(self.folder.glob(names_of(key)))), None)

    def put(self, made: Path, key: str) -> Path:
        """Move a finished file of the same disk onto the shelf and return its place. Raises `OSError`."""
        place = self.folder / name_of(made, key)
        settle(made, place)
        return place


def names_of(key: str) -> str:
    """Return the pattern of the names of all pieces that `key` made."""
    return f"part-{key[:_DIGITS]}-*.mp4"


def name_of(file: Path, key: str) -> str:
    """Return the name of a piece that `key` made. Raises `OSError`."""
    return f"part-{key[:_DIGITS]}-{file_hash(file)[:_DIGITS]}.mp4"


def is_whole(file: Path) -> bool:
    """Whether a piece is there, with the very bytes that it was named after."""
    try:
        return file.stem.endswith(f"-{file_hash(file)[:_DIGITS]}")
    except FileNotFoundError:
        return False
