"""Who is to be told of a job's end is noted in the transaction in which it ends."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from app.db.tables import webhook_deliveries
from app.services.job_storage import JobStorage
from app.services.library.webhooks import Webhooks

pytestmark = pytest.mark.store

HOOK = "https://example.com/hook"


@pytest.fixture
def webhooks(any_storage: JobStorage) -> Webhooks:
    return Webhooks(any_storage.database)


def end(storage: JobStorage, job_id: str = "a", status: str = "completed", **columns: Any) -> None:
    """Make a job as the desk does, and end it."""
    job = {"job_id": job_id, "job_type": "generate", "title": "make 3 clips", **columns.pop("data", {})}
    with storage.database.write() as connection:
        storage.rows.create(connection, job, **columns)
        storage.rows.change(connection, job_id, {"status": status, "result": {"clips": 3}}, kind=status)


def noted(storage: JobStorage) -> list[Any]:
    with storage.database.read() as connection:
        return list(connection.execute(select(webhook_deliveries).order_by(webhook_deliveries.c.created_at)))


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_every_end_is_noted_for_whoever_listens(any_storage: JobStorage, webhooks: Webhooks, status: str) -> None:
    endpoint, _ = webhooks.create(None, HOOK)
    end(any_storage, status=status)
    (row,) = noted(any_storage)
    assert (row.endpoint_id, row.job_id, row.url, row.state) == (endpoint.id, "a", HOOK, "waiting")
    assert row.event == row.payload["type"] == f"job.{status}"
    told = row.payload["data"]
    assert (told["job_id"], told["status"], told["title"]) == ("a", status, "make 3 clips")
    assert (told["result"], told["job_type"]) == ({"clips": 3}, "generate")
    assert row.payload["timestamp"] == told["finished_at"]


def test_a_job_that_goes_on_tells_nobody(any_storage: JobStorage, webhooks: Webhooks) -> None:
    webhooks.create(None, HOOK)
    any_storage.create_job({"job_id": "a"})
    any_storage.update_job("a", {"status": "processing"})
    any_storage.update_job("a", {"percentage": 50})
    assert noted(any_storage) == []
    any_storage.update_job("a", {"status": "completed"})
    any_storage.update_job("a", {"note": "later"})
    assert len(noted(any_storage)) == 1


def test_an_endpoint_hears_only_what_it_listens_to(any_storage: JobStorage, webhooks: Webhooks) -> None:
    failures, _ = webhooks.create(None, HOOK, ["job.failed", "job.cancelled"])
    webhooks.create(None, HOOK, enabled=False)
    end(any_storage, "a", "completed")
    end(any_storage, "b", "failed")
    assert [(row.endpoint_id, row.job_id) for row in noted(any_storage)] == [(failures.id, "b")]


def test_others_hear_nothing(any_storage: JobStorage, webhooks: Webhooks) -> None:
    mine, _ = webhooks.create("ann", HOOK)
    theirs, _ = webhooks.create("bob", HOOK)
    machine, _ = webhooks.create(None, HOOK)
    for job_id, owner in [("a", "ann"), ("b", "bob"), ("c", None)]:
        end(any_storage, job_id, owner=owner)
    found = [(row.endpoint_id, row.owner, row.job_id) for row in noted(any_storage)]
    assert found == [(mine.id, "ann", "a"), (theirs.id, "bob", "b"), (machine.id, None, "c")]


def test_parts_and_upkeep_are_nobody_s_business(any_storage: JobStorage, webhooks: Webhooks) -> None:
    webhooks.create(None, HOOK)
    end(any_storage, "part", parent_id="a")
    end(any_storage, "upkeep", data={"job_type": "cleanup"})
    assert noted(any_storage) == []


def test_the_address_that_came_with_a_job_is_told(any_storage: JobStorage, webhooks: Webhooks) -> None:
    end(any_storage, data={"callback_url": "https://n8n.example/webhook/7"}, owner="ann", parent_id="parent")
    (row,) = noted(any_storage)
    assert (row.endpoint_id, row.url, row.owner) == (None, "https://n8n.example/webhook/7", "ann")


def test_what_is_rolled_back_is_told_to_nobody(any_storage: JobStorage, webhooks: Webhooks) -> None:
    webhooks.create(None, HOOK)
    any_storage.create_job({"job_id": "a"})
    with pytest.raises(ZeroDivisionError), any_storage.database.write() as connection:
        any_storage.rows.change(connection, "a", {"status": "completed"}, kind="completed")
        raise ZeroDivisionError
    assert noted(any_storage) == []


def test_a_job_that_is_done_again_is_told_again(any_storage: JobStorage, webhooks: Webhooks) -> None:
    webhooks.create(None, HOOK)
    end(any_storage, status="failed")
    any_storage.update_job("a", {"status": "processing"})
    any_storage.update_job("a", {"status": "completed"})
    first, second = noted(any_storage)
    assert (first.event, second.event) == ("job.failed", "job.completed")
    assert first.id != second.id


def test_no_path_and_nothing_of_what_was_asked_leaves_the_server(any_storage: JobStorage, webhooks: Webhooks) -> None:
    webhooks.create(None, HOOK)
    data = {
        "title": "make of /srv/footage/beach.mp4",
        "request": {"files": ["/srv/footage/beach.mp4"], "script": "private words"},
        "error": {
            "code": "bad_media",
            "message": "/srv/footage/beach.mp4 is no film.",
            "hint": "",
            "kind": "MediaError",
        },
        "callback_url": "https://n8n.example/?token=private",
    }
    end(any_storage, status="failed", data=data)
    for row in noted(any_storage):
        text = json.dumps(row.payload)
        assert "/srv" not in text
        assert "private" not in text
        assert "beach.mp4 is no film" in text
