"""Webhooks over HTTP: made, changed, tested; their secrets shown once; what was sent, and sent again."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.api.context import Context
from app.config import Settings
from app.services.webhook_sender import Sender
from app.tests.api.conftest import Ask
from app.tests.api.serving import ask_for_analysis, serving
from app.tests.conftest import ClipMaker
from app.tests.ground.children import PATIENCE, until
from app.tests.services.answering import answering, reply
from app.tests.services.receiving import Receiver, receiving

WEBHOOKS = "/api/v1/library/webhooks"
DELIVERIES = f"{WEBHOOKS}/deliveries"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def sender(context: Context) -> Iterator[Sender]:
    """What the server's own process runs beside it."""
    running = Sender(context.settings)
    running.start()
    yield running
    running.stop()


def test_one_is_made_looked_at_changed_and_removed(ask: Ask, receiver: Receiver) -> None:
    answer = ask("POST", WEBHOOKS, json={"url": receiver.url, "events": ["job.failed"]})
    made = answer.json()
    assert (answer.status_code, answer.headers["etag"], answer.headers["cache-control"]) == (201, '"1"', "no-store")
    place = answer.headers["location"]
    assert place == f"{WEBHOOKS}/{made['id']}"
    assert made.pop("secret").startswith("whsec_")
    assert ask("GET", place).json() == made
    assert ask("GET", WEBHOOKS).json() == {"webhooks": [made]}

    answer = ask("PATCH", place, json={"events": [], "enabled": False}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (answer.json()["events"], answer.json()["enabled"], answer.json()["url"]) == ([], False, receiver.url)
    for method, more in [("PATCH", {"json": {"enabled": True}}), ("DELETE", {})]:
        late = ask(method, place, headers={"If-Match": '"1"'}, **more)
        assert (late.status_code, late.json()["code"]) == (412, "version_conflict")
    assert ask("DELETE", place, headers={"If-Match": '"2"'}).status_code == 204
    assert ask("GET", place).json()["code"] == "webhook_unknown"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://10.0.0.1/"}, "address_refused"),
        ({"url": "http://169.254.169.254/"}, "address_refused"),
        ({"url": "http://0xa9fea9fe/"}, "address_refused"),
        ({"url": "ftp://example.com/"}, "invalid_input"),
        ({"url": "http://user:hunter2@127.0.0.1/"}, "address_refused"),
        ({"url": ""}, "invalid_input"),
        ({}, "invalid_input"),
        ({"url": "http://127.0.0.1/", "secret": "whsec_mine"}, "invalid_input"),
        ({"url": "http://127.0.0.1/", "events": ["job.started"]}, "invalid_input"),
        ({"url": "http://127.0.0.1/" + "a" * 3000}, "invalid_input"),
    ],
)
def test_what_cannot_be_told_is_refused(ask: Ask, body: dict[str, object], code: str) -> None:
    answer = ask("POST", WEBHOOKS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "hunter2" not in answer.json()["detail"]
    made = ask("POST", WEBHOOKS, json={"url": "http://127.0.0.1:9/"}).headers["location"]
    if "url" in body:
        assert ask("PATCH", made, json=body).json()["code"] == code
    assert ask("GET", made).json()["url"] == "http://127.0.0.1:9/"


def test_the_refusal_names_the_setting(ask: Ask) -> None:
    assert "EDIT_FACTORY_ALLOW_HOSTS" in ask("POST", WEBHOOKS, json={"url": "http://192.168.1.7/"}).json()["hint"]


def test_a_test_arrives_and_is_sent_again(ask: Ask, receiver: Receiver, sender: Sender) -> None:
    made = ask("POST", WEBHOOKS, json={"url": receiver.url}).json()
    answer = ask("POST", f"{WEBHOOKS}/{made['id']}/test")
    place = answer.headers["location"]
    assert (answer.status_code, place) == (202, f"{DELIVERIES}/{answer.json()['id']}")
    until(lambda: ask("GET", place).json()["state"] == "delivered")
    assert receiver.got[0].verified(made["secret"])["type"] == "webhook.test"
    again = ask("POST", f"{place}/replay")
    assert (again.status_code, again.json()["state"]) == (202, "waiting")
    until(lambda: len(ask("GET", place).json()["tries"]) == 2)
    assert [message.id for message in receiver.got] == [answer.json()["id"]] * 2


def test_a_job_that_ends_is_told_and_logged(ask: Ask, context: Context, receiver: Receiver, sender: Sender) -> None:
    made = ask("POST", WEBHOOKS, json={"url": receiver.url, "events": ["job.completed"]}).json()
    secret = ask("POST", f"{WEBHOOKS}/callback-secret").json()["secret"]
    for job_id, status in [("a", "completed"), ("b", "failed")]:
        context.storage.create_job({"job_id": job_id, "callback_url": f"{receiver.url}/{job_id}"})
        context.storage.update_job(job_id, {"status": status})
    until(lambda: ask("GET", DELIVERIES, params={"state": "delivered"}).json()["total"] == 3)
    log = ask("GET", DELIVERIES, params={"webhook_id": made["id"]}).json()["deliveries"]
    assert [(one["event"], one["job_id"], one["tries"][0]["status"]) for one in log] == [("job.completed", "a", 200)]
    by_event = {message.event: message for message in receiver.got}
    assert by_event["job.failed"].verified(secret)["data"]["job_id"] == "b"
    assert ask("GET", DELIVERIES, params={"job_id": "b"}).json()["total"] == 1


def test_the_log_has_pages(ask: Ask) -> None:
    made = ask("POST", WEBHOOKS, json={"url": "http://127.0.0.1:9/"}).json()
    ids = [ask("POST", f"{WEBHOOKS}/{made['id']}/test").json()["id"] for _ in range(3)]
    page = ask("GET", DELIVERIES, params={"limit": 2}).json()
    assert (page["total"], [one["id"] for one in page["deliveries"]]) == (3, ids[:0:-1])
    rest = ask("GET", DELIVERIES, params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert ([one["id"] for one in rest["deliveries"]], rest["next_cursor"]) == (ids[:1], None)
    assert ask("GET", DELIVERIES, params={"cursor": "x"}).status_code == 422


def test_a_new_secret_is_shown_once(ask: Ask) -> None:
    made = ask("POST", WEBHOOKS, json={"url": "http://127.0.0.1:9/"}).json()
    answer = ask("POST", f"{WEBHOOKS}/{made['id']}/rotate-secret")
    assert (answer.status_code, answer.headers["cache-control"], answer.headers["etag"]) == (200, "no-store", '"2"')
    assert answer.json()["secret"] not in {made["secret"], ""}
    for place in (WEBHOOKS, f"{WEBHOOKS}/{made['id']}", DELIVERIES):
        assert "whsec_" not in ask("GET", place).text
    first, second = (ask("POST", f"{WEBHOOKS}/callback-secret").json()["secret"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("webhook_id", ["none", "..", "%2e%2e", "a%00b", "%00", "ș", "a" * 2000])
def test_ids_that_are_none_are_unknown(ask: Ask, webhook_id: str) -> None:
    for method, place in [("GET", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/rotate-secret")]:
        answer = ask(method, f"{WEBHOOKS}/{webhook_id}{place}")
        assert answer.status_code in {404, 405}, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert ask("POST", f"{DELIVERIES}/{webhook_id}/replay").status_code in {404, 405}


@pytest.mark.slow
def test_what_a_killed_server_had_not_told_is_told_by_the_next(
    settings: Settings, make: ClipMaker, tmp_path: Path
) -> None:
    """The whole way: a real server and worker, a job that ends, kill -9 while its message is under way, a new start."""
    quick = {"EDIT_FACTORY_LEASE_SECONDS": "3", "EDIT_FACTORY_BEAT_SECONDS": "1"}
    hung = threading.Event()

    def answer(connection: socket.socket, request: bytes) -> None:
        if not hung.is_set():
            hung.set()
            time.sleep(PATIENCE)
        connection.sendall(reply())

    with answering(answer) as server_of_others:
        receiver = Receiver(server_of_others)
        with serving(tmp_path / "one", **quick) as server:
            made = server.http.post(WEBHOOKS, json={"url": receiver.url}).json()
            job_id = ask_for_analysis(settings, make())["job_id"]
            until(hung.is_set)
            assert server.job(job_id)["status"] == "completed"
            server.kill()
        with serving(tmp_path / "two", **quick) as server:
            until(lambda: server.http.get(DELIVERIES).json()["deliveries"][0]["state"] == "delivered")
            assert server.stop() == 0
        first, again = receiver.got
    assert first.id == again.id
    assert first.body == again.body
    told = again.verified(made["secret"])
    assert (told["type"], told["data"]["job_id"], told["data"]["job_type"]) == ("job.completed", job_id, "analyze")
    assert told["data"]["result"]["shots"] == 3
