"""No body is larger than its route takes, whatever it says of itself."""

from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter, FastAPI, Request

from app.api.bodies import ANY_SIZE, JSON_BYTES
from app.models.base import Record
from app.tests.api.conftest import Ask
from app.tests.api.signing import LIBRARY

KEYS = f"{LIBRARY}/api-keys"


class Text(Record):
    text: str


@pytest.fixture(autouse=True)
def _routes(app: FastAPI) -> None:
    router = APIRouter(prefix="/api/tests")

    @router.post("/json")
    async def takes_json(given: Text) -> int:
        return len(given.text)

    @router.post("/unread")
    async def reads_nothing() -> str:
        return "nothing read"

    @router.put("/file", max_body_size=ANY_SIZE)
    async def takes_files(request: Request) -> int:
        return sum([len(block) async for block in request.stream()])

    app.include_router(router)


async def endless(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 65536


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "video/mp4", ""])
@pytest.mark.parametrize("with_key", [False, True])
def test_a_body_that_is_too_large_is_refused_whatever_it_is_said_to_be(ask: Ask, kind: str, with_key: bool) -> None:
    headers = {"Content-Type": kind} | ({"Idempotency-Key": "a"} if with_key else {})
    for content in (b"x" * (JSON_BYTES + 1), endless(40)):
        answer = ask("POST", "/api/tests/json", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "1 MB" in answer.json()["hint"]


def test_one_that_only_says_it_is_large_is_refused_before_it_comes(ask: Ask) -> None:
    headers = {"Content-Length": str(50 << 30), "Content-Type": "application/json"}
    assert ask("POST", KEYS, content=b"{}", headers=headers).status_code == 413


@pytest.mark.parametrize("with_key", [False, True])
def test_a_route_that_reads_nothing_does_not_let_one_in_either(ask: Ask, with_key: bool) -> None:
    headers = {"Idempotency-Key": "a"} if with_key else {}
    answer = ask("POST", "/api/tests/unread", content=b"x" * (JSON_BYTES + 1), headers=headers)
    assert answer.status_code == 413


def test_what_fits_is_taken_and_files_are_taken_whole(ask: Ask) -> None:
    assert ask("POST", "/api/tests/json", json={"text": "x" * (JSON_BYTES - 20)}).json() == JSON_BYTES - 20
    assert ask("PUT", "/api/tests/file", content=endless(64)).json() == 4 << 20


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 500_000,
        b'{"name":' * 50_000,
        b'{"name": "a", ' + b",".join(b'"%d": 1' % number for number in range(50_000)) + b"}",
        b'{"name": 1e999999}',
        b'{"name": ' + b"9" * 500_000 + b"}",
        b"{",
        b"\xff\xfe\x00",
        b"null",
        b"",
        b'"' + b"\\u0000" * 100_000 + b'"',
    ],
)
def test_json_that_is_a_trap_is_a_plain_error(ask: Ask, content: bytes) -> None:
    answer = ask("POST", KEYS, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 2000
