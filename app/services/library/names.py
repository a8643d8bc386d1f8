"""Things of the library as people name them on a command line: by name, by id, or by the first letters of one."""

from sqlalchemy import Table, func, or_, select

from app.db import Database
from app.db.folding import folded
from app.db.tables import clips, media, projects
from app.errors import InputError
from app.models.letters import fold
from app.models.library.project import Project
from app.services.job_names import LEAST_LETTERS
from app.services.library.ownership import owned
from app.services.library.projects import Projects

_SHOWN = 5


def find_project(database: Database, owner: str | None, given: str) -> Project:
    """Return the project of that name or id, or the only one whose id begins so.

    Raises `InputError`: project_unknown, or project_ambiguous when several fit.
    """
    return Projects(database).get(owner, _id_of(database, projects, "project", owner, given))


def find_video(database: Database, owner: str | None, given: str) -> str:
    """Return the id of the video or photograph of that name or id; raises as `find_project` does."""
    return _id_of(database, media, "video", owner, given)


def find_clip(database: Database, owner: str | None, given: str) -> str:
    """Return the id of the clip of that name or id; raises as `find_project` does."""
    return _id_of(database, clips, "clip", owner, given)


def _id_of(database: Database, table: Table, noun: str, owner: str | None, given: str) -> str:
    wanted = given.strip().replace("\0", "")
    fits = or_(table.c.id == wanted, folded(table.c.name) == fold(wanted))
    if len(wanted) >= LEAST_LETTERS:  # not LIKE: it knows wildcards, and on SQLite no capitals
        fits = or_(fits, func.substr(table.c.id, 1, len(wanted)) == wanted)
    query = select(table.c.id).where(owned(table, owner), fits).order_by(table.c.created_at.desc()).limit(_SHOWN + 1)
    with database.read() as connection:
        found = list(connection.execute(query).scalars())
    exact = [wanted] if wanted in found else found
    if not exact:
        raise InputError(
            f"There is no {noun} {given}.",
            hint=f"edit-factory library {noun}s list shows those there are.",
            subject=noun,
            code=f"{noun}_unknown",
        )
    if len(exact) > 1:
        raise InputError(
            f"Several {noun}s are meant by {given}.",
            hint=f"Name one by its id: {', '.join(exact[:_SHOWN])}.",
            subject=noun,
            code=f"{noun}_ambiguous",
        )
    return exact[0]
