"""The copy of jobs and costs in Supabase: a thread of this process sends what the outbox holds.

Of all processes that share a database one sends at a time, whoever holds the lease "outbox". A row leaves the outbox
only after Supabase has answered well, so that nothing is lost; whatever is sent twice changes nothing the second time.
"""

import atexit
import contextlib
import logging
import threading
import time
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection

from app.config import Settings
from app.db import Database, open_database
from app.errors import StorageError
from app.services import outbox
from app.services.leases import NamedLease
from app.services.supabase_backfill import backfill, tell_again
from app.services.supabase_client import client_for
from app.services.supabase_key import is_too_weak, role_of
from app.services.supabase_parcels import Parcel, Refusal, judge, requests, send, waves

log = logging.getLogger("edit_factory")

State = Literal["idle", "sending", "away", "refused"]

LONGEST_PAUSE = 60.0
LONGEST_ASKED_PAUSE = 600.0
"""A project may ask for more patience than ours, but not for ever."""

_ROWS = 100
_FAILED_ALONE = 3
"""After how many rows over which the project's database failed, each sent alone, it is taken to fail altogether."""
_LOOK_SECONDS = 1.0
"""How often a process that keeps sending looks for what others have noted."""
_IDLE_SECONDS = 5.0
"""How long the thread of a process that only wrote something stays after the last row."""
_LAST_SECONDS = 1.5
"""What a process that ends gives to what it has noted: loading the client takes a third of it."""


class Mirror:
    """Sends the outbox of the settings' database to their project. `first_pause` is the first of the growing pauses.

    `state` is what it does now, `why` the reason when that is away or refused.
    """

    def __init__(self, settings: Settings, first_pause: float = 1.0) -> None:
        self.state: State = "idle"
        self.why = ""
        self._settings = settings
        self._database = open_database(settings)
        self._lease = NamedLease("outbox", settings.lease_seconds)
        self._first_pause = first_pause
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._standing = False
        self._knows_project = False
        self._held = False

    @property
    def database(self) -> Database:
        """The database whose outbox it sends."""
        return self._database

    def nudge(self) -> None:
        """Say that there may be something to send: it is sent by a thread, and nobody waits for it."""
        self._woken.set()
        with self._lock:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._run, name="supabase", daemon=True)
                self._thread.start()

    def start(self) -> None:
        """Keep sending, also what other processes note, until `stop`; what was parked is tried again."""
        self._standing = True
        with contextlib.suppress(StorageError):
            self.unpark()
        self.nudge()

    def stop(self, timeout: float = 1.0) -> None:
        """End for good and let others send; a request under way is given `timeout` seconds."""
        self._stopping.set()
        self._woken.set()
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
            with contextlib.suppress(StorageError):
                self._give_back()

    def is_getting_through(self) -> bool:
        """Whether its thread runs and nothing is known to stand in the way."""
        thread = self._thread
        return thread is not None and thread.is_alive() and not self.why

    def flush(self, timeout: float = 30.0) -> bool:
        """Wait until all that is noted now has been sent or parked; False when `timeout` seconds do not do."""
        deadline = time.monotonic() + timeout
        with self._database.read() as connection:
            last = outbox.last_id(connection)
        while True:
            with self._database.read() as connection:
                if not outbox.is_waiting(connection, up_to=last):
                    return True
            if time.monotonic() >= deadline:
                return False
            self.nudge()
            time.sleep(0.02)

    def unpark(self) -> int:
        """Let rows that were refused for good be tried again; return how many there are."""
        with self._database.write() as connection:
            count = outbox.unpark(connection)
        self.nudge()
        return count

    def _run(self) -> None:
        last_busy = time.monotonic()
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                if self._turn():
                    last_busy = time.monotonic()
            except StorageError as error:
                log.warning("what is noted for Supabase cannot be read: %s", error.message)
            except Exception:  # whatever it is: the thread goes on, or nothing would be sent any more
                log.exception("sending to Supabase broke off")
            if not self._standing and time.monotonic() - last_busy > _IDLE_SECONDS and self._may_end():
                return
            self._woken.wait(_LOOK_SECONDS)

    def _may_end(self) -> bool:
        """Let the next nudge start another thread, unless there was one just now."""
        with self._lock:
            if self._woken.is_set():
                return False
            self._thread = None
            return True

    def _turn(self) -> bool:
        """Send what there is, if the lease can be had; return whether there is something to send, by whomever."""
        with self._database.read() as connection:
            if self._knows_project and not outbox.is_waiting(connection):
                return False
        with self._database.write() as connection:
            held = self._lease.take(connection)
            if held and not self._knows_project:
                backfill(connection, str(self._settings.supabase_url))
        if held:
            self._knows_project = self._held = True
            try:
                self._drain()
            finally:
                self._give_back()
        return True

    def _give_back(self) -> None:
        with self._database.write() as connection:
            self._lease.give_back(connection)

    def _drain(self) -> None:
        """Send until nothing is left, the lease is lost, or this process ends."""
        pause = self._first_pause
        while self._may_go_on():
            with self._database.read() as connection:
                rows = outbox.waiting(connection, _ROWS)
            if not rows:
                self._now("idle")
                return
            refusal = self._send_all(waves(rows))
            if refusal is None:
                pause = self._first_pause
            else:
                self._now("refused" if refusal.kind in {"key", "tables"} else "away", _told(refusal))
                self._rest(max(pause, min(refusal.wait, LONGEST_ASKED_PAUSE)))
                pause = min(pause * 2, LONGEST_PAUSE)

    def _may_go_on(self) -> bool:
        return self._held and not self._stopping.is_set()

    def _rest(self, seconds: float) -> None:
        """Wait, and keep the lease meanwhile; end early when it is lost or this process ends."""
        until = time.monotonic() + seconds
        while self._may_go_on() and (left := until - time.monotonic()) > 0:
            self._stopping.wait(min(left, self._settings.lease_seconds / 3))
            with self._database.write() as connection:
                self._held = self._lease.keep(connection)

    def _send_all(self, sendable: Sequence[Sequence[Parcel]]) -> Refusal | None:
        """Send wave after wave; return why it is to be tried again, if it is.

        What comes after a parcel that did not get through, in its own stream, is left for later.
        """
        left: dict[str, Refusal] = {}
        for wave in sendable:
            for parcels in requests([parcel for parcel in wave if parcel.stream not in left]):
                refusal = self._send(parcels, left) if self._may_go_on() else None
                if refusal is not None:
                    return refusal
        return next((refusal for refusal in left.values() if refusal.kind == "doubt"), None)

    def _send(self, parcels: Sequence[Parcel], left: dict[str, Refusal]) -> Refusal | None:
        """Send one request, row by row when one of them is to blame; return what stands in the way of all."""
        refusal = self._try(parcels)
        if refusal is None or refusal.kind not in {"row", "doubt"}:
            return refusal
        if len(parcels) > 1:
            alone = (self._send([parcel], left) for parcel in parcels if self._may_go_on())
            return next((found for found in alone if found is not None), None)
        left[parcels[0].stream] = refusal
        if refusal.kind == "row":
            self._park(parcels[0], refusal)
        doubts = sum(other.kind == "doubt" for other in left.values())
        return refusal if doubts >= _FAILED_ALONE else None

    def _park(self, parcel: Parcel, refusal: Refusal) -> None:
        log.warning("Supabase refuses %s for good, and it is set aside: %s", parcel.stream, refusal.reason)
        with self._database.write() as connection:
            outbox.park(connection, parcel.ids, refusal.reason)

    def _try(self, parcels: Sequence[Parcel]) -> Refusal | None:
        """Send one request and take its rows from the outbox; return why it did not get through."""
        ids = [number for parcel in parcels for number in parcel.ids]
        try:
            client = client_for(self._settings)
            assert client is not None  # noqa: S101 - there is a mirror only where there is a project
            send(client, parcels)
        except Exception as error:  # whatever the client's several libraries raise
            refusal = judge(error)
            with self._database.write() as connection:
                if refusal.kind != "row":
                    outbox.note_failure(connection, ids, refusal.reason)
                self._require_lease(connection, parcels)
            return refusal
        self._now("sending")
        with self._database.write() as connection:
            outbox.remove(connection, ids)
            self._require_lease(connection, parcels)
        return None

    def _require_lease(self, connection: Connection, parcels: Sequence[Parcel]) -> None:
        """Keep the lease; where it was lost (this process slept), another one may have sent later changes before these.

        Then these jobs are noted once more as they are now.
        """
        self._held = self._lease.keep(connection)
        if not self._held:
            for job_id in [parcel.payload["id"] for parcel in parcels if parcel.operation != "insert_cost"]:
                tell_again(connection, job_id)

    def _now(self, state: State, why: str = "") -> None:
        """Take note of what it does, and say so when Supabase goes away, refuses, or is back."""
        bad, was_bad = bool(why), bool(self.why)
        if bad and why != self.why:
            log.warning("Supabase is %s (%s); nothing is lost, and it is tried again", state, why)
        elif was_bad and not bad:
            log.warning("Supabase is back")
        self.state, self.why = state, why


def _told(refusal: Refusal) -> str:
    if refusal.kind == "tables":
        return f"{refusal.reason}: are its tables there? edit-factory doctor tells more"
    return refusal.reason


_mirrors: dict[tuple[str, str, str], Mirror] = {}
_mirrors_lock = threading.Lock()


def mirror_for(settings: Settings) -> Mirror | None:
    """Return the mirror of the settings, the same one each time; None where no project is set.

    A key that can write nothing is named in the log the first time.
    """
    if not settings.supabase_url or settings.supabase_key is None:
        return None
    key = settings.supabase_key.get_secret_value()
    database = open_database(settings)
    with _mirrors_lock:
        known = _mirrors.get((database.url, settings.supabase_url, key))
        if known is None or known.database is not database:
            if is_too_weak(key):
                log.warning("SUPABASE_KEY is the %s key, which may write nothing: set the secret one", role_of(key))
            known = _mirrors[database.url, settings.supabase_url, key] = Mirror(settings)
        return known


def end_mirrors() -> None:
    """Stop every mirror of this process, so that others may send at once.

    What it has noted is sent first if that goes quickly: a short command need not leave it to the next one.
    """
    with _mirrors_lock:
        ending = list(_mirrors.values())
        _mirrors.clear()
    for mirror in ending:
        with contextlib.suppress(StorageError):
            if mirror.is_getting_through():
                mirror.flush(_LAST_SECONDS)
        mirror.stop()


atexit.register(end_mirrors)
