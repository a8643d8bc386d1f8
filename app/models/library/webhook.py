"""Webhooks: who wants to be told when jobs end, and what became of telling them."""

from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import Field

from app.models.base import Record

JobEventName = Literal["job.completed", "job.failed", "job.cancelled"]
JOB_EVENTS: tuple[JobEventName, ...] = get_args(JobEventName)
TEST_EVENT = "webhook.test"

DeliveryState = Literal["waiting", "delivered", "failed"]


class Endpoint(Record):
    """An address that is told when jobs of its owner end. `events` empty: of all of them.

    `note` says why it was turned off when nobody asked for that.
    """

    id: str
    url: str
    events: tuple[JobEventName, ...] = ()
    enabled: bool = True
    note: str = ""
    version: int = 1
    created_at: datetime
    updated_at: datetime


class Try(Record):
    """One try to deliver: when it ended, how long it took, and the status of the answer or why there was none."""

    at: datetime
    milliseconds: int = Field(description="How long it took.", examples=[84])
    status: int | None = Field(default=None, description="The status of the answer.", examples=[200])
    error: str = Field(default="", description="Why there was no answer.", examples=["it took too long to answer"])

    @property
    def is_well(self) -> bool:
        """Whether the message arrived."""
        return self.status is not None and 200 <= self.status < 300


class Delivery(Record):
    """One message to one address. `id` is the `webhook-id` of every try: who gets it twice knows by that.

    `endpoint_id` is None for the address that was given with the job. `next_at` is when it is tried next.
    """

    id: str
    endpoint_id: str | None
    job_id: str | None
    url: str
    event: str
    payload: dict[str, Any]
    state: DeliveryState
    tries: tuple[Try, ...] = ()
    next_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
