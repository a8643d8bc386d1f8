"""Messages arrive at least once, signed, at whoever listens; what does not arrive is tried again, for a while."""

import json
import time
from collections.abc import Collection, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from standardwebhooks import WebhookVerificationError

from app.config import Settings, load_settings
from app.db.tables import clips, exports, webhook_deliveries, webhook_endpoints
from app.db.types import now
from app.models.library.webhook import Delivery
from app.services import webhook_sender
from app.services.job_storage import JobStorage
from app.services.library.webhooks import Webhooks, callback_secret
from app.services.webhook_sender import PAUSES, Sender
from app.tests.ground.children import PATIENCE, child, said, until
from app.tests.services.answering import answering, reply
from app.tests.services.receiving import receiving


@pytest.fixture
def webhooks(any_storage: JobStorage) -> Webhooks:
    return Webhooks(any_storage.database)


@pytest.fixture
def sender(any_settings: Settings) -> Iterator[Sender]:
    """A sender that does only what it is told to."""
    made = Sender(any_settings)
    yield made
    made.stop()


def end(storage: JobStorage, job_id: str = "a", status: str = "completed", callback: str = "") -> None:
    storage.create_job({"job_id": job_id, "title": "make a clip"} | ({"callback_url": callback} if callback else {}))
    storage.update_job(job_id, {"status": status})


def only(webhooks: Webhooks) -> Delivery:
    (delivery,) = webhooks.deliveries(None).items
    return delivery


def send_all(sender: Sender, webhooks: Webhooks) -> list[Delivery]:
    """Try everything that is due once, and return the log."""
    for delivery in webhooks.deliveries(None, state="waiting").items:
        if delivery.next_at is not None and delivery.next_at <= now():
            sender.send(delivery.id)
    return list(webhooks.deliveries(None).items)


def make_due(storage: JobStorage) -> None:
    with storage.database.write() as connection:
        connection.execute(update(webhook_deliveries).values(next_at=now() - timedelta(seconds=1)))


@pytest.mark.store
def test_a_message_is_signed_and_tells_of_the_job(any_storage: JobStorage, webhooks: Webhooks, sender: Sender) -> None:
    with receiving() as receiver:
        _, secret = webhooks.create(None, receiver.url)
        end(any_storage, "a/b ș")
        (delivery,) = send_all(sender, webhooks)
    (message,) = receiver.got
    told = message.verified(secret)
    assert (told["type"], told["data"]["job_id"], told["data"]["title"]) == ("job.completed", "a/b ș", "make a clip")
    assert told["data"]["links"] == {"job": "/api/v1/library/jobs/a%2Fb%20%C8%99"}
    assert message.headers["content-type"] == "application/json"
    assert message.id == delivery.id
    assert (delivery.state, delivery.next_at, delivery.tries[0].status) == ("delivered", None, 200)
    assert delivery.payload == told
    with pytest.raises(WebhookVerificationError):
        message.verified(webhooks.create(None, receiver.url)[1])


def test_both_secrets_verify_after_a_change(storage: JobStorage) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    with receiving() as receiver:
        endpoint, first = webhooks.create(None, receiver.url)
        _, second = webhooks.rotate(None, endpoint.id)
        end(storage)
        send_all(sender, webhooks)
    for secret in (first, second):
        assert receiver.got[0].verified(secret)["type"] == "job.completed"


def test_links_lead_to_what_the_job_and_its_parts_made(storage: JobStorage) -> None:
    webhooks = Webhooks(storage.database)
    clip = {"name": "Plajă", "files": {"mp4": "/a.mp4", "srt": "/a.srt"}, "created_at": now()}
    export = {"kind": "zip", "name": "all.zip", "details": {}, "media_type": "application/zip", "created_at": now()}
    of_others = [("c3", "a", "ann"), ("c4", "b", None)]
    with receiving() as receiver:
        storage.create_job({"job_id": "a", "callback_url": receiver.url})
        with storage.database.write() as connection:
            storage.rows.create(connection, {"job_id": "part"}, parent_id="a")
            for clip_id, job_id, owner in [("c1", "a", None), ("c2", "part", None), *of_others]:
                row = clip | {"id": clip_id, "job_id": job_id, "owner": owner, "edit_identity": clip_id}
                connection.execute(clips.insert().values(row))
            for export_id, path in [("e1", "exports/e1.zip"), ("e2", None)]:
                connection.execute(exports.insert().values(export | {"id": export_id, "job_id": "part", "path": path}))
        storage.update_job("a", {"status": "completed"})
        send_all(Sender(load_settings(public_url="https://clips.example.com/ef/")), webhooks)
        with storage.database.write() as connection:
            secret = callback_secret(connection, None)
    told = receiver.got[0].verified(secret)["data"]
    base = "https://clips.example.com/ef/api/v1/library"
    assert told["links"] == {"job": f"{base}/jobs/a"}
    assert [one["clip_id"] for one in told["clips"]] == ["c1", "c2"]
    files = {kind: f"{base}/clips/c1/files/{kind}" for kind in ("mp4", "srt")}
    assert told["clips"][0] == {"clip_id": "c1", "name": "Plajă", "files": files}
    file = f"{base}/exports/e1/file"
    assert told["exports"] == [{"export_id": "e1", "name": "all.zip", "kind": "zip", "file": file}]


@pytest.mark.store
def test_what_does_not_arrive_is_tried_again_as_it_was(
    any_storage: JobStorage, webhooks: Webhooks, sender: Sender
) -> None:
    with receiving(lambda count: "200 OK" if count == 3 else "500 Oh") as receiver:
        _, secret = webhooks.create(None, receiver.url)
        end(any_storage)
        for count in (1, 2):
            (delivery,) = send_all(sender, webhooks)
            assert (delivery.state, len(delivery.tries), delivery.tries[-1].status) == ("waiting", count, 500)
            assert delivery.next_at is not None
            waits = (delivery.next_at - delivery.updated_at).total_seconds()
            assert PAUSES[count - 1] * 0.9 < waits < PAUSES[count - 1] * 1.2
            assert send_all(sender, webhooks) == [delivery]  # not before its time
            make_due(any_storage)
        (delivery,) = send_all(sender, webhooks)
    assert (delivery.state, [one.status for one in delivery.tries]) == ("delivered", [500, 500, 200])
    assert len({message.id for message in receiver.got}) == len({message.body for message in receiver.got}) == 1
    assert all(message.verified(secret) for message in receiver.got)


def test_it_is_given_up_after_the_schedule_and_can_be_sent_again(storage: JobStorage) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings(), pauses=(0.0, 0.0))
    with receiving(lambda count: "503 No" if count < 4 else "204 Yes") as receiver:
        webhooks.create(None, receiver.url)
        end(storage)
        for _ in range(5):
            make_due(storage)
            send_all(sender, webhooks)
        assert (only(webhooks).state, len(receiver.got)) == ("failed", 3)
        again = webhooks.replay(None, only(webhooks).id)
        assert (again.state, again.id) == ("waiting", receiver.got[0].id)
        send_all(sender, webhooks)
    assert (only(webhooks).state, len(only(webhooks).tries)) == ("delivered", 4)
    assert {message.id for message in receiver.got} == {again.id}


def test_an_address_that_is_gone_is_not_asked_again(storage: JobStorage) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    with receiving("410 Gone") as receiver:
        endpoint, _ = webhooks.create(None, receiver.url)
        end(storage, "a")
        end(storage, "b")
        send_all(sender, webhooks)
        end(storage, "c")
        assert len(receiver.got) == 1
    found = webhooks.get(None, endpoint.id)
    assert (found.enabled, "410" in found.note) == (False, True)
    assert {one.state for one in webhooks.deliveries(None).items} == {"failed"}
    assert webhooks.deliveries(None).total == 2


def test_who_asks_for_patience_gets_it(storage: JobStorage) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    far = "Wed, 01 Jan 9000 00:00:00 GMT"
    for asked, least, most in [("120", 120, 121), (far, 86_000, 86_401), ("soon", 5, 6), ("Wed, 01 Jan 9000", 5, 6)]:
        with receiving("429 Slow down", f"Retry-After: {asked}") as receiver:
            end(storage, asked, callback=receiver.url)
            delivery = send_all(sender, webhooks)[0]
        assert delivery.next_at is not None
        assert least <= (delivery.next_at - delivery.updated_at).total_seconds() < most


def test_redirects_silence_and_private_addresses_are_failures_that_are_told(
    storage: JobStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    end(storage, "private", callback="http://10.1.2.3/hook")
    end(storage, "metadata", callback="http://169.254.169.254/latest")
    with receiving("302 Found", "Location: http://127.0.0.1/") as receiver:
        end(storage, "redirect", callback=receiver.url)
        send_all(sender, webhooks)
    told = {one.job_id: one for one in webhooks.deliveries(None).items}
    assert {one.state for one in told.values()} == {"waiting"}  # an owner may allow it, or mend it
    assert told["redirect"].tries[0].status == 302
    for job_id in ("private", "metadata"):
        assert "[address_refused]" in told[job_id].tries[0].error


def test_what_cannot_be_sent_at_all_is_a_failed_try(storage: JobStorage) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    with receiving() as receiver:
        webhooks.create(None, receiver.url)
        with storage.database.write() as connection:
            connection.execute(update(webhook_endpoints).values({"secret": "whsec_"}))  # nobody can sign with that
        end(storage)
        (delivery,) = send_all(sender, webhooks)
        assert receiver.got == []
    assert (delivery.state, "went wrong" in delivery.tries[0].error) == ("waiting", True)
    assert delivery.next_at is not None and delivery.next_at > now()


def test_an_endpoint_that_was_removed_is_not_told(storage: JobStorage) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    with receiving() as receiver:
        endpoint, _ = webhooks.create(None, receiver.url)
        end(storage)
        webhooks.remove(None, endpoint.id)
        send_all(sender, webhooks)
        assert receiver.got == []
    assert (only(webhooks).state, only(webhooks).tries[0].error) == (
        "failed",
        "The endpoint was removed or turned off.",
    )


def test_an_address_that_was_mended_gets_what_waits(storage: JobStorage) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    with receiving() as receiver:
        endpoint, secret = webhooks.create(None, "http://127.0.0.1:9/wrong")
        end(storage)
        send_all(sender, webhooks)
        webhooks.change(None, endpoint.id, {"url": receiver.url})
        make_due(storage)
        send_all(sender, webhooks)
        assert receiver.got[0].verified(secret)
    assert (only(webhooks).state, only(webhooks).url) == ("delivered", receiver.url)


def test_a_test_is_sent_as_any_other(storage: JobStorage) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    with receiving() as receiver:
        endpoint, secret = webhooks.create(None, receiver.url, ["job.failed"])
        sent = webhooks.test(None, endpoint.id)
        send_all(sender, webhooks)
        told = receiver.got[0].verified(secret)
    assert (told["type"], told["data"]) == ("webhook.test", {"endpoint_id": endpoint.id})
    assert receiver.got[0].id == sent.id


@pytest.mark.store
def test_of_two_senders_one_sends(any_settings: Settings, any_storage: JobStorage, webhooks: Webhooks) -> None:
    senders = [Sender(any_settings), Sender(any_settings)]
    with receiving() as receiver:
        for number in range(12):
            end(any_storage, str(number), callback=receiver.url)
        for sender in senders:
            sender.start()
        until(lambda: webhooks.deliveries(None, state="delivered").total == 12)
        for sender in senders:
            sender.stop()
        ids = [message.id for message in receiver.got]
    assert len(ids) == len(set(ids)) == 12


def test_an_address_that_hangs_holds_up_nobody_else(storage: JobStorage) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    with answering(lambda connection, request: time.sleep(PATIENCE)) as hanging, receiving() as receiver:
        for number in range(20):
            end(storage, f"hanging {number}", callback=hanging.address())
        for number in range(5):
            end(storage, f"quick {number}", callback=receiver.url)
        sender.start()
        until(lambda: webhooks.deliveries(None, state="delivered").total == 5)
        assert len(hanging.asked) <= 2
    sender.stop()


def test_a_database_that_is_away_does_not_end_the_sender(storage: JobStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    broken = webhook_sender._due
    looks = []

    def due(busy: Collection[str]) -> object:
        looks.append(busy)
        if len(looks) == 1:
            raise RuntimeError("away")
        return broken(busy)

    monkeypatch.setattr(webhook_sender, "_due", due)
    with receiving() as receiver:
        end(storage, callback=receiver.url)
        sender.start()
        until(lambda: webhooks.deliveries(None, state="delivered").total == 1)
    sender.stop()


SENDS = """
    from app.config import load_settings
    from app.services.library.webhooks import Webhooks
    from app.services.webhook_sender import Sender
    import time
    Sender(load_settings()).start()
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.store
def test_kill_9_between_sending_and_noting_sends_the_same_message_again(
    any_settings: Settings, any_storage: JobStorage, webhooks: Webhooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDIT_FACTORY_LEASE_SECONDS", "3")
    monkeypatch.setenv("EDIT_FACTORY_BEAT_SECONDS", "1")
    answers = iter(range(10))

    def answer(connection: object, request: bytes) -> None:
        if next(answers) == 0:
            time.sleep(PATIENCE)  # the first is received, and its sender dies before it hears so
        connection.sendall(reply())  # type: ignore[attr-defined]

    with answering(answer) as server:
        end(any_storage, callback=server.address("/hook"))
        with child(SENDS) as process:
            assert said(process) == "ready"
            until(lambda: len(server.asked) == 1)
            process.kill()
        assert only(webhooks).state == "waiting"
        sender = Sender(load_settings())
        sender.start()
        until(lambda: only(webhooks).state == "delivered")
        sender.stop()
        first, second = server.asked
    head = {line.partition(b": ")[0].lower(): line for line in first.split(b"\r\n")}
    assert head[b"webhook-id"] in second
    assert json.loads(first.partition(b"\r\n\r\n")[2]) == json.loads(second.partition(b"\r\n\r\n")[2])


def test_what_was_noted_last_is_sent_before_a_sender_ends(storage: JobStorage) -> None:
    webhooks, sender = Webhooks(storage.database), Sender(load_settings())
    with receiving() as receiver:
        sender.start()
        end(storage, callback=receiver.url)
        sender.stop()
        assert only(webhooks).state == "delivered"


def test_the_log_of_one_owner_s_callbacks_is_theirs(storage: JobStorage) -> None:
    with storage.database.write() as connection:
        storage.rows.create(connection, {"job_id": "a", "callback_url": "http://127.0.0.1:9/"}, owner="ann")
        storage.rows.change(connection, "a", {"status": "failed"}, kind="failed")
        row = connection.execute(select(webhook_deliveries)).one()
    webhooks = Webhooks(storage.database)
    assert webhooks.deliveries(None).total == 0
    assert webhooks.delivery("ann", row.id).job_id == "a"
