"""Who asks, and what they may do."""

from typing import Literal

from app.models.base import Record

Scope = Literal["read", "write", "admin"]
"""`read` looks, `write` makes, changes and removes, `admin` sees to keys, webhooks and accounts."""

ALL_SCOPES: frozenset[Scope] = frozenset({"read", "write", "admin"})


class Principal(Record):
    """Somebody who asks: what they own is marked with `owner`, and they see nothing else.

    `owner` is None for the person whose machine this is, whose rows the command line makes as well. `kind` says how
    they are known, `name` is for people and logs, `id` tells keys and sessions apart.
    """

    owner: str | None = None
    kind: Literal["machine", "session", "key", "token"] = "machine"
    id: str = ""
    name: str = ""
    scopes: frozenset[Scope] = ALL_SCOPES
