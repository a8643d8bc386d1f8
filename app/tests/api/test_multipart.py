"""Forms read while they come: the same whatever pieces the network brings them in."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.multipart import PartHead, pieces_of
from app.errors import InputError

TYPE = "multipart/form-data; boundary=frontier"
FORM = (
    b'--frontier\r\nContent-Disposition: form-data; name="title"\r\n\r\nplaj\xc4\x83\r\n'
    b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="\xc8\x99i %22x%22.mp4"\r\n'
    b"Content-Type: video/mp4\r\n\r\n\r\n--front\r\n\0binary\r\n\r\n"
    b'--frontier\r\nContent-Disposition: form-data; name="none"; filename=""\r\n\r\n\r\n'
    b"--frontier--\r\n"
)
PARTS = [
    (PartHead("title", None), "plajă".encode()),
    (PartHead("file", 'și "x".mp4'), b"\r\n--front\r\n\0binary\r\n"),
    (PartHead("none", ""), b""),
]


def read(content: bytes, sizes: list[int] | None = None, content_type: str | None = TYPE) -> (
    list[tuple[PartHead, bytes]]
):  # fmt: skip
    async def stream() -> AsyncIterator[bytes]:
        rest = content
        for size in sizes or []:
            yield rest[:size]
            rest = rest[size:]
        yield rest

    async def parts() -> list[tuple[PartHead, bytes]]:
        found: list[tuple[PartHead, bytes]] = []
        async for piece in pieces_of(content_type, stream()):
            if isinstance(piece, PartHead):
                found.append((piece, b""))
            elif piece != "end":
                found[-1] = (found[-1][0], found[-1][1] + piece)
        return found

    return asyncio.run(parts())


@given(st.lists(st.integers(0, 40), max_size=30))
def test_a_form_is_read_whatever_pieces_it_comes_in(sizes: list[int]) -> None:
    assert read(FORM, sizes) == PARTS


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"--frontier",
        FORM[:-10],
        FORM[:200],
        b"--other\r\n\r\n",
        b"--frontier\r\nContent-Disposition: attachment\r\n\r\nx\r\n--frontier--\r\n",
        b'--frontier\r\nContent-Disposition: form-data; filename="x"\r\n\r\nx\r\n--frontier--\r\n',
        b"--frontier\r\n" + b"X-Header: a\r\n" * 500 + b"\r\nx\r\n--frontier--\r\n",
        b'--frontier\r\nContent-Disposition: form-data; name="' + b"x" * 100_000 + b'"\r\n\r\nx\r\n--frontier--\r\n',
        b'--frontier\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 1_500 + b"--frontier--\r\n",
    ],
)
def test_a_form_that_is_broken_or_not_whole_is_refused(content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read(content)
    assert caught.value.instance_code == "bad_form"


@pytest.mark.parametrize(
    "content_type",
    [None, "", "application/json", "multipart/form-data", "multipart/mixed; boundary=frontier"],
)
def test_what_is_no_form_is_refused(content_type: str | None) -> None:
    with pytest.raises(InputError) as caught:
        read(FORM, content_type=content_type)
    assert caught.value.instance_code == "not_a_form"


def test_a_boundary_longer_than_the_standard_allows_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        read(FORM, content_type=f"multipart/form-data; boundary={'x' * 1000}")
    assert caught.value.instance_code == "bad_form"
