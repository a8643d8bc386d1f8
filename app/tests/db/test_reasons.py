"""What drivers really say, told in our words."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.config import load_settings
from app.db import open_database
from app.db.engine import FILE_NAME
from app.db.reasons import reason_of
from app.errors import StorageError
from app.tests.ground.postgres import PostgresServer

NOBODY = 65534


def refusal(url: str) -> StorageError:
    with pytest.raises(StorageError) as caught:
        open_database(load_settings(database_url=url))
    return caught.value


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1:1", "no server answers there"),
        ("no-such-host.invalid", "there is no such host"),
    ],
)
def test_a_server_that_is_not_there(address: str, why: str) -> None:
    error = refusal(f"postgresql://me:secret@{address}/name")
    assert error.message == f"The database postgresql://me:***@{address}/name cannot be used: {why}."
    assert "DATABASE_URL" in error.hint


def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    assert "no server answers there" in refusal(f"postgresql://me@/name?host={tmp_path}").message


@pytest.mark.store
def test_what_a_server_refuses(postgres_server: PostgresServer) -> None:
    assert "no database of that name" in refusal(postgres_server.url("nowhere")).message
    assert "refuses the user" in refusal(postgres_server.url("postgres", user="stranger")).message


@pytest.mark.store
def test_a_user_without_rights(postgres_server: PostgresServer, postgres_url: str) -> None:
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    with postgres_server.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS weak")
        connection.execute("CREATE ROLE weak LOGIN")
    assert "may not do that" in refusal(postgres_server.url(name, user="weak")).message


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('connection failed: FATAL:  password authentication failed for user "me"', "refuses the user or the password"),
        ("connection failed: fe_sendauth: no password supplied", "refuses the user or the password"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', "refuses the user or the password"),
        ("FATAL:  sorry, too many clients already", "all its connections are busy"),
        ("FATAL:  the database system is starting up", "starting or stopping"),
        ("consuming input failed: server closed the connection unexpectedly\n\tThis probably", "ended the connection"),
        ("connection timeout expired", "does not answer in time"),
        ("cannot execute INSERT in a read-only transaction", "it is read-only"),
        ("database is locked", "locked for too long"),
        ("connection failed: it rains.\nmore", "it rains"),
        ("", "it does not say why"),
    ],
)
def test_what_drivers_say(said: str, why: str) -> None:
    reason = reason_of(said)
    assert why in reason.why
    assert (reason.code, "\n" in reason.why) == ("database", False)
    assert reason.hint.endswith(".")


def test_a_full_disk_has_its_own_code() -> None:
    for said in ("database or disk is full", 'could not extend file: No space left on device\nHINT:  "Check"'):
        assert reason_of(said).code == "disk_full"


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Be somebody to whom the rights of files apply, as they do not to root."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)


@pytest.fixture
def seen_by_all() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir="/tmp"))  # pytest's own folders let nobody else in
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_data_folder_that_is_read_only(seen_by_all: Path, made_sqlite: Path) -> None:
    settings = load_settings(data_dir=seen_by_all)
    for there in (False, True):
        if there:
            shutil.copy(made_sqlite, seen_by_all / FILE_NAME)
        seen_by_all.chmod(0o555)
        with ordinary_user(), pytest.raises(StorageError, match=f"the folder {seen_by_all} is read-only"):
            open_database(settings)
        seen_by_all.chmod(0o755)


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    assert f"{tmp_path} is a folder" in refusal(f"sqlite:///{tmp_path}").message


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "is a file, not a folder" in refusal(f"sqlite:///{tmp_path}/file/a.db").message
