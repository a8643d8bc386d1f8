"""Who is refused while there are no accounts: whoever asks under another site's name."""

import pytest

from app.api.guard import is_loopback
from app.api.server import require_loopback
from app.errors import InputError
from app.tests.api.conftest import Ask
from app.tests.api.serving import JOBS

OWN = ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "127.3.2.1", "[::1]:8000", "edit.localhost:1", "localhost."]
OTHERS = [
    "evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.1",
    "",
    "[::1",
]


@pytest.mark.parametrize("host", OWN)
def test_names_of_this_machine_are_answered(ask: Ask, host: str) -> None:
    assert ask("GET", "/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", [*OTHERS, "127.0.0.1@evil.example", "2130706433", "0.0.0.0"])
def test_other_names_are_refused(ask: Ask, host: str) -> None:
    answer = ask("GET", "/health", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "", "//"])
def test_pages_of_other_sites_may_not_change_anything(ask: Ask, origin: str) -> None:
    for method, place in [("POST", "/a/cancel"), ("POST", "/a/retry"), ("DELETE", "/a")]:
        answer = ask(method, JOBS + place, headers={"Origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_origin")
    assert ask("GET", JOBS, headers={"Origin": origin}).status_code == 200


def test_own_pages_may(ask: Ask) -> None:
    answer = ask("POST", f"{JOBS}/a/cancel", headers={"Origin": "http://localhost:5173"})
    assert answer.json()["code"] == "job_unknown"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.com", "", "127.0.0.1.evil.example"])
def test_the_server_refuses_addresses_that_others_reach(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(InputError) as caught:
        require_loopback(host)
    assert (caught.value.instance_code, caught.value.exit_status) == ("not_loopback", 2)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_the_server_may_listen_on_this_machine_s_own(host: str) -> None:
    require_loopback(host)
