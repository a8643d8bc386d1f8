"""Noting that somebody is to be told of a job's end: in the transaction in which it ends, so that none is forgotten."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, insert, select

from app.db.tables import webhook_deliveries, webhook_endpoints
from app.db.types import now
from app.models.job import UPKEEP
from app.models.library.webhook import TEST_EVENT
from app.services.library.ownership import owned
from app.services.shown import paths_in, without_paths

CALLBACK = "callback_url"
"""The key of a job's data under which the address is that whoever asked for it gave with it."""


def note_end(connection: Connection, job: Row[Any]) -> None:
    """Note whom to tell that the job has ended: its own address, and the endpoints of its owner that listen.

    Parts of jobs and upkeep are nobody's business, unless they have an address of their own.
    """
    event = f"job.{job.status}"
    wanted = list(_listening(connection, job, event))
    if wanted:
        payload = {"type": event, "timestamp": job.updated_at.isoformat(), "data": told_of(job)}
        add(connection, wanted, owner=job.owner, job_id=job.id, event=event, payload=payload)


def note_test(connection: Connection, endpoint: Row[Any]) -> str:
    """Note a message that only shows whether an endpoint gets it; return its id."""
    payload = {"type": TEST_EVENT, "timestamp": now().isoformat(), "data": {"endpoint_id": endpoint.id}}
    whom = [(endpoint.id, endpoint.url)]
    return add(connection, whom, owner=endpoint.owner, job_id=None, event=TEST_EVENT, payload=payload)[0]


def add(
    connection: Connection,
    whom: Iterable[tuple[str | None, str]],
    *,
    owner: str | None,
    job_id: str | None,
    event: str,
    payload: dict[str, Any],
) -> list[str]:
    """Note one message to each of `whom` (endpoint and address); return their ids."""
    moment = now()
    rows: list[dict[str, Any]] = [
        {
            "id": f"msg_{uuid4().hex}",
            "owner": owner,
            "endpoint_id": endpoint_id,
            "job_id": job_id,
            "url": url,
            "event": event,
            "payload": payload,
            "state": "waiting",
            "tries": [],
            "next_at": moment,
            "created_at": moment,
            "updated_at": moment,
        }
        for endpoint_id, url in whom
    ]
    connection.execute(insert(webhook_deliveries), rows)
    return [row["id"] for row in rows]


def told_of(job: Row[Any]) -> dict[str, Any]:
    """Return what a message tells of a job: nothing of what was asked for, and no path of the server's."""
    data: dict[str, Any] = job.data
    known = {*paths_in(data.get("request")), *paths_in(data.get("result"))}
    told = {key: without_paths(data.get(key), known) for key in ("title", "percentage", "result", "error")}
    return {
        "job_id": job.id,
        "job_type": job.job_type,
        "status": job.status,
        "progress": without_paths(job.progress, known),
        "project_id": job.project_id,
        "clip_id": job.clip_id,
        "version": job.version,
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        **told,
    }


def _listening(connection: Connection, job: Row[Any], event: str) -> Iterator[tuple[str | None, str]]:
    callback = job.data.get(CALLBACK)
    if isinstance(callback, str) and callback:
        yield None, callback
    if job.parent_id is not None or job.job_type in UPKEEP:
        return
    mine = select(webhook_endpoints.c.id, webhook_endpoints.c.url, webhook_endpoints.c.events)
    for endpoint in connection.execute(mine.where(owned(webhook_endpoints, job.owner), webhook_endpoints.c.enabled)):
        if not endpoint.events or event in endpoint.events:
            yield endpoint.id, endpoint.url
