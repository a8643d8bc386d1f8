"""A request that is sent again with its key is not done again, and gets the same answer."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, File, Form, Request, Response
from sqlalchemy import select, update

from app.api.bodies import ANY_SIZE
from app.api.context import Context
from app.api.made import made_id
from app.config import Settings
from app.db.tables import idempotency_keys as keys
from app.db.types import now
from app.errors import InputError
from app.main import create_app
from app.models.base import Record
from app.tests.api.conftest import Ask
from app.tests.api.signing import LIBRARY, Browser, bearer

THINGS = "/api/v1/things"
KEY = {"Idempotency-Key": "5b0e9a41-5c2f-4d8c-8c11-0b4c9f0e8a53"}


class Thing(Record):
    name: str


class Maker:
    """Routes that make things, and count how often."""

    def __init__(self, app: FastAPI) -> None:
        self.made: Counter[str] = Counter()
        self.fails = False
        self.gate = asyncio.Event()
        router = APIRouter(prefix=THINGS)
        router.add_api_route("", self.make, methods=["POST"], status_code=201)
        router.add_api_route("/none", self.none, methods=["POST"], status_code=204)
        router.add_api_route("/slow", self.slow, methods=["POST"])
        router.add_api_route("/raw", self.raw, methods=["PUT"], max_body_size=ANY_SIZE)
        router.add_api_route("/form", self.form, methods=["POST"])
        router.add_api_route("/unread", self.unread, methods=["POST"])
        router.add_api_route("/long", self.long, methods=["POST"])
        router.add_api_route("/bytes", self.bytes, methods=["POST"])
        app.include_router(router)

    async def make(self, request: Request, response: Response, thing: Thing) -> dict[str, str]:
        self.made[made_id(request)] += 1
        if self.fails:
            raise RuntimeError("the server dies here")
        if thing.name == "bad":
            raise InputError("Not that.")
        response.headers["Location"] = f"{THINGS}/{made_id(request)}"
        response.headers["X-Other"] = "1"
        return {"id": made_id(request), "part": made_id(request, "part", 1), "name": thing.name}

    async def none(self) -> None:
        self.made["none"] += 1

    async def slow(self) -> str:
        self.made["slow"] += 1
        await self.gate.wait()
        return "done"

    async def raw(self, request: Request) -> str:
        found = hashlib.sha256()
        async for block in request.stream():
            found.update(block)
        self.made["raw"] += 1
        return found.hexdigest()

    async def form(self, text: Annotated[str, Form()], file: Annotated[bytes, File()]) -> int:
        self.made["form"] += 1
        return len(file)

    async def unread(self) -> str:
        self.made["unread"] += 1
        return "not looked at"

    async def long(self) -> str:
        self.made["long"] += 1
        return "x" * (3 << 20)

    async def bytes(self) -> Response:
        self.made["bytes"] += 1
        return Response(b"\xff\xfe")


@pytest.fixture
def maker(app: FastAPI) -> Maker:
    return Maker(app)


def test_the_same_request_gets_the_same_answer(maker: Maker, ask: Ask) -> None:
    first, again, third = [ask("POST", THINGS, json={"name": "a"}, headers=KEY) for _ in range(3)]
    assert first.status_code == again.status_code == third.status_code == 201
    assert first.content == again.content == third.content
    assert maker.made.total() == 1
    for name in ("location", "content-type", "content-length"):
        assert first.headers[name] == again.headers[name]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == third.headers["idempotency-replayed"] == "true"


def test_without_a_key_each_is_done(maker: Maker, ask: Ask) -> None:
    ids = {ask("POST", THINGS, json={"name": "a"}).json()["id"] for _ in range(3)}
    assert len(ids) == maker.made.total() == 3


def test_parts_of_one_request_have_names_of_their_own(maker: Maker, ask: Ask) -> None:
    made = ask("POST", THINGS, json={"name": "a"}, headers=KEY).json()
    assert made["part"] != made["id"]


def test_another_body_is_refused(maker: Maker, ask: Ask) -> None:
    ask("POST", THINGS, json={"name": "a"}, headers=KEY)
    for more in ({"json": {"name": "b"}}, {"json": {"name": "a"}, "params": {"x": 1}}, {"content": b""}):
        answer = ask("POST", THINGS, headers=KEY, **more)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert maker.made.total() == 1
    assert ask("POST", THINGS, json={"name": "a"}, headers=KEY).status_code == 201


def test_what_was_refused_may_be_mended(maker: Maker, ask: Ask) -> None:
    assert ask("POST", THINGS, json={"name": "bad"}, headers=KEY).status_code == 422
    assert ask("POST", THINGS, json={"nom": "a"}, headers=KEY).status_code == 422
    assert ask("POST", THINGS, json={"name": "a"}, headers=KEY).status_code == 201


def test_a_key_belongs_to_an_address(maker: Maker, ask: Ask) -> None:
    assert ask("POST", THINGS, json={"name": "a"}, headers=KEY).status_code == 201
    assert ask("POST", f"{THINGS}/unread", json={"name": "a"}, headers=KEY).json() == "not looked at"


def test_an_answer_without_text_is_kept_as_well(maker: Maker, ask: Ask) -> None:
    answers = [ask("POST", f"{THINGS}/none", headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert maker.made["none"] == 1


@pytest.mark.parametrize("place", ["long", "bytes"])
def test_what_is_too_long_or_no_text_is_done_once_and_not_kept(maker: Maker, ask: Ask, place: str) -> None:
    assert ask("POST", f"{THINGS}/{place}", headers=KEY).status_code == 200
    again = ask("POST", f"{THINGS}/{place}", headers=KEY)
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_not_kept")
    assert maker.made[place] == 1


def test_a_server_that_breaks_in_the_middle_makes_nothing_twice(maker: Maker, ask: Ask) -> None:
    maker.fails = True
    assert ask("POST", THINGS, json={"name": "a"}, headers=KEY).status_code == 500
    maker.fails = False
    made = ask("POST", THINGS, json={"name": "a"}, headers=KEY)
    assert made.status_code == 201
    assert maker.made == {made.json()["id"]: 2}


def test_after_it_broke_another_body_is_refused_as_well(maker: Maker, ask: Ask) -> None:
    maker.fails = True
    ask("POST", THINGS, json={"name": "a"}, headers=KEY)
    maker.fails = False
    assert ask("POST", THINGS, json={"name": "b"}, headers=KEY).json()["code"] == "idempotency_mismatch"
    assert ask("POST", THINGS, json={"name": "a"}, headers=KEY).status_code == 201
    assert maker.made.total() == 2


def test_at_once_only_one_is_done(app: FastAPI, maker: Maker) -> None:
    asking = Browser(app)

    async def both() -> list[httpx.Response]:
        maker.gate = asyncio.Event()
        first = asyncio.create_task(asking.asked("POST", f"{THINGS}/slow", headers=KEY))
        while not maker.made["slow"]:
            await asyncio.sleep(0.01)
        second = await asking.asked("POST", f"{THINGS}/slow", headers=KEY)
        maker.gate.set()
        return [await first, second, await asking.asked("POST", f"{THINGS}/slow", headers=KEY)]

    first, second, third = asyncio.run(both())
    assert first.json() == third.json() == "done"
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_in_use")
    assert int(second.headers["retry-after"]) > 0
    assert maker.made["slow"] == 1


async def blocks(count: int, letter: bytes) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield letter * 65536


def test_a_stream_is_hashed_on_its_way(maker: Maker, ask: Ask) -> None:
    answers = [ask("PUT", f"{THINGS}/raw", content=blocks(40, b"a"), headers=KEY) for _ in range(2)]
    assert answers[0].json() == answers[1].json() == hashlib.sha256(b"a" * 65536 * 40).hexdigest()
    other = ask("PUT", f"{THINGS}/raw", content=blocks(40, b"b"), headers=KEY)
    assert other.json()["code"] == "idempotency_mismatch"
    assert maker.made["raw"] == 1


def test_a_stream_that_broke_off_and_comes_with_another_content_is_not_done(
    maker: Maker, ask: Ask, context: Context
) -> None:
    ask("PUT", f"{THINGS}/raw", content=b"a", headers=KEY)
    with context.storage.database.write() as connection:  # as if the server had died before it answered
        connection.execute(update(keys).values(state="open", expires_at=now() - timedelta(seconds=1)))
    other = ask("PUT", f"{THINGS}/raw", content=blocks(3, b"b"), headers=KEY)
    assert other.json()["code"] == "idempotency_mismatch"
    assert maker.made["raw"] == 1
    assert ask("PUT", f"{THINGS}/raw", content=b"a", headers=KEY).status_code == 200


def test_a_form_is_the_same_though_its_parts_are_parted_by_other_lines(maker: Maker, ask: Ask) -> None:
    def sent(name: bytes) -> httpx.Response:
        return ask("POST", f"{THINGS}/form", data={"text": "x"}, files={"file": name * 300_000}, headers=KEY)

    first, again, other = sent(b"a"), sent(b"a"), sent(b"b")
    assert first.json() == again.json() == 300_000
    assert first.request.headers["content-type"] != again.request.headers["content-type"]
    assert other.json()["code"] == "idempotency_mismatch"
    assert maker.made["form"] == 1


def test_a_body_that_the_route_does_not_read_counts(maker: Maker, ask: Ask) -> None:
    assert ask("POST", f"{THINGS}/unread", content=b"a" * 200_000, headers=KEY).status_code == 200
    assert ask("POST", f"{THINGS}/unread", content=b"a" * 200_000, headers=KEY).status_code == 200
    assert ask("POST", f"{THINGS}/unread", content=b"b", headers=KEY).json()["code"] == "idempotency_mismatch"


@pytest.mark.parametrize("key", ["", " ", '""', "x" * 256, "a\tb", "\u00ff"])
def test_a_key_that_is_none_is_told(maker: Maker, ask: Ask, key: str) -> None:
    answer = ask("POST", THINGS, json={"name": "a"}, headers=[(b"idempotency-key", key.encode("latin-1"))])
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_idempotency_key")
    assert not maker.made


def test_two_keys_are_none(maker: Maker, ask: Ask) -> None:
    two = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert ask("POST", THINGS, json={"name": "a"}, headers=two).json()["code"] == "bad_idempotency_key"


def test_a_key_in_quotes_is_the_same_key(maker: Maker, ask: Ask) -> None:
    quoted = {"Idempotency-Key": f'"{KEY["Idempotency-Key"]}"'}
    first = ask("POST", THINGS, json={"name": "a"}, headers=KEY)
    assert ask("POST", THINGS, json={"name": "a"}, headers=quoted).json() == first.json()


def test_reading_knows_no_keys(ask: Ask, context: Context) -> None:
    assert ask("GET", f"{LIBRARY}/jobs", headers=KEY).status_code == 200
    with context.storage.database.read() as connection:
        assert connection.execute(select(keys)).all() == []


def test_a_secret_that_is_shown_once_is_not_kept(ask: Ask, context: Context) -> None:
    wanted: dict[str, Any] = {"json": {"name": "n8n"}, "headers": KEY}
    made = ask("POST", f"{LIBRARY}/api-keys", **wanted)
    again = ask("POST", f"{LIBRARY}/api-keys", **wanted)
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_not_kept")
    assert again.headers["location"] == made.headers["location"]
    assert len(ask("GET", f"{LIBRARY}/api-keys").json()["keys"]) == 1
    with context.storage.database.read() as connection:
        assert made.json()["key"] not in str(connection.execute(select(keys)).all())


def test_keys_of_others_are_others(app: FastAPI, settings: Settings) -> None:
    local = create_app(settings.model_copy(update={"auth": "local"}))
    maker, asking = Maker(local), Browser(local)
    for owner in (None, "somebody", "somebody else"):
        headers = KEY | bearer(local, "write", owner)
        for _ in range(2):
            assert asking("POST", THINGS, json={"name": "a"}, headers=headers).status_code == 201
    assert maker.made.total() == len(maker.made) == 3


def test_nobody_gets_an_answer_of_somebody_s(settings: Settings) -> None:
    local = create_app(settings.model_copy(update={"auth": "local"}))
    maker, asking = Maker(local), Browser(local)
    asking("POST", THINGS, json={"name": "a"}, headers=KEY | bearer(local, "write"))
    assert asking("POST", THINGS, json={"name": "a"}, headers=KEY).status_code == 401
    assert asking("POST", THINGS, json={"name": "a"}, headers=KEY | bearer(local, "read")).status_code == 403
    assert maker.made.total() == 1
