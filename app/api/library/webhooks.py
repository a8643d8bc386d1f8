"""Webhooks: addresses that are told when jobs end, the log of what was sent to them, and sending it again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context, In
from app.api.lists import NEXT, TOTAL, Cursor, Limit
from app.api.made import made_id
from app.api.principal import Who, scope
from app.api.problems import documented
from app.api.versions import VERSIONED, Expected, tell_version
from app.models.base import Record
from app.models.library.changes import UNSAID, Change
from app.models.library.webhook import JOB_EVENTS, Delivery, DeliveryState, Endpoint, JobEventName
from app.services.library.webhooks import Webhooks
from app.services.outbound import outbound_for

router = APIRouter(prefix="/webhooks", tags=["webhooks"], dependencies=[scope("admin")])

Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2_048,
        pattern="^https?://",
        description="Where messages are sent to: http or https; private hosts only where a setting allows them.",
        examples=["https://n8n.example.com/webhook/clips"],
    ),
]
Events = Annotated[
    tuple[JobEventName, ...],
    Field(max_length=len(JOB_EVENTS), description="What it is told of; none: of every job that ends."),
]
_TAGGED = {"headers": VERSIONED}


class WebhookWanted(Record):
    """An endpoint as it is asked for."""

    url: Url
    events: Events = ()
    enabled: bool = Field(default=True, description="Whether it is told anything.")


class WebhookChange(Change):
    """What to change of an endpoint; `events` are replaced as a whole."""

    url: Url = UNSAID
    events: Events = UNSAID
    enabled: bool = UNSAID


class NewWebhook(Endpoint):
    """An endpoint with its secret, which no other answer shows."""

    secret: str = Field(
        description="Verifies the signature of every message (Standard Webhooks).", examples=["whsec_C2FVsBQIhrscChlQ"]
    )


class CallbackSecret(Record):
    """The secret that signs messages to addresses that come with jobs (`callback_url`)."""

    secret: str = Field(description="As an endpoint's.", examples=["whsec_C2FVsBQIhrscChlQ"])


class WebhookList(Record):
    """All endpoints, the oldest first."""

    webhooks: tuple[Endpoint, ...]


class DeliveryList(Record):
    """One page of messages, newest first."""

    deliveries: tuple[Delivery, ...]
    next_cursor: str | None = Field(description=NEXT)
    total: int = Field(description=TOTAL)


@router.get("", summary="List webhooks")
async def list_webhooks(context: In, who: Who) -> WebhookList:
    """Return all endpoints."""
    return WebhookList(webhooks=tuple(await context.storage.run_async(_store(context).list, who.owner)))


@router.post("", summary="Make a webhook", status_code=201, responses={201: _TAGGED, **documented(422)})
async def create_webhook(
    context: In, who: Who, request: Request, response: Response, wanted: WebhookWanted
) -> NewWebhook:
    """Let an address be told when jobs end. This answer is the only one that shows its secret."""
    await _require_allowed(context, wanted.url)
    made, secret = await run_in_threadpool(
        _store(context).create,
        who.owner,
        wanted.url,
        wanted.events,
        enabled=wanted.enabled,
        endpoint_id=made_id(request),
    )
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    return _secretly(response, made, secret)


@router.post("/callback-secret", summary="A new secret for callbacks")
async def rotate_callback_secret(context: In, who: Who, response: Response) -> CallbackSecret:
    """Make a new secret for addresses that come with jobs; the one before signs beside it until the next time."""
    response.headers["Cache-Control"] = "no-store"
    return CallbackSecret(secret=await run_in_threadpool(_store(context).rotate_callbacks, who.owner))


@router.get("/deliveries", summary="What was sent to whom", responses=documented(422))
async def list_deliveries(
    context: In,
    who: Who,
    webhook_id: Annotated[str | None, Query(description="Only to this endpoint.", max_length=128)] = None,
    job_id: Annotated[str | None, Query(description="Only of this job.", max_length=512)] = None,
    state: Annotated[DeliveryState | None, Query(description="Only what waits, arrived, or was given up.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DeliveryList:
    """Return one page of messages with the tries to deliver each."""
    page = await context.storage.run_async(
        _store(context).deliveries,
        who.owner,
        endpoint_id=webhook_id,
        job_id=job_id,
        state=state,
        limit=limit,
        cursor=cursor,
    )
    return DeliveryList(deliveries=page.items, next_cursor=page.next_cursor, total=page.total)


@router.get("/deliveries/{delivery_id}", summary="One message", responses=documented(404))
async def get_delivery(context: In, who: Who, delivery_id: str) -> Delivery:
    """Return a message, with the tries to deliver it."""
    return await context.storage.run_async(_store(context).delivery, who.owner, delivery_id)


@router.post(
    "/deliveries/{delivery_id}/replay", summary="Send a message again", status_code=202, responses=documented(404)
)
async def replay_delivery(context: In, who: Who, delivery_id: str) -> Delivery:
    """Send a message once more, at once and under its id, whether it had arrived or not."""
    return await run_in_threadpool(_store(context).replay, who.owner, delivery_id)


@router.get("/{webhook_id}", summary="One webhook", responses={200: _TAGGED, **documented(404)})
async def get_webhook(context: In, who: Who, response: Response, webhook_id: str) -> Endpoint:
    """Return an endpoint, without its secret."""
    return _told(response, await context.storage.run_async(_store(context).get, who.owner, webhook_id))


@router.patch("/{webhook_id}", summary="Change a webhook", responses={200: _TAGGED, **documented(404, 412, 422)})
async def change_webhook(
    context: In, who: Who, response: Response, webhook_id: str, change: WebhookChange, expected: Expected
) -> Endpoint:
    """Change what is named. What waits is sent to the new address as well."""
    changes = change.model_dump(exclude_unset=True)
    if "url" in changes:
        await _require_allowed(context, changes["url"])
    if "events" in changes:
        changes["events"] = list(changes["events"])
    return _told(response, await run_in_threadpool(_store(context).change, who.owner, webhook_id, changes, expected))


@router.delete("/{webhook_id}", summary="Remove a webhook", status_code=204, responses=documented(404, 412))
async def delete_webhook(context: In, who: Who, webhook_id: str, expected: Expected) -> None:
    """Remove an endpoint; what has not arrived there is not sent any more."""
    await run_in_threadpool(_store(context).remove, who.owner, webhook_id, expected)


@router.post("/{webhook_id}/rotate-secret", summary="A new secret", responses={200: _TAGGED, **documented(404)})
async def rotate_webhook_secret(context: In, who: Who, response: Response, webhook_id: str) -> NewWebhook:
    """Make a new secret; the one before signs beside it until the next time, so that nothing is refused meanwhile."""
    return _secretly(response, *await run_in_threadpool(_store(context).rotate, who.owner, webhook_id))


@router.post("/{webhook_id}/test", summary="Send a test", status_code=202, responses=documented(404))
async def test_webhook(context: In, who: Who, request: Request, response: Response, webhook_id: str) -> Delivery:
    """Send a message of the type `webhook.test`; what became of it is at the address in `Location`."""
    sent = await run_in_threadpool(_store(context).test, who.owner, webhook_id)
    response.headers["Location"] = f"{request.url.path.removesuffix(f'/{webhook_id}/test')}/deliveries/{sent.id}"
    return sent


async def _require_allowed(context: Context, url: str) -> None:
    await run_in_threadpool(outbound_for(context.settings).require_allowed, url)


def _secretly(response: Response, endpoint: Endpoint, secret: str) -> NewWebhook:
    response.headers["Cache-Control"] = "no-store"
    return NewWebhook(**dict(_told(response, endpoint)), secret=secret)


def _told(response: Response, endpoint: Endpoint) -> Endpoint:
    tell_version(response, endpoint.version)
    return endpoint


def _store(context: Context) -> Webhooks:
    return Webhooks(context.storage.database)
