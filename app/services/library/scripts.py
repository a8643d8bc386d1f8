"""Scripts of the library's projects."""

from typing import Any

from sqlalchemy import Row, select

from app.db import Database
from app.db.tables import scripts
from app.models.library.script import Script, ScriptChange, ScriptFields
from app.services.library import rows
from app.services.library.ownership import owned
from app.services.library.pages import Page, page_of, usual_orders
from app.services.library.projects import require_project

NOUN = "script"

_ORDERS = usual_orders(scripts)
_NAME_LETTERS = 60


class Scripts:
    """The scripts of one database. Those of others are as unknown as those that are not there (script_unknown)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, owner: str | None, project_id: str, *, sort: str = "oldest", limit: int = 100, cursor: str | None = None
    ) -> Page[Script]:
        """Return one page of a project's scripts. Raises `InputError` (project_unknown)."""
        query = select(scripts).where(scripts.c.project_id == project_id, owned(scripts, owner))
        with self._database.read() as connection:
            require_project(connection, owner, project_id)
            return page_of(connection, query, _ORDERS, sort, _script, limit=limit, cursor=cursor)

    def get(self, owner: str | None, script_id: str) -> Script:
        """Return a script."""
        with self._database.read() as connection:
            return _script(rows.require(connection, scripts, NOUN, owner, script_id))

    def of_project(self, owner: str | None, project_id: str, script_ids: tuple[str, ...]) -> list[Script]:
        """Return scripts of one project, in the order of these ids; one of another project is unknown."""
        with self._database.read() as connection:
            found = [rows.require(connection, scripts, NOUN, owner, one) for one in script_ids]
        strange = next((row.id for row in found if row.project_id != project_id), None)
        if strange is not None:
            raise rows.unknown(NOUN, strange)
        return [_script(row) for row in found]

    def new(self, owner: str | None, project_id: str, fields: ScriptFields, script_id: str) -> Script:
        """Add a script to a project and return it. Raises `InputError` (project_unknown)."""
        values = {**dict(fields), "id": script_id, "owner": owner, "project_id": project_id}
        values["name"] = fields.name or name_of(fields.text)
        with self._database.write() as connection:
            require_project(connection, owner, project_id, lock=True)  # so that it is not removed meanwhile
            return _script(rows.add(connection, scripts, values))

    def change(self, owner: str | None, script_id: str, change: ScriptChange, expected: int | None = None) -> Script:
        """Change what is named of a script, and return it. Raises `InputError` (version_conflict)."""
        with self._database.write() as connection:
            return _script(rows.change(connection, scripts, NOUN, owner, script_id, change.said(), expected))

    def remove(self, owner: str | None, script_id: str, expected: int | None = None) -> None:
        """Remove a script; clips that were made of it stay. Raises `InputError` (version_conflict)."""
        with self._database.write() as connection:
            rows.remove(connection, scripts, NOUN, owner, script_id, expected)


def name_of(text: str) -> str:
    """Return what a script without a name is called: its first words."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    words = " ".join(line.split())
    if len(words) <= _NAME_LETTERS:
        return words or "script"
    return words[:_NAME_LETTERS].rsplit(" ", 1)[0] + "…"


def _script(row: Row[Any]) -> Script:
    return rows.record(Script, row)
