"""Where what benchmarks make once is kept: footage, and the peers' own environment."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from app.media.atomic import new_file
from app.models.base import canonical_json


def kept() -> Path:
    """Return the folder: EDIT_FACTORY_BENCH_DIR, else one in the user's cache; it is made when it is not there."""
    named = os.environ.get("EDIT_FACTORY_BENCH_DIR")
    folder = Path(named) if named else Path(platformdirs.user_cache_dir("edit-factory-benchmarks", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def name_of(kind: str, suffix: str, *made_by: object) -> str:
    """Return the name of what is made by these arguments and these files (each `Path` by its content)."""
    told = [hashlib.sha256(it.read_bytes()).hexdigest() if isinstance(it, Path) else str(it) for it in made_by]
    return f"{kind}-{hashlib.sha256(canonical_json(told).encode()).hexdigest()[:16]}{suffix}"


@contextmanager
def kept_file(name: str) -> Iterator[tuple[Path, Path | None]]:
    """Give the place of a kept file, and a temporary one to write first where it is not there yet, else None."""
    place = kept() / name
    if place.exists():
        yield place, None
        return
    with new_file(place) as temporary:
        yield place, temporary
