"""Files as answers: parts of them when ranges are asked for, whether they changed, and a name that is safe to save."""

import os
import re
from pathlib import Path
from stat import S_ISREG
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Receive, Scope, Send

from app.api.problems import documented, problem
from app.errors import MediaError
from app.models.library.names import plain_name

_ATTR_CHARS = "!#$&+-.^_`|~"
"""What may stand in `filename*` as it is, besides letters and digits (RFC 5987)."""

_RANGES = re.compile(r"\s*bytes\s*=\s*(?:\d*-\d*)(?:\s*,\s*\d*-\d*)*\s*", re.IGNORECASE)
_MOST_DIGITS = 18


async def file_answer(
    request: Request,
    path: Path,
    *,
    name: str,
    media_type: str,
    etag: str | None = None,
    download: bool = True,
    cache: str = "private, no-cache",
) -> Response:
    """Return the answer that sends a file, or what was asked of it; 304 when the asker has it already.

    `name` is what it is saved as; with `download` False it is shown where it can be. `etag` names the content; without
    it, size and time do. Raises `MediaError` (media_gone) when the file is not there.
    """
    try:
        found = await run_in_threadpool(path.stat)
    except OSError as error:
        raise _gone(name) from error
    if not S_ISREG(found.st_mode):
        raise _gone(name)
    tag = f'"{etag or f"{found.st_mtime_ns:x}-{found.st_size:x}"}"'
    headers = {
        "ETag": tag,
        "Cache-Control": cache,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Disposition": disposition(name, download=download),
    }
    if _is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return _File(path, headers=headers, media_type=media_type, stat_result=found)


def file_responses(media_type: str, description: str = "The file, or the part of it that was asked for.") -> dict[
    int | str, dict[str, Any]
]:  # fmt: skip
    """Return, for a route's `responses`, what `file_answer` may answer."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {
        200: {"description": description, "content": content},
        206: {"description": "The part that the header Range asks for.", "content": content},
        304: {"description": "What the header If-None-Match names is what there is."},
        **documented(416),
    }


def disposition(name: str, *, download: bool = True) -> str:
    """Return the header `Content-Disposition` (RFC 6266): any letter in `filename*`, and plain ones for old readers."""
    shown = plain_name(name, "file")
    plain = "".join(letter if letter.isascii() and letter not in '"\\%' else "_" for letter in shown)
    exact = quote(shown, safe=_ATTR_CHARS)
    kind = "attachment" if download else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{exact}"


class _File(FileResponse):
    """A file whose unfit ranges are told as problems, or passed over where the standard says so (RFC 9110, 14.2)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        asked = Headers(scope=scope).get("range")
        if asked is not None:
            assert self.stat_result is not None  # noqa: S101 - given when it was made
            ranges = _satisfiable(asked, self.stat_result)
            if ranges == "":
                size = self.stat_result.st_size
                unfit = problem(416, "range_not_satisfiable", f"The file has {size} bytes.", "Ask for others.", "Range")
                unfit.headers["Content-Range"] = f"bytes */{size}"
                return await unfit(scope, receive, send)
            scope = _with_range(scope, ranges)
        return await super().__call__(scope, receive, send)


def _satisfiable(asked: str, found: os.stat_result) -> str | None:
    """Return the ranges that the file has, as the header writes them; None when it is to be ignored."""
    if _RANGES.fullmatch(asked) is None:
        return None
    parts = [part.strip() for part in asked.partition("=")[2].split(",")]
    ends = [part.split("-") for part in parts]
    if any(len(digits) > _MOST_DIGITS for pair in ends for digits in pair) or ["", ""] in ends:
        return None
    if any(first and last and int(first) > int(last) for first, last in ends):
        return None
    fitting = [
        part
        for part, (first, last) in zip(parts, ends, strict=True)
        if (int(first) < found.st_size if first else int(last) > 0 and found.st_size > 0)
    ]
    return "bytes=" + ",".join(fitting) if fitting else ""


def _with_range(scope: Scope, ranges: str | None) -> Scope:
    headers = MutableHeaders(raw=list(scope["headers"]))
    del headers["range"]
    if ranges is not None:
        headers["range"] = ranges
    return {**scope, "headers": headers.raw}


def _is_known(request: Request, tag: str) -> bool:
    given = request.headers.get("if-none-match", "")
    return given.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in given.split(",")}


def _gone(name: str) -> MediaError:
    return MediaError(f"The file of {name} is gone.", hint="Make it again.", subject=name, code="media_gone")
