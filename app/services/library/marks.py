"""What a person marked in the footage of a project, as the choice of shots reads it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from app.db import Database
from app.db.tables import media, project_videos, projects, segments
from app.models.library.media import FOOTAGE
from app.models.library.segment import Segment
from app.models.marks import FileMarks, FootageMarks
from app.services.library import rows
from app.services.library.ownership import owned
from app.services.library.segments import of_project, segment_of


def marks_of(database: Database, owner: str | None, project_id: str) -> FootageMarks:
    """Return the marks of a project's videos and photographs, each file by its content hash.

    Of a content that several of them share the marks of all count. Raises `InputError`: project_unknown, and whatever
    makes marks contradict each other.
    """
    with database.read() as connection:
        rows.require(connection, projects, "project", owner, project_id)
        links = _links(connection, owner, project_id)
        marks = _marks(connection, owner, project_id)
    by_content: dict[str, list[Row[Any]]] = {}
    for link in links:
        by_content.setdefault(link.content_hash, []).append(link)
    files = [_file(content_hash, same, marks) for content_hash, same in by_content.items()]
    return FootageMarks(files=tuple(files))


def _links(connection: Connection, owner: str | None, project_id: str) -> list[Row[Any]]:
    """Return role, keywords and description of each video of the project, with its id and content hash."""
    query = (
        select(project_videos, media.c.content_hash)
        .join(media, media.c.id == project_videos.c.video_id)
        .where(project_videos.c.project_id == project_id, owned(project_videos, owner), owned(media, owner))
        .where(media.c.kind.in_(FOOTAGE))
        .order_by(project_videos.c.added_at, project_videos.c.video_id)
    )
    return list(connection.execute(query))


def _marks(connection: Connection, owner: str | None, project_id: str) -> dict[str, list[Segment]]:
    query = select(segments).where(owned(segments, owner), of_project(owner, project_id))
    found: dict[str, list[Segment]] = {}
    for row in connection.execute(query.order_by(segments.c.start_seconds, segments.c.created_at, segments.c.id)):
        found.setdefault(row.video_id, []).append(segment_of(row))
    return found


def _file(content_hash: str, links: list[Row[Any]], marks: dict[str, list[Segment]]) -> FileMarks:
    found = [mark for link in links for mark in marks.get(link.video_id, ())]
    fields = {
        "file": content_hash,
        "role": "main" if any(link.role == "main" for link in links) else "secondary",
        "description": " ".join(_distinct(link.description for link in links)),
        "keywords": tuple(_distinct(word for link in links for word in link.keywords)),
        "segments": tuple(mark.as_marked() for mark in found),
        "pins": tuple(pin for mark in found if (pin := mark.as_pin()) is not None),
    }
    return rows.valid(FileMarks, fields)


def _distinct(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]
