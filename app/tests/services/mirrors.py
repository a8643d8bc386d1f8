"""Mirrors for tests: with short pauses, and what they must have brought about."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.config import Settings, load_settings
from app.db import Database
from app.db.tables import jobs, leases
from app.db.tables import outbox as table
from app.services import outbox
from app.services.cost_rows import replica_of as cost_replica
from app.services.cost_tracker import CostTracker
from app.services.job_rows import replica_of
from app.services.job_storage import JobStorage
from app.services.supabase_mirror import Mirror
from app.tests.ground.children import PATIENCE
from app.tests.ground.supabase import Supabase

QUICK = 0.02


def settings_for(supabase: Supabase, monkeypatch: pytest.MonkeyPatch, key: str | None = None) -> Settings:
    """Settings with the project, in the environment too, so that child processes have them; short leases."""
    monkeypatch.setenv("SUPABASE_URL", supabase.url)
    monkeypatch.setenv("SUPABASE_KEY", key or supabase.service_key)
    monkeypatch.setenv("EDIT_FACTORY_LEASE_SECONDS", "6")
    monkeypatch.setenv("EDIT_FACTORY_BEAT_SECONDS", "2")
    return load_settings()


class House:
    """A storage and a ledger that tell a mirror with short pauses."""

    def __init__(self, settings: Settings) -> None:
        self.mirror = Mirror(settings, first_pause=QUICK)
        self.storage = JobStorage(settings)
        self.costs = CostTracker(settings)
        self.storage._supabase = self.costs._supabase = self.mirror
        self.database = self.storage.database

    def add(self, stream: str, operation: str, payload: dict[str, Any]) -> None:
        with self.database.write() as connection:
            outbox.add(connection, stream, operation, payload)

    def noted(self) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)))


@pytest.fixture
def house(supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    made = House(settings_for(supabase, monkeypatch))
    yield made
    supabase.gateway.release()
    made.mirror.stop(PATIENCE)


@pytest.fixture
def any_house(any_settings: Settings, supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    made = House(settings_for(supabase, monkeypatch))
    yield made
    made.mirror.stop(PATIENCE)


def require_same(database: Database, supabase: Supabase, costs: CostTracker) -> None:
    """Supabase has what is here: the same rows, with the same content and versions, and no others."""
    with database.read() as connection:
        here = {row.id: replica_of(row) for row in connection.execute(select(jobs))}
    there = {
        row["id"]: {
            **row,
            "owner": str(row["owner"]) if row["owner"] else None,
            "created_at": row["created_at"].isoformat(),
            "updated_at": row["updated_at"].isoformat(),
        }
        for row in supabase.rows("jobs")
    }
    assert {name: there[name]["version"] for name in there} == {name: here[name]["version"] for name in here}
    for name, row in here.items():
        for key in ("data", "status", "progress", "job_type", "owner"):
            assert there[name][key] == row[key], (name, key)
    entries = {entry.id: cost_replica(entry) for entry in costs.entries(10_000).entries}
    sent = {str(row["id"]): row for row in supabase.rows("api_costs")}
    assert {name: (row["job_id"], row["units"], row["details"]) for name, row in sent.items()} == {
        name: (row["job_id"], row["units"], row["details"]) for name, row in entries.items()
    }


def holder(database: Database) -> str | None:
    """Return who may send now."""
    with database.read() as connection:
        return connection.execute(select(leases.c.holder).where(leases.c.name == "outbox")).scalar()
