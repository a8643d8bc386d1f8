"""What drivers say of a database that cannot be used, in words a person can act on."""

import os
import re
from pathlib import Path
from typing import NamedTuple

DATABASE_TROUBLE = "database"
"""The code of a database that cannot be used now, and perhaps can in a moment."""


class Reason(NamedTuple):
    """Why a database cannot be used, what would help, and the error's code."""

    why: str
    hint: str
    code: str = DATABASE_TROUBLE


_SPACE = "Free some space and run it again."
_THERE = "See whether the database is there and may be written."
_START = "Start the server, or see whether DATABASE_URL names the right host and port."
_RIGHTS = "See whether the user and the password in DATABASE_URL are right, and what the server lets that user do."
_AGAIN = "Try again in a moment."
_STRANGER = Reason("it refuses the user or the password", _RIGHTS)
_NO_HOST = Reason("there is no such host", _START)
_NO_DATABASE = Reason("the server has no database of that name", "Make it (createdb), or mend DATABASE_URL.")

_SAYINGS = (
    (r"disk is full|No space left", Reason("its disk is full", _SPACE, "disk_full")),
    (r"database is locked|lock timeout", Reason("others kept it locked for too long", _AGAIN)),
    (r"file is not a database", Reason("the file is not a database", "Move it away, or name another one.")),
    (r"in a read-only transaction|readonly database", Reason("it is read-only", _THERE)),
    (r"Connection refused|on socket .*No such file", Reason("no server answers there", _START)),
    (r"failed to resolve host|[Nn]ame or service not known|could not translate host", _NO_HOST),
    (r"timeout expired|timed out|No route to host|unreachable", Reason("the server does not answer in time", _START)),
    (r"authentication failed|no password supplied|pg_hba\.conf", _STRANGER),
    (r'role ".*" does not exist|not permitted to log in', _STRANGER),
    (r"permission denied", Reason("its user may not do that", _RIGHTS)),
    (r'database ".*" does not exist', _NO_DATABASE),
    (r"too many clients|connection slots|all its connections", Reason("all its connections are busy", _AGAIN)),
    (r"starting up|shutting down|in recovery mode", Reason("the server is starting or stopping", _AGAIN)),
    (
        r"terminating connection|server closed the connection|connection is closed|consuming input failed",
        Reason("the server ended the connection", _AGAIN),
    ),
)  # fmt: skip
"""What the drivers say (psycopg with libpq 17, SQLite 3), in the order in which it is looked for."""


def reason_of(said: str, file: Path | None = None) -> Reason:
    """Return the reason for what a driver said; `file` is the database's own where it is one of SQLite's."""
    if file is not None and re.search("unable to open|readonly", said) and (found := _of_place(file)):
        return found
    for saying, reason in _SAYINGS:
        if re.search(saying, said):
            return reason
    first = next(iter(said.splitlines()), "").removeprefix("connection failed: ").rstrip(".")
    return Reason(first or "it does not say why", _THERE)


def _of_place(file: Path) -> Reason | None:
    """Return what is wrong with a file, or the folder it is in: SQLite does not say, and writes beside its file."""
    elsewhere = "Choose a folder that you may write to."
    if not file.parent.exists():
        return Reason(f"there is no folder {file.parent}", "Make it, or name another one.")
    if not file.parent.is_dir():
        return Reason(f"{file.parent} is a file, not a folder", elsewhere)
    if file.is_dir():
        return Reason(f"{file} is a folder, not a file", "Name the file.")
    for place, kind in ((file.parent, "folder"), (file, "file")):
        if place.exists() and not os.access(place, os.W_OK, effective_ids=True):
            return Reason(f"the {kind} {place} is read-only for this user", elsewhere)
    return None
