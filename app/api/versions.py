"""Versions of what two people may edit: told as `ETag`, and asked for in `If-Match` so that none overwrites another."""

import re
from typing import Annotated, Any

from fastapi import Depends, Header, Response

_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')  # servers in between may call a tag weak

_NEVER = -1

VERSIONED: dict[str, Any] = {
    "ETag": {"description": "The version, in quotes.", "schema": {"type": "string", "examples": ['"3"']}}
}
"""For a route's `responses`: the header that `tell_version` sets."""


def _expected(
    if_match: Annotated[
        str | None,
        Header(description='Only in this version, such as "3" with its quotes; without it in whichever it is.'),
    ] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    match = _TAG.fullmatch(if_match.strip())
    return int(match[1]) if match else _NEVER  # no tag of ours: what it names is not there any more


Expected = Annotated[int | None, Depends(_expected)]
"""The parameter of a route that changes something: the version it must be in, or None."""


def tell_version(response: Response, version: int) -> None:
    """Set the answer's `ETag`."""
    response.headers["ETag"] = f'"{version}"'
