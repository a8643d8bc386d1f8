"""Which videos and photographs a project has, and what each is for."""

from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from app.db import Database
from app.db.tables import media, project_videos, segments
from app.db.types import now
from app.errors import InputError
from app.models.library.project import ProjectVideo, ProjectVideoFields
from app.models.marks import MOST_MARKS
from app.services.library import rows
from app.services.library.ownership import owned
from app.services.library.pages import Order, Page, page_of
from app.services.library.projects import require_project
from app.services.library.segments import require_footage

_LINK = project_videos.c
_ORDERS = {"added": Order(_LINK.added_at, _LINK.video_id)}


class ProjectVideos:
    """The videos of projects of one database. Raises `InputError`: project_unknown, video_unknown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, owner: str | None, project_id: str, *, limit: int = 100, cursor: str | None = None
    ) -> Page[ProjectVideo]:
        """Return one page of the project's videos, in the order in which they were added."""
        with self._database.read() as connection:
            require_project(connection, owner, project_id)
            query = _of(owner, project_id)
            return page_of(connection, query, _ORDERS, "added", _video, limit=limit, cursor=cursor)

    def put(self, owner: str | None, project_id: str, video_id: str, fields: ProjectVideoFields) -> ProjectVideo:
        """Add a video to a project, or change what it is for there; return it.

        Raises `InputError` (too_many_videos).
        """
        with self._database.write() as connection:
            require_project(connection, owner, project_id, lock=True)
            require_footage(connection, owner, video_id)
            add_video(connection, owner, project_id, video_id, fields)
            return _video(connection.execute(_of(owner, project_id).where(_LINK.video_id == video_id)).one())

    def remove(self, owner: str | None, project_id: str, video_id: str) -> None:
        """Take a video out of a project, with the marks that it has there alone; the video stays."""
        with self._database.write() as connection:
            require_project(connection, owner, project_id, lock=True)
            here = _LINK.project_id == project_id, _LINK.video_id == video_id
            if connection.execute(delete(project_videos).where(*here)).rowcount == 0:
                raise rows.unknown("video", video_id)
            marks = segments.c.project_id == project_id, segments.c.video_id == video_id
            connection.execute(delete(segments).where(*marks))


def add_video(
    connection: Connection, owner: str | None, project_id: str, video_id: str, fields: ProjectVideoFields
) -> None:
    """Add a video to a project, or change what it is for there. Raises `InputError` (too_many_videos)."""
    here = _LINK.project_id == project_id, _LINK.video_id == video_id
    values = fields.model_dump(mode="json")
    if connection.execute(update(project_videos).where(*here).values(**values)).rowcount:
        return
    others = select(_LINK.video_id).where(_LINK.project_id == project_id).limit(MOST_MARKS)
    if len(connection.execute(others).all()) >= MOST_MARKS:
        raise InputError(
            f"The project has {MOST_MARKS} videos, and can have no more.",
            hint="Make another project.",
            subject="project_id",
            code="too_many_videos",
        )
    names = {"project_id": project_id, "video_id": video_id, "owner": owner, "added_at": now()}
    connection.execute(insert(project_videos).values(**values, **names))


def _of(owner: str | None, project_id: str) -> Select[Any]:
    link = select(project_videos, media.c.name, media.c.kind, media.c.info)
    joined = link.join(media, media.c.id == _LINK.video_id)
    return joined.where(_LINK.project_id == project_id, owned(project_videos, owner), owned(media, owner))


def _video(row: Row[Any]) -> ProjectVideo:
    size = {name: row.info.get(name, 0) for name in ("duration", "width", "height")}
    return rows.record(ProjectVideo, row, **size)
