"""What calls of providers cost: every one is a row, also the free ones; with Supabase configured it is sent there too.

The row is on disk before a `log_*` method returns, together with a note that it is to be sent. Sending never holds up
or fails the one who logs: the mirror sends what is noted, sooner or later, once.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError
from sqlalchemy import Connection

from app.config import Settings, load_settings
from app.data import prices
from app.db import Database, open_database
from app.errors import InputError, UnknownName
from app.models.cost import CostEntry, CostPage, CostTotal, Grouping, Price, Unit
from app.services import cost_rows
from app.services.cost_rows import CostFilter
from app.services.job_queries import size_of
from app.services.job_rows import checked
from app.services.outbox import is_replicated
from app.services.supabase_client import client_for
from app.services.supabase_mirror import mirror_for

__all__ = ["CostEntry", "CostFilter", "CostTracker", "get_cost_tracker", "tracker_for"]

log = logging.getLogger("edit_factory")


class Replica(Protocol):
    """What sends to Supabase whatever is noted for it."""

    def nudge(self) -> None:
        """Say that there is something to send."""


class CostTracker:
    """The ledger of the settings' database.

    `_supabase` None says that Supabase is away: rows are kept, and sent when it is back. `wait` waits some seconds.
    Further fields of an entry (`project_id`, `clip_id`, `owner`, `key`) are given by name to every `log_*` method.
    All of them raise `InputError` for what cannot be kept, and `StorageError`.
    """

    def __init__(self, settings: Settings | None = None, wait: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings or load_settings()
        self._database = open_database(self._settings)
        self._replicate = is_replicated(self._settings)
        self._supabase: Replica | None = mirror_for(self._settings)
        self._wait = wait
        self._prices = prices(self._settings.data_dir / "prices.toml")

    @property
    def database(self) -> Database:
        """The database in which the ledger is."""
        return self._database

    def log_elevenlabs_tts(
        self, job_id: str, characters: int, model: str = "eleven_multilingual_v2", note: str = "", **more: Any
    ) -> CostEntry:
        """Log speech by ElevenLabs, charged by the character."""
        about = {"model": model, **({"note": note} if note else {})}
        units: dict[Unit, int] = {"characters": characters}
        return self._log_priced(job_id, "elevenlabs", "tts", units, model, about, more)

    def log_gemini_analysis(
        self,
        job_id: str,
        frames_analyzed: int = 0,
        *,
        input_tokens: int | None = None,
        output_tokens: int = 0,
        model: str = "gemini-2.5-flash",
        **more: Any,
    ) -> CostEntry:
        """Log an analysis by Gemini, charged by the token.

        The answer tells how many tokens; without them each frame counts as the tokens of one picture.
        """
        frames = frames_analyzed * self.price("gemini", model).tokens_per_image
        about = {"model": model, "frames": frames_analyzed, "estimated": input_tokens is None}
        units: dict[Unit, int] = {"input_tokens": frames if input_tokens is None else input_tokens}
        units["output_tokens"] = output_tokens
        return self._log_priced(job_id, "gemini", "video_analysis", units, model, about, more)

    def log_edge_tts(self, job_id: str, characters: int, note: str = "", **more: Any) -> CostEntry:
        """Log speech by Edge-TTS, which is free: for its volume."""
        return self._log_priced(job_id, "edge_tts", "tts", {"characters": characters}, "", {"note": note}, more)

    def log(
        self,
        job_id: str,
        service: str,
        operation: str,
        units: int,
        cost_microdollars: int,
        details: Mapping[str, Any] | None = None,
        *,
        connection: Connection | None = None,
        **more: Any,
    ) -> CostEntry:
        """Log any call; with a `connection` the row comes and goes with its transaction."""
        entry = self.entry(job_id, service, operation, units, cost_microdollars, details, **more)
        if connection is not None:
            self.record(connection, entry)
            return entry
        self._keep(entry)
        self.nudge()
        return entry

    def entry(
        self,
        job_id: str,
        service: str,
        operation: str,
        units: int,
        cost_microdollars: int,
        details: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> CostEntry:
        """Return an entry that is not logged yet. Raises `InputError` naming the field that is wrong."""
        plain = checked({"details": dict(details or {})})[0]["details"]
        fields = {"job_id": job_id, "service": service, "operation": operation, "input_units": units, "details": plain}
        return _valid({**fields, "cost_microdollars": cost_microdollars, **more})

    def record(self, connection: Connection, entry: CostEntry) -> bool:
        """Write an entry in a transaction of the caller's, who nudges after it; False when its key was told before."""
        return cost_rows.record(connection, entry, replicate=self._replicate)

    def nudge(self) -> None:
        """Say that there may be something to send."""
        if self._supabase is not None:
            self._supabase.nudge()

    def price(self, service: str, model: str = "") -> Price:
        """Return what a model costs; one that is not known costs as much as the service's dearest.

        Raises `UnknownName` for a service without a price.
        """
        models = self._prices.get(service)
        if models is None:
            raise UnknownName(
                f"There is no price for {service!r}.",
                hint=f"Choose one of: {', '.join(self._prices)}; or add it to prices.toml in the data folder.",
                subject="service",
            )
        return models.get(model) or models["default"]

    def totals(self, by: Grouping = "service", **wanted: Any) -> list[CostTotal]:
        """Return the sums over all entries by service, day (UTC), project, job or clip, the dearest first.

        `wanted` are fields of `CostFilter`. Days come in order.
        """
        chosen = _filter(wanted)
        with self._database.read() as connection:
            return cost_rows.totals(connection, by, chosen)

    def entries(self, limit: int = 100, cursor: str | None = None, **wanted: Any) -> CostPage:
        """Return one page of entries, newest first; `wanted` are fields of `CostFilter`."""
        chosen, size = _filter(wanted), size_of(limit)
        with self._database.read() as connection:
            rows = cost_rows.newest(connection, chosen, size + 1, cursor)
        more = 0 < size < len(rows)
        return CostPage(
            entries=tuple(cost_rows.entry_of(row) for row in rows[:size]),
            next_cursor=cost_rows.cursor_after(rows[size - 1]) if more else None,
        )

    def _save_to_supabase(self, entry: CostEntry, max_retries: int = 3) -> bool:
        """Send one entry now; return whether Supabase has it.

        Tried up to `max_retries` times, with 1, 2, 4 ... s between. Otherwise it stays noted, and the mirror sends it:
        its id is the same each time, so that it is there once.
        """
        self._keep(entry)
        client = client_for(self._settings)
        if self._supabase is None or client is None:
            return False
        table = client.table("api_costs")
        for attempt in range(max_retries):
            try:
                table.upsert(cost_rows.replica_of(entry), on_conflict="id", ignore_duplicates=True).execute()
            except Exception as error:  # whatever the client's several libraries raise
                log.warning("a cost could not be sent to Supabase (try %d): %s", attempt + 1, type(error).__name__)
                if attempt + 1 < max_retries:
                    self._wait(float(2**attempt))
                continue
            with self._database.write() as connection:
                cost_rows.delivered(connection, entry)
            return True
        self.nudge()
        return False

    def _log_priced(
        self,
        job_id: str,
        service: str,
        operation: str,
        units: Mapping[Unit, int],
        model: str,
        details: Mapping[str, Any],
        more: Mapping[str, Any],
    ) -> CostEntry:
        cost = self.price(service, model).of(units)
        counted: dict[str, Any] = {**details, **({} if len(units) == 1 else dict(units.items()))}
        return self.log(job_id, service, operation, sum(units.values()), cost, counted, **more)

    def _keep(self, entry: CostEntry) -> None:
        with self._database.write() as connection:
            self.record(connection, entry)


def _valid(fields: Mapping[str, Any]) -> CostEntry:
    try:
        return CostEntry.model_validate(fields)
    except ValidationError as error:
        raise _wrong("A cost", error, CostEntry.model_fields) from error


def _filter(wanted: Mapping[str, Any]) -> CostFilter:
    try:
        return CostFilter.model_validate(wanted)
    except ValidationError as error:
        raise _wrong("Costs asked for", error, CostFilter.model_fields) from error


def _wrong(what: str, error: ValidationError, fields: Mapping[str, Any]) -> InputError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "cost_usd"
    return InputError(
        f"{what} cannot have {name} {first.get('input')!r}: {first['msg'].lower()}.",
        hint=f"The fields are {', '.join(fields)}.",
        subject=name,
    )


_trackers: dict[tuple[Path, str | None], CostTracker] = {}
_lock = threading.Lock()


def tracker_for(settings: Settings) -> CostTracker:
    """Return the ledger of these settings; the same one as long as their database is open."""
    database = open_database(settings)
    key = (settings.data_dir, settings.supabase_url)
    with _lock:
        known = _trackers.get(key)
        if known is None or known.database is not database:
            known = _trackers[key] = CostTracker(settings)
        return known


def get_cost_tracker() -> CostTracker:
    """Return the ledger of this process' settings."""
    return tracker_for(load_settings())
