"""What somebody still refers to: files of clips, footage of jobs that have not ended, voices of edit documents."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.config import Settings
from app.db import Database
from app.db.tables import clips, jobs, media, paid_calls
from app.models.job import TERMINAL
from app.services.sources import unquoted

_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True)
class References:
    """Content hashes and paths (links resolved, with every folder above) that something refers to.

    `working_since` is when the oldest job that has not ended was asked for, or None: what was used since then may be
    what it works with.
    """

    hashes: frozenset[str]
    paths: frozenset[str]
    working_since: datetime | None

    def has(self, path: Path) -> bool:
        """Whether something refers to the file, or to anything in the folder."""
        return path.stem in self.hashes or os.path.realpath(path) in self.paths


def references(database: Database, settings: Settings) -> References:
    """Return what clips, jobs that have not ended, media, paid calls and the library's documents refer to."""
    unended = (jobs.c.workflow_id.is_not(None), jobs.c.status.not_in(TERMINAL))
    with database.read() as connection:
        work = list(connection.execute(select(jobs.c.data).where(jobs.c.status.not_in(TERMINAL))).scalars())
        files = list(connection.execute(select(clips.c.files)).scalars())
        held = connection.execute(select(media.c.content_hash, media.c.place)).all()
        paid = list(connection.execute(select(paid_calls.c.result).where(paid_calls.c.result.is_not(None))).scalars())
        since = select(func.min(jobs.c.created_at)).where(*unended, jobs.c.job_type != "cleanup")
        working_since = connection.execute(since).scalar()
    texts = [json.dumps(work), json.dumps(paid), *_documents(settings.data_dir / "library")]
    staying = [row.place for row in held if row.place is not None]
    named = {Path(place) for record in (*work, *files, staying) for place in _places(record)}
    resolved = {Path(os.path.realpath(path)) for path in named}
    return References(
        frozenset(found for text in texts for found in _HASH.findall(text)) | {row.content_hash for row in held},
        frozenset(str(place) for path in resolved for place in (path, *path.parents)),
        working_since,
    )


def _documents(library: Path) -> Iterator[str]:
    """Yield the text of every document in the library; what cannot be read says nothing.

    Where contents were last seen (`sources`) is no reason to keep them.
    """
    for folder, folders, names in os.walk(library):
        if Path(folder) == library and "sources" in folders:
            folders.remove("sources")
        for name in names:
            if name.endswith(".json"):
                try:
                    yield Path(folder, name).read_text(encoding="utf-8", errors="replace")
                except FileNotFoundError:
                    continue


def _places(value: Any) -> Iterator[Path]:
    """Yield whatever in plain JSON may be an absolute path in URL quoting."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _places(part)
    elif isinstance(value, str) and value.startswith("/") and "\n" not in value:
        path = unquoted(value)
        if "\0" not in str(path):
            yield path
