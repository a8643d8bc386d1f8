"""Who is let in, by what, and for what."""

import pytest
from argon2 import PasswordHasher
from fastapi import APIRouter, FastAPI

from app.api.authentication import CSRF, SESSION
from app.config import Settings, load_settings
from app.main import create_app
from app.services.library import accounts
from app.services.library.api_keys import ApiKeys
from app.tests.api.serving import JOBS
from app.tests.api.signing import LIBRARY, OWN_PAGE, PASSWORD, Browser, bearer, with_accounts

ME, LOGIN, LOGOUT = f"{LIBRARY}/auth/me", f"{LIBRARY}/auth/login", f"{LIBRARY}/auth/logout"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same Argon2id, a hundred times cheaper: these tests check many passwords."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def local(settings: Settings) -> FastAPI:
    return with_accounts(settings)


def test_nobody_is_told_to_sign_in(local: FastAPI) -> None:
    answer = Browser(local)("GET", JOBS)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/health", "/openapi.json", "/docs"])
def test_some_of_it_is_open(local: FastAPI, path: str) -> None:
    assert Browser(local)("GET", path).status_code == 200


def test_a_route_that_forgot_to_ask_is_closed_as_well(local: FastAPI) -> None:
    careless = APIRouter()

    @careless.get("/api/v1/library/careless")
    async def tells() -> str:
        return "everything"

    local.include_router(careless)
    assert Browser(local)("GET", "/api/v1/library/careless").status_code == 401
    assert Browser(local)("GET", "/api/v1/library/careless", headers=bearer(local, "read")).json() == "everything"


@pytest.mark.parametrize("path", ["/%61pi/v1/library/jobs", "/api/v1/library/./jobs", "/api/v1/library%2Fjobs"])
def test_no_way_of_writing_a_path_goes_around(local: FastAPI, path: str) -> None:
    assert Browser(local)("GET", path).status_code == 401


def test_whoever_signs_in_may_do_all(local: FastAPI) -> None:
    browser = Browser(local)
    signed = browser.sign_in()
    assert (signed.status_code, signed.json()["name"]) == (200, "admin")
    assert signed.headers["cache-control"] == "no-store"
    assert browser("GET", ME).json() == {
        "auth": "local",
        "kind": "session",
        "name": "admin",
        "scopes": ["admin", "read", "write"],
    }
    assert browser("GET", JOBS).status_code == 200


def test_the_secret_cookie_is_the_browser_s_alone(local: FastAPI) -> None:
    secret, readable = Browser(local).sign_in().headers.get_list("set-cookie")
    assert secret.startswith(f"{SESSION}=")
    assert "httponly" in secret.lower()
    assert readable.startswith(f"{CSRF}=")
    assert "httponly" not in readable.lower()
    for cookie in (secret, readable):
        assert "samesite=lax" in cookie.lower()
        assert "secure" not in cookie.lower()


@pytest.mark.parametrize(
    ("base", "more"),
    [
        ("https://localhost", {}),
        ("http://clips.example.com", {"public_url": "https://clips.example.com"}),
    ],
)
def test_it_is_sent_by_https_only_where_that_is_how_one_came(
    settings: Settings, base: str, more: dict[str, str]
) -> None:
    signed = Browser(with_accounts(settings, **more), base=base).sign_in()
    assert all("secure" in cookie.lower() for cookie in signed.headers.get_list("set-cookie"))


def test_a_trusted_proxy_says_who_asks_and_how(settings: Settings) -> None:
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
    trusting = with_accounts(settings, trusted_proxies="203.0.113.0/24")
    assert "secure" in Browser(trusting).sign_in(headers=told).headers["set-cookie"].lower()
    assert "secure" not in Browser(trusting, address="192.0.2.1").sign_in(headers=told).headers["set-cookie"].lower()


def test_a_wrong_password_is_refused(local: FastAPI) -> None:
    answer = Browser(local).sign_in("not that one")
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_password")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("given", [{}, {"password": ""}, {"password": "x" * 5000}, {"password": PASSWORD, "x": 1}, []])
def test_a_login_that_is_none_is_told(local: FastAPI, given: object) -> None:
    answer = Browser(local)("POST", LOGIN, json=given)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert PASSWORD not in answer.text


def test_a_password_of_odd_letters_is_only_wrong(local: FastAPI) -> None:
    answer = Browser(local)("POST", LOGIN, content=b'{"password": "\\ud800 half a letter"}', headers=JSON)
    assert answer.status_code in {401, 422}


JSON = {"Content-Type": "application/json"}


def test_wrong_passwords_soon_have_to_wait_and_others_need_not(local: FastAPI) -> None:
    guessing = Browser(local, address="2001:db8::1")
    answers = [guessing.sign_in(f"guess {number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert guessing.sign_in().status_code == 429  # the right one has to wait as well: else it could be told
    assert Browser(local, address="2001:db8::2").sign_in().status_code == 429  # the same connection
    assert Browser(local, address="2001:db8:1::2").sign_in().status_code == 200


def test_the_right_password_makes_wrong_ones_forgotten(local: FastAPI) -> None:
    browser = Browser(local)
    for _ in range(3):
        assert [browser.sign_in("no, wrong").status_code for _ in range(3)] == [401] * 3
        assert browser.sign_in().status_code == 200


def test_a_change_must_come_from_our_page(local: FastAPI) -> None:
    browser = Browser(local)
    token = browser.sign_in().json()["csrf_token"]
    place = f"{JOBS}/nothing/cancel"
    assert browser("POST", place).json()["code"] == "csrf"
    assert browser("POST", place, headers={"X-CSRF-Token": "wrong"}).json()["code"] == "csrf"
    assert browser("POST", place, headers={"Origin": "https://evil.example"}).json()["code"] == "wrong_origin"
    assert browser("POST", place, headers={"Origin": "http://localhost:8001"}).json()["code"] == "wrong_origin"
    assert browser("POST", place, headers={"Origin": "null"}).json()["code"] == "wrong_origin"
    for right in ({"X-CSRF-Token": token}, OWN_PAGE):
        assert browser("POST", place, headers=right).json()["code"] == "job_unknown"
    other = {"X-CSRF-Token": token, "Origin": "https://evil.example"}
    assert browser("POST", place, headers=other).json()["code"] == "wrong_origin"


def test_nobody_can_be_signed_in_by_another_site(local: FastAPI) -> None:
    answer = Browser(local).sign_in(headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_origin")


def test_a_session_ends_when_it_is_ended(local: FastAPI) -> None:
    browser = Browser(local)
    browser.sign_in()
    kept = browser.cookies[SESSION]
    answer = browser("POST", LOGOUT, headers=OWN_PAGE)
    assert answer.status_code == 204
    assert SESSION not in browser.cookies
    assert Browser(local)("GET", ME, headers={"Cookie": f"{SESSION}={kept}"}).status_code == 401


def test_a_session_ends_by_itself(settings: Settings) -> None:
    browser = Browser(with_accounts(settings, session_days=1e-9))
    assert browser.sign_in().status_code == 200
    assert browser("GET", ME).status_code == 401


def test_an_old_cookie_does_not_keep_anybody_from_signing_in(local: FastAPI) -> None:
    browser = Browser(local)
    browser.sign_in()
    assert browser.sign_in().status_code == 200
    assert browser("GET", ME, headers={"Cookie": f"{SESSION}=nonsense"}).status_code == 401


@pytest.mark.parametrize(
    "said",
    ["", "Bearer", "Bearer ", "Bearer ef_nobody", "Bearer nothing", "Basic YTpi", "Bearer ef_\u00ff", "x" * 5000],
)
def test_a_key_that_is_none_is_refused_even_with_a_good_cookie(local: FastAPI, said: str) -> None:
    browser = Browser(local)
    browser.sign_in()
    answer = browser("GET", JOBS, headers=[(b"authorization", said.encode("latin-1"))])
    assert (answer.status_code, answer.json()["code"]) == (401, "key_refused")


@pytest.mark.parametrize(
    ("scope", "looks", "changes", "makes_keys"),
    [("read", 200, 403, 403), ("write", 200, 404, 403), ("admin", 200, 404, 201)],
)
def test_a_key_may_do_what_its_scope_says(
    local: FastAPI, scope: str, looks: int, changes: int, makes_keys: int
) -> None:
    key, ask = bearer(local, scope), Browser(local)  # type: ignore[arg-type]
    assert ask("GET", JOBS, headers=key).status_code == looks
    assert ask("DELETE", f"{JOBS}/nothing", headers=key).status_code == changes
    assert ask("POST", f"{LIBRARY}/api-keys", headers=key, json={"name": "more"}).status_code == makes_keys


def test_programs_need_no_token_whatever_page_they_say_they_are(local: FastAPI) -> None:
    headers = bearer(local) | {"Origin": "https://n8n.example.com"}
    assert Browser(local)("DELETE", f"{JOBS}/nothing", headers=headers).status_code == 404


def test_a_key_s_use_is_noted_and_a_revoked_one_is_refused_at_once(local: FastAPI) -> None:
    ask, admin = Browser(local), bearer(local)
    made = ask("POST", f"{LIBRARY}/api-keys", headers=admin, json={"name": "n8n", "scopes": ["read"]})
    assert made.status_code == 201
    assert made.headers["location"] == f"{LIBRARY}/api-keys/{made.json()['id']}"
    key = {"Authorization": f"bearer {made.json()['key']}"}
    assert ask("GET", ME, headers=key).json()["name"] == "n8n"
    (listed, _) = ask("GET", f"{LIBRARY}/api-keys", headers=admin).json()["keys"]
    assert listed["last_used_at"] is not None
    assert "key" not in listed
    assert listed["prefix"] == made.json()["key"][:9]
    assert ask("DELETE", made.headers["location"], headers=admin).status_code == 204
    assert ask("GET", ME, headers=key).json()["code"] == "key_refused"
    assert ask("DELETE", made.headers["location"], headers=admin).status_code == 204


def test_a_key_that_has_ended_is_refused(local: FastAPI) -> None:
    ask, admin = Browser(local), bearer(local)
    wanted = {"name": "short", "expires_in_days": 1e-9}
    key = ask("POST", f"{LIBRARY}/api-keys", headers=admin, json=wanted).json()["key"]
    assert ask("GET", ME, headers={"Authorization": f"Bearer {key}"}).status_code == 401


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"name": ""},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["all"]},
        {"name": "x", "expires_in_days": 0},
        {"name": "x", "expires_in_days": 1e9},
        {"name": "x", "owner": "me"},
        {"name": "a\0b"},
    ],
)
def test_a_key_that_cannot_be_is_told(local: FastAPI, wanted: dict[str, object]) -> None:
    answer = Browser(local)("POST", f"{LIBRARY}/api-keys", headers=bearer(local), json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_keys_of_others_are_not_there(local: FastAPI) -> None:
    theirs = ApiKeys(local.state.context.storage.database).create("somebody else", "theirs", ["admin"])
    ask, mine = Browser(local), bearer(local)
    assert theirs.id not in ask("GET", f"{LIBRARY}/api-keys", headers=mine).text
    assert ask("DELETE", f"{LIBRARY}/api-keys/{theirs.id}", headers=mine).json()["code"] == "key_unknown"


def test_without_accounts_nobody_has_to_sign_in(settings: Settings) -> None:
    ask = Browser(create_app(settings), address="127.0.0.1")
    assert ask("GET", ME).json()["kind"] == "machine"
    assert ask.sign_in().json()["code"] == "auth_none"
    assert ask("POST", LOGOUT).status_code == 204
    assert ask("GET", JOBS, headers={"Authorization": "Bearer ef_nobody"}).status_code == 200


def test_whoever_asks_too_often_has_to_wait(settings: Settings) -> None:
    app = with_accounts(settings, rate_limit=5)
    one, other = bearer(app), bearer(app)
    ask = Browser(app)
    assert [ask("GET", ME, headers=one).status_code for _ in range(6)] == [200] * 5 + [429]
    assert ask("GET", ME, headers=other).status_code == 200
    assert [ask("GET", ME).status_code for _ in range(6)] == [401] * 5 + [429]
    assert [Browser(app, address="::1")("GET", "/health").status_code for _ in range(9)] == [200] * 9


@pytest.mark.parametrize(("auth", "given", "asked"), [("none", None, 30), ("none", 3, 3), ("local", 0, 30)])
def test_how_often_is_a_setting(settings: Settings, auth: str, given: int | None, asked: int) -> None:
    app = create_app(load_settings(data_dir=settings.data_dir, auth=auth, rate_limit=given))
    ask, key = Browser(app), bearer(app)
    statuses = [ask("GET", ME, headers=key).status_code for _ in range(asked + 1)]
    assert statuses[:asked] == [200] * asked
    assert statuses[asked] == (429 if given else 200)
