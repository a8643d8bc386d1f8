"""Encoded parts that all clips and jobs of a data folder share, each under the hash of what made it.

A job works with a link, or a copy, of its own: what is cleaned away here is not taken from it. Nothing here is needed:
where the pool cannot be read or written, parts are encoded.
"""

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import StorageError
from app.media.held import claim
from app.media.shelf import is_whole, name_of, names_of


@dataclass(frozen=True)
class Pool:
    """The parts in `folder`; `used` is told of each that is taken out. Several processes may share it."""

    folder: Path
    used: Callable[[Path], None] = lambda file: None

    def take(self, key: str, into: Path) -> Path | None:
        """Put the part that `key` made into the folder `into`, and return it there; None when there is none.

        One that is not what was put here is removed.
        """
        for file in sorted(self._place(key).glob(names_of(key))):
            with contextlib.suppress(OSError):
                place = _linked(file, into / file.name)
                if is_whole(place):
                    self.used(file)
                    return place
                place.unlink()
                file.unlink()
        return None

    def give(self, file: Path, key: str) -> None:
        """Take in a finished part, if there is room."""
        with contextlib.suppress(OSError):
            self._place(key).mkdir(parents=True, exist_ok=True)
            _linked(file, self._place(key) / name_of(file, key))

    @contextmanager
    def turn(self, key: str) -> Iterator[bool]:
        """Give whether it is the caller's turn to make the part of `key`, and not that of one who is at it.

        Whoever dies gives up its turn. Where that cannot be told, it is everybody's turn.
        """
        with contextlib.ExitStack() as stack:
            try:
                self._place(key).mkdir(parents=True, exist_ok=True)
                mine = stack.enter_context(claim(self._place(key) / f"{key}.tmp"))
            except (OSError, StorageError):
                mine = True
            yield mine

    def _place(self, key: str) -> Path:
        return self.folder / key[:2]


def _linked(file: Path, place: Path) -> Path:
    """Make `place` another name of the file, or a copy where that does not go. Raises `OSError`."""
    temporary = place.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        try:
            os.link(file, temporary)
        except OSError:  # another disk, or one without links
            shutil.copyfile(file, temporary)
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)  # renaming leaves it when both names are one file already
    return place
