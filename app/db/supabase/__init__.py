"""The schema of the copy in Supabase: plain SQL files that a person pastes in its SQL editor, or a command runs."""

import re
from importlib.resources import files as package_files

_NUMBERED = re.compile(r"\d{4}_\w+\.sql")
_QUERY = re.compile(r"^-- ([^:\n]+): [^\n]*\n(select .*?;)$", re.MULTILINE | re.DOTALL)


def files() -> dict[str, str]:
    """Return the SQL files that make the schema, name to text, in the order in which they are to be run.

    Each is one transaction of its own and may be run again.
    """
    found = (file for file in package_files(__name__).iterdir() if _NUMBERED.fullmatch(file.name))
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(found, key=lambda file: file.name)}


def saved_queries() -> dict[str, str]:
    """Return the queries worth saving in Supabase's dashboard, name to SQL."""
    text = package_files(__name__).joinpath("queries.sql").read_text(encoding="utf-8")
    return {
        name: query.strip() for name, query in re.findall(r"^-- ([^:\n]+): [^\n]*\n(select .*?;)\n", text, re.M | re.S)
    }
