"""`If-Match` names the version that somebody has seen: ours, anybody's, or one that cannot be."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Response

from app.api.versions import Expected, tell_version

app = FastAPI()


@app.get("/thing")
async def thing(response: Response, expected: Expected) -> int | None:
    tell_version(response, 7)
    return expected


def asked(headers: dict[str, str]) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
            return await client.get("/thing", headers=headers)

    return asyncio.run(ask())


def test_the_version_is_a_tag_in_quotes() -> None:
    assert asked({}).headers["etag"] == '"7"'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ('"7"', 7),
        (' "12" ', 12),
        ('W/"7"', 7),
        ('"0"', 0),
        ("7", -1),
        ('"7', -1),
        ('"7", "8"', -1),
        ('"-7"', -1),
        ('"seven"', -1),
        ('"' + "9" * 19 + '"', -1),
        ("", -1),
    ],
)
def test_what_a_header_expects(header: str | None, expected: int | None) -> None:
    assert asked({} if header is None else {"If-Match": header}).json() == expected


def test_what_the_tag_says_can_be_sent_back() -> None:
    assert asked({"If-Match": asked({}).headers["etag"]}).json() == 7
