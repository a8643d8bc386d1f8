"""`edit-factory password` and `keys`, and what serve says where nobody could sign in."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from app.config import Settings
from app.db import open_database
from app.services.library import accounts
from app.services.library.accounts import Accounts
from app.services.library.api_keys import ApiKeys
from app.services.library.sessions import Sessions
from app.tests.cli.runner import CommandLine

PASSWORD = "parolă cu ș și ț"  # noqa: S105 - of tests


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def store(settings: Settings) -> Accounts:
    return Accounts(open_database(settings))


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.parametrize("line", [PASSWORD, PASSWORD + "\n", PASSWORD + "\r\nmore\n"])
def test_it_is_read_from_standard_input(
    edit_factory: CommandLine, settings: Settings, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    typed(monkeypatch, line)
    outcome = edit_factory("password", "set", "--stdin", "--json")
    assert (outcome.status, json.loads(outcome.out)) == (0, {"ok": True})
    assert store(settings).check(PASSWORD) is not None


def test_it_is_read_from_the_environment_and_signs_everybody_out(
    edit_factory: CommandLine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = Sessions(open_database(settings)).begin("somebody", 1).token
    monkeypatch.setenv("EDIT_FACTORY_PASSWORD", PASSWORD)
    outcome = edit_factory("password", "set")
    assert (outcome.status, outcome.out) == (0, "The password is set.\n")
    assert store(settings).check(PASSWORD) is not None
    assert Sessions(open_database(settings)).find(token) is None


def test_it_is_never_an_option(edit_factory: CommandLine, settings: Settings) -> None:
    assert edit_factory("password", "set", PASSWORD).status == 2
    assert edit_factory("password", "set", f"--password={PASSWORD}").status == 2
    assert not store(settings).is_set()


def test_without_a_terminal_nobody_is_asked(
    edit_factory: CommandLine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "")
    outcome = edit_factory("password", "set", "--json")
    assert (outcome.status, outcome.code) == (2, "invalid_input")
    assert "--stdin" in outcome.err
    assert not store(settings).is_set()


def test_one_that_is_too_short_is_told_and_not_shown(
    edit_factory: CommandLine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "hunter2\n")
    outcome = edit_factory("password", "set", "--stdin", "--json")
    assert (outcome.status, outcome.code) == (2, "bad_password")
    assert "hunter2" not in outcome.out + outcome.err
    assert not store(settings).is_set()


@pytest.mark.slow
def test_a_terminal_is_asked_twice_and_shows_nothing(settings: Settings) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from app.cli import main; main()", "password", "set"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as process:
        os.close(theirs)
        said = b""
        for question in (b"password: ", b"again: "):
            while not said.endswith(question):
                said += os.read(ours, 1)
            os.write(ours, PASSWORD.encode() + b"\n")
        assert process.wait(60) == 0
    assert PASSWORD.encode() not in said
    os.close(ours)
    assert store(settings).check(PASSWORD) is not None


def made(edit_factory: CommandLine, *options: str) -> Any:
    outcome = edit_factory("keys", "create", *options, "--json")
    assert outcome.status == 0, outcome.err
    return json.loads(outcome.out)


def test_a_key_is_shown_once(edit_factory: CommandLine, settings: Settings) -> None:
    plain = edit_factory("keys", "create", "n8n")
    key = plain.out.strip()
    assert key.startswith("ef_")
    who = ApiKeys(open_database(settings)).principal_of(key)
    assert who is not None
    assert (who.name, who.owner) == ("n8n", None)
    assert who.scopes == {"read", "write"}
    listed = edit_factory("keys", "list")
    assert key[:9] in listed.out
    assert key not in listed.out
    assert key not in edit_factory("keys", "list", "--json").out


def test_a_key_has_scopes_and_an_end_and_is_revoked(edit_factory: CommandLine, settings: Settings) -> None:
    key = made(edit_factory, "reader", "--scope", "read", "--days", "30")
    assert (key["scopes"], key["expires_at"] is not None) == (["read"], True)
    assert edit_factory("keys", "revoke", key["id"]).status == 0
    assert ApiKeys(open_database(settings)).principal_of(key["key"]) is None
    (listed,) = json.loads(edit_factory("keys", "list", "--json").out)["keys"]
    assert listed["revoked_at"] is not None
    assert "revoked" in edit_factory("keys", "list").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("revoke", "none"), "key_unknown"),
        (("create", "x", "--days", "0"), "invalid_input"),
        (("create", "x", "--days", "nan"), "invalid_input"),
        (("create", "x", "--scope", "all"), "usage"),
        (("create", ""), "invalid_input"),
        (("create",), "usage"),
    ],
)
def test_what_cannot_be_is_told(edit_factory: CommandLine, arguments: tuple[str, ...], code: str) -> None:
    outcome = edit_factory("keys", *arguments, "--json")
    assert (outcome.status, outcome.code) == (2, code)


def test_a_server_that_nobody_could_ask_is_not_started(
    edit_factory: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDIT_FACTORY_AUTH", "local")
    outcome = edit_factory("serve", "--port", "0", "--json")
    assert (outcome.status, outcome.code) == (2, "no_way_in")
    assert "password set" in outcome.err


@pytest.mark.parametrize("auth", ["supabase", "None", "anyone"])
def test_another_way_to_know_who_asks_is_told(
    edit_factory: CommandLine, monkeypatch: pytest.MonkeyPatch, auth: str
) -> None:
    monkeypatch.setenv("EDIT_FACTORY_AUTH", auth)
    outcome = edit_factory("serve", "--port", "0", "--json")
    assert outcome.status == 2
    assert "auth" in outcome.err


def test_nothing_of_it_is_in_the_folder(
    edit_factory: CommandLine, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDIT_FACTORY_PASSWORD", PASSWORD)
    edit_factory("password", "set")
    key = made(edit_factory, "n8n")["key"]
    for path in data_dir.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()
            assert key.encode() not in path.read_bytes()
