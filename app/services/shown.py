"""What may leave the server: never a path of its disks, only the name at the end of it."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

_PATH = re.compile(r"(?<![\w.:/~%])~?/(?:[^\s/'\"]+/)+([^\s/'\"]*)")
"""A path of at least one folder within a text; not what follows in an address, nor a share such as 1/2."""


def without_paths(value: Any, known: Iterable[str] = ()) -> Any:
    """Return JSON in which an absolute path, as a text or within one, is only its last name.

    Within a text a path ends at a space; those `known` are found whole, as their folders may have spaces.
    """
    found = sorted(known, key=len, reverse=True)
    return _shown(value, found)


def paths_in(value: Any) -> Iterator[str]:
    """Yield the absolute paths among the texts of some JSON, those in URL quoting as they are on disk."""
    if isinstance(value, str):
        if value.startswith("/"):
            yield from {value, unquote(value), os.path.dirname(unquote(value)) + "/"} - {"/"}  # noqa: PTH120 - text
    elif isinstance(value, dict):
        for part in value.values():
            yield from paths_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from paths_in(part)


def _shown(value: Any, known: list[str]) -> Any:
    if isinstance(value, str):
        return _text(value, known)
    if isinstance(value, dict):
        return {key: _shown(part, known) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(part, known) for part in value]
    return value


def _text(text: str, known: list[str]) -> str:
    if text.startswith("/") and text[-1] not in ".:!?" and "\n" not in text:
        return PurePosixPath(text if " " in text else unquote(text)).name
    for path in known:
        text = text.replace(path, "" if path.endswith("/") else PurePosixPath(path).name)
    return _PATH.sub(r"\1", text)
