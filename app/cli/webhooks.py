"""`edit-factory webhooks`: who is told when jobs end, and what became of telling them."""

from typing import Annotated

import typer
from rich.table import Table

from app.cli.output import console, plain, print_json
from app.config import load_settings
from app.db import open_database
from app.errors import AddressError, UnknownName
from app.models.library.webhook import JOB_EVENTS, Delivery, Endpoint, JobEventName
from app.services.library.webhooks import Webhooks
from app.services.outbound import outbound_for
from app.services.webhook_sender import Sender

commands = typer.Typer(no_args_is_help=True, help="Webhooks: addresses that are told when jobs end.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
EndpointId = Annotated[str, typer.Argument(metavar="ID", help="Its id, as webhooks list shows it.")]
DeliveryId = Annotated[str, typer.Argument(metavar="ID", help="Its id, as webhooks deliveries shows it.")]


@commands.command("create")
def create(
    url: Annotated[str, typer.Argument(help="The address: http or https.")],
    event: Annotated[list[str] | None, typer.Option(help="Only this event, as job.failed; may be repeated.")] = None,
    as_json: AsJson = False,
) -> int:
    """Let an address be told when jobs end, and print the secret that signs what it is told: it is not shown again."""
    outbound_for(load_settings()).require_allowed(url)
    made, secret = _webhooks().create(None, url, [_event(one) for one in event or ()])
    return _secret(made, secret, as_json)


@commands.command("list")
def list_all(as_json: AsJson = False) -> int:
    """List the webhooks, without their secrets."""
    found = _webhooks().list(None)
    if as_json:
        print_json({"ok": True, "webhooks": [one.model_dump(mode="json") for one in found]})
        return 0
    table = Table("id", "address", "is told of", "state", box=None)
    for one in found:
        state = "on" if one.enabled else f"off: {one.note}" if one.note else "off"
        table.add_row(one.id, plain(one.url), ", ".join(one.events) or "every end of a job", state)
    console.print(table)
    return 0


@commands.command("enable")
def enable(webhook_id: EndpointId, as_json: AsJson = False) -> int:
    """Tell an address again that was turned off."""
    return _told(_webhooks().change(None, webhook_id, {"enabled": True}), "It is told again.", as_json)


@commands.command("disable")
def disable(webhook_id: EndpointId, as_json: AsJson = False) -> int:
    """Tell an address nothing for now."""
    return _told(_webhooks().change(None, webhook_id, {"enabled": False}), "It is told nothing for now.", as_json)


@commands.command("remove")
def remove(webhook_id: EndpointId, as_json: AsJson = False) -> int:
    """Remove a webhook; what has not arrived there is not sent any more."""
    _webhooks().remove(None, webhook_id)
    if as_json:
        print_json({"ok": True})
    else:
        console.print("The webhook is removed.")
    return 0


@commands.command("rotate-secret")
def rotate(
    webhook_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Its id; without one, the secret of addresses given with jobs.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Print a new secret; the one before signs beside it until the next time."""
    if webhook_id is not None:
        return _secret(*_webhooks().rotate(None, webhook_id), as_json)
    return _secret(None, _webhooks().rotate_callbacks(None), as_json)


@commands.command("test")
def test(webhook_id: EndpointId, as_json: AsJson = False) -> int:
    """Send a test and tell what became of it; that it did not arrive is an error."""
    return _sent(_webhooks().test(None, webhook_id), as_json)


@commands.command("replay")
def replay(delivery_id: DeliveryId, as_json: AsJson = False) -> int:
    """Send a message once more, and tell what became of it."""
    return _sent(_webhooks().replay(None, delivery_id), as_json)


@commands.command("deliveries")
def deliveries(
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    job: Annotated[str | None, typer.Option(help="Only of this job.")] = None,
    as_json: AsJson = False,
) -> int:
    """List what was sent to whom, the newest first."""
    found = _webhooks().deliveries(None, job_id=job, limit=limit).items
    if as_json:
        print_json({"ok": True, "deliveries": [one.model_dump(mode="json") for one in found]})
        return 0
    table = Table("id", "event", "job", "state", "tries", "last answer", box=None)
    for one in found:
        table.add_row(one.id, one.event, plain(one.job_id or ""), one.state, str(len(one.tries)), _answer(one))
    console.print(table)
    return 0


def _sent(delivery: Delivery, as_json: bool) -> int:
    """Try to deliver a message at once, by this process."""
    settings = load_settings()
    Sender(settings).send(delivery.id)
    now = _webhooks().delivery(None, delivery.id)
    if now.state != "delivered":
        raise AddressError(
            f"The message did not arrive: {_answer(now).rstrip('.')}.",
            hint="It is tried again while a server or a worker runs; webhooks deliveries shows what became of it.",
            subject="url",
            code="webhook_not_delivered",
        )
    if as_json:
        print_json({"ok": True, "delivery": now.model_dump(mode="json")})
    else:
        console.print(f"It arrived: {_answer(now)}", markup=False)
    return 0


def _answer(delivery: Delivery) -> str:
    if not delivery.tries:
        return ""
    last = delivery.tries[-1]
    return str(last.status) if last.status is not None else plain(last.error)


def _event(name: str) -> JobEventName:
    for event in JOB_EVENTS:
        if name == event:
            return event
    raise UnknownName(f"There is no event {plain(name)}.", hint=f"There are: {', '.join(JOB_EVENTS)}.", subject="event")


def _secret(made: Endpoint | None, secret: str, as_json: bool) -> int:
    if as_json:
        print_json({"ok": True, "webhook": made.model_dump(mode="json") if made else None, "secret": secret})
    else:
        console.print(secret, markup=False)
    return 0


def _told(endpoint: Endpoint, text: str, as_json: bool) -> int:
    if as_json:
        print_json({"ok": True, "webhook": endpoint.model_dump(mode="json")})
    else:
        console.print(text)
    return 0


def _webhooks() -> Webhooks:
    return Webhooks(open_database(load_settings()))
