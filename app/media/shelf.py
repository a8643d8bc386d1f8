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
        return next(filter(self.is_whole, sorted(self.folder.glob(f"part-{key[:_DIGITS]}-*.mp4"))), None)

    def is_whole(self, file: Path) -> bool:
        """Whether a piece is there, with the very bytes that were put on the shelf."""
        try:
            return file.stem.endswith(f"-{file_hash(file)[:_DIGITS]}")
        except FileNotFoundError:
            return False

    def put(self, made: Path, key: str) -> Path:
        """Move a finished file of the same disk onto the shelf and return its place. Raises `OSError`."""
        place = self.folder / f"part-{key[:_DIGITS]}-{file_hash(made)[:_DIGITS]}.mp4"
        settle(made, place)
        return place
