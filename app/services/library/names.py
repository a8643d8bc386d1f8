"""Things of the library as people name them on a command line: by name, by id, or by the first letters of one."""

from sqlalchemy import func, or_, select

from app.db import Database
from app.db.folding import folded
from app.db.tables import projects
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
    wanted = given.strip().replace("\0", "")
    fits = or_(projects.c.id == wanted, folded(projects.c.name) == fold(wanted))
    if len(wanted) >= LEAST_LETTERS:  # not LIKE: it knows wildcards, and on SQLite no capitals
        fits = or_(fits, func.substr(projects.c.id, 1, len(wanted)) == wanted)
    query = select(projects.c.id, projects.c.name).where(owned(projects, owner), fits)
    with database.read() as connection:
        found = connection.execute(query.order_by(projects.c.created_at.desc()).limit(_SHOWN + 1)).all()
    exact = [row for row in found if row.id == wanted] or found
    if not exact:
        raise InputError(
            f"There is no project {given}.",
            hint="edit-factory library projects list shows those there are.",
            subject="project",
            code="project_unknown",
        )
    if len(exact) > 1:
        raise InputError(
            f"Several projects are meant by {given}.",
            hint=f"Name one by its id: {', '.join(row.id for row in exact[:_SHOWN])}.",
            subject="project",
            code="project_ambiguous",
        )
    return Projects(database).get(owner, exact[0].id)
