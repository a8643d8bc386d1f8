"""Figures as Prometheus reads them, read by its own parser."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, update

from app.api.context import Context
from app.config import Settings
from app.db.tables import cache_entries, jobs
from app.db.types import now
from app.errors import StorageError
from app.services import figures as figures_module
from app.services.figures import figures
from app.services.job_storage import JobStorage
from app.services.library.webhooks import Webhooks
from app.tests.api.conftest import Ask
from app.workflows.jobs.lease import Lease

Samples = dict[tuple[str, tuple[str, ...]], float]


def samples(ask: Ask) -> Samples:
    """Return each sample by its name and the values of its labels."""
    answer = ask("GET", "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(answer.text)
    return {(one.name, tuple(one.labels.values())): one.value for family in families for one in family.samples}


def test_the_whole_system_is_told(ask: Ask, context: Context) -> None:
    storage = context.storage
    for number, status in enumerate(["pending", "pending", "processing", "completed", "failed"]):
        storage.create_job({"job_id": str(number), "job_type": "render", "status": status})
    began = now() - timedelta(seconds=100)
    with storage.database.write() as connection:
        connection.execute(update(jobs).where(jobs.c.id == "0").values(updated_at=began))
        for job_id, waited in (("2", 10), ("3", 30), ("4", 50)):
            times = {"created_at": began, "started_at": began + timedelta(seconds=waited)}
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**times))
        for number, kind in enumerate(["parts", "parts", "analysis"]):
            entry = {"path": str(number), "kind": kind, "bytes": 1000, "created_at": began, "used_at": began}
            connection.execute(insert(cache_entries).values(entry))
    Webhooks(storage.database).test(None, Webhooks(storage.database).create(None, "http://127.0.0.1:9/")[0].id)
    lease = Lease(storage.database, kind="standing", lease_seconds=60, beat_seconds=20, lost=lambda: None)
    lease.begin()
    told = samples(ask)
    lease.end()
    assert told["edit_factory_jobs", ("render", "pending")] == 2
    assert told["edit_factory_jobs", ("render", "failed")] == 1
    assert 100 <= told["edit_factory_queue_longest_wait_seconds", ("render",)] < 200
    assert told["edit_factory_queue_wait_seconds", ("render", "0.5")] == 30
    assert told["edit_factory_queue_wait_seconds", ("render", "1")] == 50
    assert told["edit_factory_workers", ("standing",)] == 1
    assert told["edit_factory_cache_bytes", ("parts",)] == 2000
    assert told["edit_factory_webhooks_waiting", ()] == 1
    assert told["edit_factory_outbox_rows", ()] == 0
    assert told["edit_factory_disk_total_bytes", ()] > told["edit_factory_disk_free_bytes", ()] > 0
    assert told["edit_factory_database_up", ()] == 1
    assert ("process_resident_memory_bytes", ()) in told


def test_many_who_ask_cost_one_look(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []

    def waits(rows: object) -> dict[str, tuple[float, ...]]:
        looks.append(rows)
        return {}

    monkeypatch.setattr(figures_module, "_waits", waits)
    for _ in range(5):
        samples(ask)
    assert len(looks) == 1


def test_without_a_database_the_rest_is_told(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(rows: object) -> None:
        raise StorageError("The database is away.", code="database")

    monkeypatch.setattr(figures_module, "_waits", away)
    told = samples(ask)
    assert told["edit_factory_database_up", ()] == 0
    assert not [name for name, _ in told if name == "edit_factory_jobs"]
    assert [name for name, _ in told if name.startswith("edit_factory_http_request")] == []
    assert samples(ask)["edit_factory_http_requests_total", ("GET", "/metrics", "200")] == 1


@pytest.mark.store
def test_an_empty_database_has_figures(any_storage: JobStorage, any_settings: Settings) -> None:
    found = figures(any_storage.database, any_settings)
    assert (found.jobs, found.waits, found.workers, found.outbox) == ({}, {}, {}, 0)


@pytest.mark.store
def test_figures_are_the_same_on_both_databases(any_storage: JobStorage, any_settings: Settings) -> None:
    any_storage.create_job({"job_id": "a", "job_type": "render"})
    any_storage.create_job({"job_id": "b", "job_type": "speak", "status": "processing"})
    with any_storage.database.write() as connection:
        later = jobs.c.id == "b"
        connection.execute(update(jobs).where(later).values(started_at=now() + timedelta(seconds=5)))
    found = figures(any_storage.database, any_settings)
    assert found.jobs == {("render", "pending"): 1, ("speak", "processing"): 1}
    assert 0 <= found.longest_wait["render"] < 60
    assert 5 <= found.waits["speak"][0] < 65


def test_no_route_is_needed_for_them_in_the_description(app: FastAPI) -> None:
    assert app.openapi()["paths"]["/metrics"]["get"]["responses"]["200"]["content"].keys() == {"text/plain"}
