"""Leases of workers: who is alive by the database's clock, and who is dead, so that others take over its work.

A lease is made before the engine starts, under an id that is used once. A beat that finds the lease gone means that
others took this worker for dead, and have its work: it must stop at once. A lease that ended never begins again.
"""

import contextlib
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import psutil
from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from app.db import Database
from app.db.tables import executors
from app.db.types import clock
from app.errors import StorageError

log = logging.getLogger("edit_factory")

Kind = Literal["standing", "private"]
"""Standing: of serve and worker. Private: of one command, and gone with it."""

_DAY_SECONDS = 86_400.0


class Lease:
    """This process' lease. `lost` is called once, from another thread, when it was taken away."""

    def __init__(
        self, database: Database, *, kind: Kind, lease_seconds: float, beat_seconds: float, lost: Callable[[], None]
    ) -> None:
        self.executor_id = str(uuid.uuid4())
        self._database = database
        self._kind = kind
        self._lease_seconds = lease_seconds
        self._beat_seconds = beat_seconds
        self._lost = lost
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="lease", daemon=True)
        self._good_since: float | None = None

    def begin(self) -> None:
        """Register, and give signs of life from now on."""
        with self._database.write() as connection:
            connection.execute(
                insert(executors).values(
                    id=self.executor_id,
                    kind=self._kind,
                    host=socket.gethostname(),
                    boot_id=boot_id(),
                    pid_namespace=pid_namespace(),
                    pid=os.getpid(),
                    pid_start=start_of(os.getpid()) or 0,
                    state="alive",
                    started=clock(),
                    expires=clock() + self._lease_seconds,
                    note="",
                )
            )
        self._good_since = time.monotonic()
        self._thread.start()

    def end(self) -> None:
        """Give the lease back: the worker has stopped, and its work may be taken over at once."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        with contextlib.suppress(StorageError), self._database.write() as connection:
            mine = update(executors).where(executors.c.id == self.executor_id, executors.c.state == "alive")
            connection.execute(mine.values(state="stopped"))

    def is_sure(self) -> bool:
        """Whether its own signs of life got through for a whole lease.

        After the database was away everybody looks dead; only who is sure may say so of others.
        """
        return self._good_since is not None and time.monotonic() - self._good_since >= self._lease_seconds

    def _loop(self) -> None:
        while not self._stop.wait(self._beat_seconds):
            try:
                alive = self._beat()
            except StorageError:
                self._good_since = None
                continue
            except Exception as error:  # a lease that is not renewed ends work that is well
                log.error("a sign of life failed", exc_info=error)
                continue
            if not alive:
                self._lost()
                return
            self._good_since = self._good_since or time.monotonic()

    def _beat(self) -> bool:
        with self._database.write() as connection:
            left = connection.execute(select(executors.c.expires - clock()).where(executors.c.id == self.executor_id))
            if (
                left.scalar() or 0.0
            ) <= 0.0:  # the machine slept, or the database was away: what others look like says nothing
                self._good_since = None
            mine = update(executors).where(executors.c.id == self.executor_id, executors.c.state == "alive")
            return connection.execute(mine.values(expires=clock() + self._lease_seconds)).rowcount == 1


def living(connection: Connection) -> set[str]:
    """Return the ids of the executors that are not known to be dead."""
    return set(connection.execute(select(executors.c.id).where(executors.c.state == "alive")).scalars())


def reap(database: Database, *, own_id: str, sure: bool) -> None:
    """Declare dead who is: processes of this machine that are gone, and, when `sure`, leases that have run out.

    Who finds its own lease, `own_id`, run out as well is sure of nothing: then it was itself that slept.
    """
    with database.read() as connection:
        own = connection.execute(select(executors.c.expires - clock()).where(executors.c.id == own_id)).scalar()
        sure = sure and own is not None and own > 0
        gone = [row.id for row in connection.execute(_alive()) if _is_gone(row)]
        late = list(connection.execute(_alive().where(executors.c.expires < clock())).scalars()) if sure else []
    if not gone and not late:
        return  # as nearly always: nothing to write
    with database.write() as connection:
        dead = update(executors).where(executors.c.state == "alive")
        if gone:
            connection.execute(dead.where(executors.c.id.in_(gone)).values(state="dead", note="its process is gone"))
        if late:
            expired = dead.where(executors.c.id.in_(late), executors.c.expires < clock())
            connection.execute(expired.values(state="dead", note="no sign of life"))


def someone_standing(database: Database) -> bool:
    """Whether a worker that is not of one command only is alive."""
    with database.read() as connection:
        standing = _alive().where(executors.c.kind == "standing", executors.c.expires >= clock())
        return any(not _is_gone(row) for row in connection.execute(standing))


def forget_old(connection: Connection, keep: list[str]) -> int:
    """Remove leases that ended more than a day ago, but for those in `keep`; return how many."""
    old = delete(executors).where(executors.c.state != "alive", executors.c.expires < clock() - _DAY_SECONDS)
    return connection.execute(old.where(executors.c.id.not_in(keep))).rowcount


def _alive() -> Select[Any]:
    return select(executors).where(executors.c.state == "alive")


def _is_gone(row: Row[Any]) -> bool:
    """Whether the process can be looked for from here, and is not there or is another one by now."""
    here = (socket.gethostname(), boot_id(), pid_namespace())
    return (row.host, row.boot_id, row.pid_namespace) == here and start_of(row.pid) != row.pid_start


def start_of(pid: int) -> int | None:
    """Return when a process began, in ticks since the machine did; None when it is gone or a zombie.

    On systems without `/proc` it is in milliseconds since 1970.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        fields = text.rpartition(")")[2].split()
        return None if fields[0] in {"Z", "X", "x"} else int(fields[19])
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self/stat").exists():
            return None
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else int(process.create_time() * 1000)
    except psutil.Error:
        return None


def boot_id() -> str:
    """Return what names this start of the machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return str(int(psutil.boot_time()))


def pid_namespace() -> str:
    """Return what names the space in which process numbers mean the same: containers have their own."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
