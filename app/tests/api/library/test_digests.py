"""Hashes that come along with a body."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.library.digests import sha256_said
from app.errors import InputError

DIGEST = hashlib.sha256(b"a file").digest()
SAID = base64.b64encode(DIGEST).decode()


@pytest.mark.parametrize(
    "headers",
    [
        [f"sha-256=:{SAID}:"],
        [f" SHA-256 = :{SAID}: "],
        [f"md5=:AAAA:, sha-256=:{SAID}:, sha-512=:AAAA:"],
        [f"sha-256=:{SAID}:", f"sha-256=:{SAID}:"],
    ],
)
def test_the_sha256_is_read(headers: list[str]) -> None:
    assert sha256_said(headers) == DIGEST


def test_other_algorithms_say_nothing() -> None:
    assert sha256_said([]) is None
    assert sha256_said(["sha-512=:AAAA:, unixsum=:AA==:"]) is None


@pytest.mark.parametrize(
    "headers",
    [
        [SAID],
        [f"sha-256={SAID}"],
        ["sha-256=:AAAA:"],
        ["sha-256=:A:"],
        [""],
        [f"sha-256=:{SAID}:,"],
        [f"sha-256=:{SAID}:", f"sha-256=:{base64.b64encode(bytes(32)).decode()}:"],
    ],
)
def test_what_cannot_be_read_is_refused(headers: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        sha256_said(headers)
    assert caught.value.instance_code == "bad_digest"


@given(st.lists(st.text(max_size=60), max_size=3))
def test_any_header_is_read_or_refused(headers: list[str]) -> None:
    try:
        assert sha256_said(headers) is None
    except InputError as error:
        assert error.instance_code == "bad_digest"
