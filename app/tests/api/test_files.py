"""Files as answers: whole, in parts, not at all when they are known; saved under names that are safe."""

import asyncio
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from app.api.files import disposition, file_answer
from app.api.problems import add_handlers

BYTES = bytes(range(256)) * 4


def served(path: Path, method: str = "GET", name: str = "clip.mp4", etag: str | None = "abc", **headers: str) -> (
    httpx.Response
):  # fmt: skip
    app = FastAPI()
    add_handlers(app)

    @app.api_route("/file", methods=["GET", "HEAD"])
    async def route(request: Request) -> Response:
        return await file_answer(request, path, name=name, media_type="video/mp4", etag=etag)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            plain = {key.replace("_", "-"): value for key, value in headers.items()}
            return await client.request(method, "/file", headers=plain)

    return asyncio.run(ask())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "0123.bin"
    path.write_bytes(BYTES)
    return path


def test_a_whole_file_is_sent_with_what_browsers_need_to_know(file: Path) -> None:
    answer = served(file)
    assert (answer.status_code, answer.content) == (200, BYTES)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(BYTES))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["etag"] == '"abc"'
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert "0123" not in str(answer.headers)


def test_head_tells_the_same_and_sends_nothing(file: Path) -> None:
    whole, head = served(file), served(file, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(whole.headers)
    part = served(file, "HEAD", Range="bytes=0-9")
    assert (part.status_code, part.headers["content-length"]) == (206, "10")


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [
        ("bytes=0-9", BYTES[:10], "bytes 0-9/1024"),
        ("bytes=1000-", BYTES[1000:], "bytes 1000-1023/1024"),
        ("bytes=-24", BYTES[-24:], "bytes 1000-1023/1024"),
        ("bytes=-5000", BYTES, "bytes 0-1023/1024"),
        ("bytes=1000-5000", BYTES[1000:], "bytes 1000-1023/1024"),
        ("Bytes = 0-0", BYTES[:1], "bytes 0-0/1024"),
        ("bytes=0-9, 5000-", BYTES[:10], "bytes 0-9/1024"),
    ],
)
def test_a_part_is_sent(file: Path, asked: str, content: bytes, told: str) -> None:
    answer = served(file, Range=asked)
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (206, content, told)
    assert answer.headers["etag"] == '"abc"'


def test_several_parts_are_sent_at_once(file: Path) -> None:
    answer = served(file, Range="bytes=0-1,100-101")
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    assert BYTES[:2] in answer.content and BYTES[100:102] in answer.content


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0", "bytes=2000-, 3000-4000"])
def test_a_part_that_is_not_there_is_told(file: Path, asked: str) -> None:
    answer = served(file, Range=asked)
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == "bytes */1024"


@pytest.mark.parametrize(
    "asked",
    ["", "bytes", "bytes=", "bytes=-", "bytes=9-0", "bytes=a-b", "lines=0-9", "bytes=0-9,", "bytes=" + "9" * 50 + "-"],
)
def test_what_is_no_range_is_passed_over(file: Path, asked: str) -> None:
    answer = served(file, Range=asked)
    assert (answer.status_code, answer.content) == (200, BYTES)


@given(asked=st.text(alphabet="bytes=-0123456789, \t", max_size=24))
def test_any_range_gets_an_answer(tmp_path_factory: pytest.TempPathFactory, asked: str) -> None:
    path = tmp_path_factory.getbasetemp() / "ranges.bin"
    if not path.exists():
        path.write_bytes(BYTES)
    assert served(path, Range=f"bytes={asked}").status_code in {200, 206, 416}


def test_what_is_known_is_not_sent_again(file: Path) -> None:
    for tag in ('"abc"', 'W/"abc"', '"x", "abc"', "*"):
        answer = served(file, If_None_Match=tag)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"abc"')
    assert served(file, If_None_Match='"x"').status_code == 200


def test_a_part_of_another_version_is_not_mixed_in(file: Path) -> None:
    assert served(file, Range="bytes=0-9", If_Range='"abc"').status_code == 206
    assert served(file, Range="bytes=0-9", If_Range='"other"').content == BYTES


def test_without_a_name_for_the_content_size_and_time_are_one(file: Path) -> None:
    before = served(file, etag=None).headers["etag"]
    assert served(file, etag=None, If_None_Match=before).status_code == 304
    file.write_bytes(BYTES + b"more")
    assert served(file, etag=None).headers["etag"] != before


def test_a_file_that_is_gone_is_told_without_its_place(file: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        answer = served(path)
        assert (answer.status_code, answer.json()["code"]) == (410, "media_gone")
        assert str(tmp_path) not in answer.text
    assert served(file).status_code == 200


NAMES = [
    "clip.mp4",
    'a "quoted" one; filename=evil.exe.mp4',
    "șuetă în zori ☕.mp4",
    "back\\slash %41.mp4",
    "../../etc/passwd",
    "line\r\nSet-Cookie: a=b.mp4",
    "\u202egpj.exe",
    "",
    "x" * 500 + ".mp4",
]


def saved_as(value: str) -> tuple[str, str]:
    """Return the names under which old readers, and those that know RFC 5987, save a file."""
    read = Message()
    read["Content-Disposition"] = value
    return read.get_filename() or "", unquote(value.partition("; filename*=UTF-8''")[2])


@pytest.mark.parametrize("name", NAMES)
def test_names_are_safe_to_save_under(name: str) -> None:
    value = disposition(name)
    assert value.isascii() and value.isprintable() and value.startswith("attachment; ")
    for saved in saved_as(value):
        assert saved and "/" not in saved and "\\" not in saved and saved.isprintable()


def test_letters_of_any_language_are_kept() -> None:
    value = disposition("șuetă în zori ☕.mp4", download=False)
    assert value.startswith("inline; ")
    assert saved_as(value) == ("_uet_ _n zori _.mp4", "șuetă în zori ☕.mp4")
