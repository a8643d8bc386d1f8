"""Webhooks by the command line: the same as over HTTP, and a test or replay is sent at once."""

import pytest

from app.config import Settings
from app.services.job_storage import JobStorage
from app.tests.cli.runner import CommandLine
from app.tests.services.receiving import receiving


@pytest.fixture
def edit_factory(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


def test_one_is_made_tested_and_removed(edit_factory: CommandLine) -> None:
    with receiving() as receiver:
        made = edit_factory("webhooks", "create", receiver.url, "--event", "job.failed", "--json").document
        webhook_id, secret = made["webhook"]["id"], made["secret"]
        assert made["webhook"]["events"] == ["job.failed"]
        tested = edit_factory("webhooks", "test", webhook_id, "--json")
        assert (tested.status, tested.document["delivery"]["state"]) == (0, "delivered")
        assert receiver.got[0].verified(secret)["type"] == "webhook.test"
        again = edit_factory("webhooks", "replay", tested.document["delivery"]["id"])
        assert (again.status, again.out.strip()) == (0, "It arrived: 200")
        assert receiver.got[0].id == receiver.got[1].id
    listed = edit_factory("webhooks", "list", "--json")
    assert [one["id"] for one in listed.document["webhooks"]] == [webhook_id]
    assert secret not in listed.out
    assert edit_factory("webhooks", "remove", webhook_id).status == 0
    assert edit_factory("webhooks", "list", "--json").document["webhooks"] == []


def test_people_read_tables(edit_factory: CommandLine, settings: Settings) -> None:
    with receiving("500 Oh") as receiver:
        secret = edit_factory("webhooks", "create", receiver.url).out.strip()
        assert secret.startswith("whsec_")
        webhook_id = edit_factory("webhooks", "list", "--json").document["webhooks"][0]["id"]
        failed = edit_factory("webhooks", "test", webhook_id, "--json")
        assert (failed.status, failed.code) == (2, "webhook_not_delivered")
        assert "500" in failed.document["error"]["message"]
    storage = JobStorage(settings)
    storage.create_job({"job_id": "a-job", "callback_url": "http://127.0.0.1:9/"})
    storage.update_job("a-job", {"status": "completed"})
    listed = edit_factory("webhooks", "deliveries").out
    assert "webhook.test" in listed
    assert "500" in listed
    only = edit_factory("webhooks", "deliveries", "--job", "a-job", "--json").document["deliveries"]
    assert {one["event"] for one in only} == {"job.completed"}
    assert edit_factory("webhooks", "disable", webhook_id).status == 0
    assert "off" in edit_factory("webhooks", "list").out
    assert edit_factory("webhooks", "enable", webhook_id, "--json").document["webhook"]["enabled"] is True
    assert "every end of a job" in edit_factory("webhooks", "list").out


def test_secrets_are_changed(edit_factory: CommandLine) -> None:
    made = edit_factory("webhooks", "create", "http://127.0.0.1:9/", "--json").document
    new = edit_factory("webhooks", "rotate-secret", made["webhook"]["id"], "--json").document
    assert new["secret"] != made["secret"]
    assert edit_factory("webhooks", "rotate-secret").out.startswith("whsec_")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("create", "http://169.254.169.254/"), "address_refused"),
        (("create", "http://10.0.0.1/"), "address_refused"),
        (("create", "http://127.0.0.1:9/", "--event", "job.started"), "unknown_name"),
        (("remove", "none"), "webhook_unknown"),
        (("test", "none"), "webhook_unknown"),
        (("enable", "none"), "webhook_unknown"),
        (("rotate-secret", "none"), "webhook_unknown"),
        (("replay", "none"), "delivery_unknown"),
        (("deliveries", "--limit", "0"), "usage"),
    ],
)
def test_what_cannot_be_done_is_told(edit_factory: CommandLine, arguments: tuple[str, ...], code: str) -> None:
    outcome = edit_factory("webhooks", *arguments, "--json")
    assert (outcome.status, outcome.code) == (2, code)
