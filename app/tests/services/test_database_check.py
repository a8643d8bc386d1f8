"""What doctor says of the database: which one it is, what waits there, why it cannot be used."""

import pytest
from sqlalchemy import insert, update

from app.config import Settings, load_settings
from app.db import Database
from app.db.migrate import head
from app.db.tables import executors
from app.db.types import clock
from app.services.database_check import look
from app.services.doctor import examine
from app.services.job_storage import JobStorage


def worker(database: Database, name: str, expires_in: float) -> None:
    with database.write() as connection:
        connection.execute(
            insert(executors).values(
                id=name, kind="standing", host="here", boot_id="", pid_namespace="", pid=1, pid_start=1,
                state="alive", started=clock(), expires=clock() + expires_in,
            )
        )  # fmt: skip


def test_a_new_one(any_settings: Settings) -> None:
    found = look(any_settings)
    assert (found.name, found.ok, found.mend) == ("database", True, "")
    kind = "SQLite, sqlite:///" if any_settings.database_url is None else "Postgres, postgresql://"
    assert found.detail.startswith(kind)
    assert found.detail.endswith(f"schema {head()}; no jobs wait, no jobs run; no workers are alive")


def test_what_waits_and_who_works(any_settings: Settings, any_storage: JobStorage) -> None:
    for name, status in (("a", "pending"), ("b", "processing"), ("c", "pending"), ("d", "failed")):
        any_storage.create_job({"job_id": name, "status": status})
    assert "worker" in look(any_settings).mend
    worker(any_storage.database, "late", -1.0)
    assert "no workers are alive" in look(any_settings).detail
    worker(any_storage.database, "well", 60.0)
    found = look(any_settings)
    assert found.detail.endswith("2 jobs wait, 1 job runs; a worker is alive")
    assert found.mend == ""
    worker(any_storage.database, "another", 60.0)
    assert "2 workers are alive" in look(any_settings).detail
    with any_storage.database.write() as connection:
        connection.execute(update(executors).values(state="stopped"))
    assert "no workers are alive" in look(any_settings).detail


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://me:hunter2@127.0.0.1:1/name", "no server answers there"),
        ("mysql://me:hunter2@127.0.0.1/name", "there is no support for mysql"),
    ],
)
def test_one_that_cannot_be_used_is_a_finding(settings: Settings, url: str, why: str) -> None:
    chosen = load_settings(database_url=url)
    found = next(finding for finding in examine(chosen) if finding.name == "database")
    assert not found.ok
    assert why in found.detail and "hunter2" not in found.detail
    assert found.mend
