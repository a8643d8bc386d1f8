"""Who is refused whoever they are: whoever asks under another site's name."""

import pytest

from app.api.guard import is_loopback
from app.api.server import require_loopback
from app.config import Settings, load_settings
from app.errors import InputError
from app.main import create_app
from app.tests.api.conftest import Ask
from app.tests.api.serving import JOBS
from app.tests.api.signing import Browser

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


NAMES = {"auth": "local", "host_names": "nas.local, clips", "public_url": "https://clips.example.com/ef"}
MINE = ["nas.local", "NAS.local.:8000", "clips", "clips.example.com", "192.168.1.7:8000", "[2001:db8::1]:8000", *OWN]
NOT_MINE = ["evil.example", "nas.local.evil.example", "example.com", "x.clips.example.com", "", "[::1", "nas", "*"]


@pytest.fixture
def named(settings: Settings) -> Browser:
    return Browser(create_app(load_settings(data_dir=settings.data_dir, **NAMES)))


def test_with_accounts_it_answers_to_its_names_and_to_addresses(named: Browser) -> None:
    for host in MINE:
        assert named("GET", "/health", headers={"Host": host}).status_code == 200, host
    for host in NOT_MINE:
        answer = named("GET", "/health", headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host"), host
        assert "EDIT_FACTORY_HOST_NAMES" in answer.json()["hint"]


def test_without_a_public_address_no_empty_name_is_its_own(settings: Settings) -> None:
    app = create_app(load_settings(data_dir=settings.data_dir, auth="local"))
    assert Browser(app)("GET", "/health", headers={"Host": ":8000"}).status_code == 421


def test_with_accounts_its_pages_are_those_of_the_address_that_is_asked(named: Browser) -> None:
    for origin, code in {
        "http://nas.local:8000": "not_signed_in",
        "https://clips.example.com": "not_signed_in",
        "http://nas.local:8001": "wrong_origin",
        "http://localhost:8000": "wrong_origin",
        "https://clips.example.com.evil.example": "wrong_origin",
        "": "wrong_origin",
        "null": "wrong_origin",
    }.items():
        headers = {"Origin": origin, "Host": "nas.local:8000"}
        assert named("POST", f"{JOBS}/a/cancel", headers=headers).json()["code"] == code, origin
