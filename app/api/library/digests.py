"""Hashes that come along with a body (RFC 9530): `Repr-Digest: sha-256=:base64:`."""

import base64
import binascii
import re
from collections.abc import Iterable

from app.errors import InputError

_ITEM = re.compile(r"\s*([a-z0-9-]+)\s*=\s*:([A-Za-z0-9+/=]*):\s*", re.IGNORECASE)
_SHA256_BYTES = 32


def sha256_said(headers: Iterable[str]) -> bytes | None:
    """Return the SHA-256 that headers of this kind name, or None; other algorithms say nothing.

    Raises `InputError` (bad_digest) for what cannot be read, and for two that differ.
    """
    found = {digest for header in headers for digest in _of_one(header)}
    if len(found) > 1:
        raise _bad("The digests that came along differ.")
    return next(iter(found), None)


def _of_one(header: str) -> list[bytes]:
    found = []
    for part in header.split(","):
        item = _ITEM.fullmatch(part)
        if item is None:
            raise _bad("The digest that came along cannot be read.")
        if item[1].lower() == "sha-256":
            found.append(_decoded(item[2]))
    return found


def _decoded(text: str) -> bytes:
    try:
        digest = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise _bad("The digest that came along cannot be read.") from error
    if len(digest) != _SHA256_BYTES:
        raise _bad("The digest that came along is no SHA-256.")
    return digest


def _bad(message: str) -> InputError:
    return InputError(
        message, hint="Write it as Repr-Digest: sha-256=:BASE64:.", subject="Repr-Digest", code="bad_digest"
    )
