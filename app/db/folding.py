"""`folded(column)`: a text as `fold` has it, inside a query, on SQLite and on Postgres.

SQLite calls `fold` itself. Postgres knows no such function without an extension: it is told of the letters of
Europe's alphabets one by one; others stay as they are.
"""

import sqlite3
from functools import cache
from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.models.letters import fold

NAME = "edit_factory_fold"

_KNOWN = (*range(0x41, 0x5B), *range(0xA0, 0x250), *range(0x300, 0x530), *range(0x1E00, 0x2000))
"""Latin, Greek and Cyrillic, their marks, and the signs between them."""
_LONGER = "ßẞÆæŒœĲĳ"
"""Letters that stand for two, of those that people write."""


class folded(FunctionElement[str]):  # noqa: N801 - reads as an SQL function
    """A text in small letters without marks, in the order of its letters' numbers."""

    type = Text()
    inherit_cache = True


def teach(connection: sqlite3.Connection) -> None:
    """Let a connection to SQLite know the function."""
    connection.create_function(NAME, 1, lambda text: None if text is None else fold(str(text)), deterministic=True)


@compiles(folded, "sqlite")
def _for_sqlite(element: folded, compiler: Any, **options: Any) -> str:
    return f"{NAME}({compiler.process(element.clauses, **options)})"


@compiles(folded, "postgresql")
def _for_postgres(element: folded, compiler: Any, **options: Any) -> str:
    given, taken, longer = _table()
    text = f"translate(({compiler.process(element.clauses, **options)}), '{given}', '{taken}')"
    for letter, letters in longer:
        text = f"replace({text}, '{letter}', '{letters}')"
    return f'({text} COLLATE "C")'


@cache
def _table() -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Return letters, what each becomes (marks, which come last, become nothing), and those that become several."""
    folds = {letter: fold(letter) for letter in map(chr, _KNOWN)}
    single = {letter: new for letter, new in folds.items() if len(new) == 1 and new != letter}
    marks = "".join(letter for letter, new in folds.items() if not new)
    return "".join(single) + marks, "".join(single.values()), tuple((letter, fold(letter)) for letter in _LONGER)
