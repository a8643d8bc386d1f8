"""`edit-factory password` and `keys`: who may ask a server that others can reach."""

import os
import sys
from typing import Annotated

import typer
from rich.table import Table

from app.cli.output import console, plain, print_json
from app.config import load_settings
from app.db import open_database
from app.errors import InputError
from app.models.library.access import ApiKey
from app.models.principal import Scope
from app.services.library.accounts import MOST, Accounts, require_password
from app.services.library.api_keys import ApiKeys

VARIABLE = "EDIT_FACTORY_PASSWORD"

password_commands = typer.Typer(no_args_is_help=True, help="The password for a server with auth local.")
keys_commands = typer.Typer(no_args_is_help=True, help="API keys: for programs that ask the server.")


@password_commands.command("set")
def set_password(
    stdin: Annotated[bool, typer.Option("--stdin", help="Read it from standard input, its first line.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Set the password, and sign everybody out. It is asked for, or taken from EDIT_FACTORY_PASSWORD."""
    password = _from_stdin() if stdin else os.environ.get(VARIABLE) or _from_terminal()
    require_password(password)
    Accounts(open_database(load_settings())).set_password(password)
    if as_json:
        print_json({"ok": True})
    else:
        console.print("The password is set.")
    return 0


@keys_commands.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What it is for, as n8n.")],
    scope: Annotated[Scope, typer.Option(help="read, write or admin, each with those before it.")] = "write",
    days: Annotated[float | None, typer.Option(help="After how many days it is refused; never by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Make a key and print it: it is not shown again."""
    if days is not None and not 0 < days <= 3650:
        raise InputError("A key lasts for more than 0 and at most 3650 days.", subject="days")
    if not plain(name).strip():
        raise InputError("A key has a name.", hint="Say what it is for, as n8n.", subject="name")
    key = _keys().create(None, plain(name)[:200], [scope], days=days)
    if as_json:
        print_json({"ok": True, **key.model_dump(mode="json")})
    else:
        console.print(key.key, markup=False)
    return 0


@keys_commands.command("list")
def list_keys(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> int:
    """List the keys, newest first, without their secrets."""
    found = _keys().all(None)
    if as_json:
        print_json({"ok": True, "keys": [key.model_dump(mode="json") for key in found]})
        return 0
    table = Table("id", "name", "begins", "may", "made", "ends", "used", box=None)
    for key in found:
        table.add_row(key.id, plain(key.name), key.prefix, ", ".join(key.scopes), *_days_of(key))
    console.print(table)
    return 0


@keys_commands.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="Its id, as keys list shows it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Let a key be refused from now on."""
    _keys().revoke(None, key_id)
    if as_json:
        print_json({"ok": True})
    else:
        console.print("The key is revoked.")
    return 0


def _days_of(key: ApiKey) -> tuple[str, str, str]:
    ends = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else _day(key.expires_at, "never")
    return _day(key.created_at, ""), ends, _day(key.last_used_at, "not yet")


def _day(moment: object, otherwise: str) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else otherwise


def _keys() -> ApiKeys:
    return ApiKeys(open_database(load_settings()))


def _from_stdin() -> str:
    return sys.stdin.readline(MOST + 2).rstrip("\r\n")


def _from_terminal() -> str:
    if not sys.stdin.isatty():
        raise InputError(
            "There is no terminal to ask for the password.",
            hint=f"Use --stdin, or set {VARIABLE} for this one command.",
            subject="password",
        )
    asked: str = typer.prompt("New password", hide_input=True, confirmation_prompt="The same again", err=True)
    return asked
