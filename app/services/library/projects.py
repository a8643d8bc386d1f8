"""Projects of the library: listed, made, changed, put away, removed with what belongs to them alone."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from app.db import Database
from app.db.tables import clips, exports, jobs, project_videos, projects, scripts, segments
from app.db.types import now
from app.errors import InputError
from app.models.job import TERMINAL
from app.models.library.project import Project, ProjectChange, ProjectCounts, ProjectFields, ProjectFilter
from app.services.library import rows
from app.services.library.assets import require_assets
from app.services.library.ownership import owned
from app.services.library.pages import Page, containing, page_of, usual_orders

NOUN = "project"

_ORDERS = usual_orders(projects)
_PARTS = {"videos": project_videos, "scripts": scripts, "clips": clips}


class Projects:
    """The projects of one database. Those of others are as unknown as those that are not there (project_unknown)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        owner: str | None,
        wanted: ProjectFilter,
        *,
        sort: str = "newest",
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[Project]:
        """Return one page of projects; `sort` is newest, oldest, name or updated."""
        query = select(projects).where(owned(projects, owner), *_fitting(wanted))
        with self._database.read() as connection:
            found = page_of(connection, query, _ORDERS, sort, lambda row: row, limit=limit, cursor=cursor)
            counts = _counts(connection, owner, [row.id for row in found.items])
        made = tuple(_project(row, counts.get(row.id, {})) for row in found.items)
        return Page(made, found.next_cursor, found.total)

    def get(self, owner: str | None, project_id: str) -> Project:
        """Return a project."""
        with self._database.read() as connection:
            return _shown(connection, owner, rows.require(connection, projects, NOUN, owner, project_id))

    def new(self, owner: str | None, fields: ProjectFields, duration: float, project_id: str) -> Project:
        """Make a project and return it; `duration` in seconds is that of its clips where the fields name none.

        Raises `InputError` (asset_unknown) for a logo or music that is not there.
        """
        values = {**_columns(dict(fields)), "id": project_id, "owner": owner}
        values["target_duration"] = fields.target_duration or duration
        with self._database.write() as connection:
            require_assets(connection, owner, values)
            return _shown(connection, owner, rows.add(connection, projects, values))

    def change(self, owner: str | None, project_id: str, change: ProjectChange, expected: int | None = None) -> Project:
        """Change what is named of a project, and return it. Raises `InputError` (version_conflict, asset_unknown)."""
        values = _columns(change.said())
        with self._database.write() as connection:
            require_assets(connection, owner, values)
            return _shown(
                connection, owner, rows.change(connection, projects, NOUN, owner, project_id, values, expected)
            )

    def archive(self, owner: str | None, project_id: str, archived: bool, expected: int | None = None) -> Project:
        """Put a project away, or take it out again, and return it; one that is there already stays as it is."""
        with self._database.write() as connection:
            row = rows.require(connection, projects, NOUN, owner, project_id, lock=True)
            rows.require_version(row, NOUN, expected)
            if (row.archived_at is not None) != archived:
                values = {"archived_at": now() if archived else None}
                row = rows.change(connection, projects, NOUN, owner, project_id, values, expected)
            return _shown(connection, owner, row)

    def remove(
        self, owner: str | None, project_id: str, expected: int | None = None, *, keep_clips: bool = False
    ) -> list[dict[str, str]]:
        """Remove a project with its scripts, marks and clips; return the files of each clip that went, by kind.

        Clips that are kept belong to no project then, and neither do exports. Videos, which others may use, stay.
        The clips' files are the caller's. Raises `InputError`: version_conflict, or project_busy while jobs of the
        project run.
        """
        with self._database.write() as connection:
            row = rows.require(connection, projects, NOUN, owner, project_id, lock=True)
            rows.require_version(row, NOUN, expected)
            _require_idle(connection, project_id)
            gone = [] if keep_clips else _remove_clips(connection, owner, project_id)
            for table in (clips, exports):
                left = table.c.project_id == project_id, owned(table, owner)
                connection.execute(update(table).where(*left).values(project_id=None))
            for table in (segments, scripts, project_videos):
                connection.execute(delete(table).where(table.c.project_id == project_id))
            connection.execute(delete(projects).where(projects.c.id == project_id))
            return gone

    def jobs_of(self, owner: str | None, project_id: str, expected: int | None = None) -> list[str]:
        """Return the ids of the project's jobs that have not ended; not of their parts, which end with them.

        Raises `InputError` (version_conflict).
        """
        with self._database.read() as connection:
            rows.require_version(rows.require(connection, projects, NOUN, owner, project_id), NOUN, expected)
            return list(connection.execute(_open_jobs(project_id).where(jobs.c.parent_id.is_(None))).scalars())


def require_project(connection: Connection, owner: str | None, project_id: str, *, lock: bool = False) -> Row[Any]:
    """Return the row of a project. Raises `InputError` (project_unknown)."""
    return rows.require(connection, projects, NOUN, owner, project_id, lock=lock)


def _fitting(wanted: ProjectFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.search is not None:
        conditions.append(containing(wanted.search, projects.c.name, projects.c.description))
    if wanted.archived is not None:
        put_away = projects.c.archived_at.is_not(None)
        conditions.append(put_away if wanted.archived else ~put_away)
    return conditions


def _columns(said: dict[str, Any]) -> dict[str, Any]:
    """Return fields of a project as its row has them."""
    columns = dict(said)
    if "options" in columns:
        columns["options"] = columns["options"].for_storing()
    if columns.get("brand") is not None:
        columns["brand"] = columns["brand"].model_dump(mode="json")
    return columns


def _open_jobs(project_id: str) -> Any:
    return select(jobs.c.id).where(jobs.c.project_id == project_id, jobs.c.status.not_in(TERMINAL))


def _require_idle(connection: Connection, project_id: str) -> None:
    if connection.execute(_open_jobs(project_id).limit(1)).first() is None:
        return
    raise InputError(
        "Jobs of the project have not ended.",
        hint="Wait for them, or have them cancelled: ?cancel=true.",
        subject="project_id",
        code="project_busy",
    )


def _remove_clips(connection: Connection, owner: str | None, project_id: str) -> list[dict[str, str]]:
    mine = clips.c.project_id == project_id, owned(clips, owner)
    files = list(connection.execute(select(clips.c.files).where(*mine)).scalars())
    connection.execute(delete(clips).where(*mine))
    return files


def _counts(connection: Connection, owner: str | None, project_ids: list[str]) -> dict[str, dict[str, int]]:
    """Return how much each project holds."""
    counts: dict[str, dict[str, int]] = {}
    for name, table in _PARTS.items():
        mine = table.c.project_id.in_(project_ids), owned(table, owner)
        query = select(table.c.project_id, func.count()).where(*mine).group_by(table.c.project_id)
        for project_id, count in connection.execute(query):
            counts.setdefault(project_id, {})[name] = count
    return counts


def _shown(connection: Connection, owner: str | None, row: Row[Any]) -> Project:
    return _project(row, _counts(connection, owner, [row.id]).get(row.id, {}))


def _project(row: Row[Any], counts: dict[str, int]) -> Project:
    return rows.record(Project, row, counts=ProjectCounts(**counts))
