"""Clips of the library for tests: rows as the main job writes them, with an edit document that needs no footage."""

import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import update

from app.config import Settings
from app.data import presets, qualities
from app.db import Database
from app.db.tables import clips
from app.editing.choice import Pick
from app.editing.document import build_edit, changed_edit
from app.models.edit import Captions, Cue, CueWord, Edit
from app.models.library.clip import Clip, NewClip
from app.services.edits import EditLibrary
from app.services.library.clips import Clips, begin_clips
from app.services.sources import quoted
from app.tests.editing.synthetic import cut_footage

FOOTAGE = cut_footage("a.mp4", [14] * 5)


def edit_of(*starts: float, name: str = "clip-01", preset: str = "tiktok") -> Edit:
    """Return an edit of 3 s shots of `FOOTAGE` that begin there."""
    picks = [
        Pick(source=FOOTAGE.info.content_hash, shot=int(start // 14), start=start, frames=90, score=0.5, reason="r")
        for start in starts or (1, 15)
    ]
    return build_edit(
        name=name,
        picks=picks,
        footage=[FOOTAGE],
        preset=presets()[preset],
        quality=qualities()["draft"],
        framing="crop",
    )


def with_words(edit: Edit, *cues: str, language: str = "ro") -> Edit:
    """Return the edit with these captions, a second each."""
    made = tuple(
        Cue(
            id=f"c{n}",
            start=30 * n,
            end=30 * n + 30,
            words=tuple(
                CueWord(text=word, start=30 * n + k, end=30 * n + k + 1) for k, word in enumerate(text.split())
            ),
            lines=(len(text.split()),),
        )
        for n, text in enumerate(cues)
    )
    return changed_edit(edit, captions=Captions(style="bold", language=language, cues=made))


def add_clip(
    database: Database,
    settings: Settings,
    edit: Edit | None = None,
    *,
    owner: str | None = None,
    project_id: str | None = None,
    name: str = "clip-01",
    files: dict[str, Path] | None = None,
    **columns: Any,
) -> Clip:
    """Put a clip into the library, rendered if `files` are given, and return it."""
    chosen, clip_id = edit or edit_of(), str(uuid.uuid4())
    EditLibrary(settings).keep(chosen)
    new = NewClip(id=clip_id, name=name, edit_identity=chosen.identity)
    with database.write() as connection:
        begin_clips(connection, [new], job_id=str(uuid.uuid4()), project_id=project_id, owner=owner)
        if files is not None:
            columns |= {"files": {kind: quoted(path) for kind, path in files.items()}}
            columns |= {"rendered_identity": chosen.identity}
        if columns:
            connection.execute(update(clips).where(clips.c.id == clip_id).values(**columns))
    return Clips(database).get(owner, clip_id)
