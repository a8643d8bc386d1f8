"""What serve and worker tell of themselves: lines for people or JSON documents, with the request and the job they are
about, and never a secret.

Secrets that this process knows (its settings, and what its environment calls a key) are taken out wherever they stand;
what looks like one of ours or like a key in an address is, too. That is the last line: nothing logs bodies or headers.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import IO

from pydantic import SecretStr
from pythonjsonlogger.json import JsonFormatter
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.config import Settings

HIDDEN = "[secret]"
REQUEST_HEADER = "X-Request-ID"

request_id: ContextVar[str] = ContextVar("request_id", default="")
job_id: ContextVar[str] = ContextVar("job_id", default="")
"""What the lines are about that this thread or task writes."""

_SHORTEST, _SHORTEST_OF_OTHERS = 6, 8
"""Letters of a secret of ours, and of what the environment has: hiding shorter ones would only garble the text."""

_NAMES = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|DATABASE_URL", re.IGNORECASE)
_NOT_TO_BE_TOLD = [
    (re.compile(r"input_value=.*?(, input_type=)"), rf"input_value={HIDDEN}\1"),  # of Pydantic: what was in a body
    (re.compile(r"\[parameters: .*\]"), f"[parameters: {HIDDEN}]"),  # of SQLAlchemy: what was to be stored
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=]+"), HIDDEN),
    (re.compile(r"\bef_[A-Za-z0-9_-]{20,}"), HIDDEN),
    (re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(?<=://)[^/\s@\"']+@"), f"{HIDDEN}@"),
    (
        re.compile(r"([?&][\w.-]*(?:key|token|secret|password|signature|auth)[\w.-]*=)[^&\s\"'\\]+", re.I),
        rf"\1{HIDDEN}",
    ),
]


@contextmanager
def about_job(name: str) -> Iterator[None]:
    """Say that what this thread logs meanwhile is about a job."""
    token = job_id.set(name)
    try:
        yield
    finally:
        job_id.reset(token)


def set_up(settings: Settings, process: str, *, telling: bool = False, stream: IO[str] | None = None) -> None:
    """Let this process log to `stream`, else standard error; `process` is what it calls itself.

    Warnings are always told; with `telling`, and in JSON, also what Edit Factory itself has to say.
    """
    global _known  # noqa: PLW0603 - a process has one log
    _known = known_secrets(settings)
    as_json = settings.log_format == "json"
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(_about)
    handler.setFormatter(_Json(process) if as_json else _Text(process))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    if handler in logging.getLogger().handlers:  # the engine would write lines of its own where it finds no handler
        logging.getLogger("dbos").addHandler(handler)
        logging.getLogger("dbos").propagate = False
    logging.getLogger("edit_factory").setLevel(logging.INFO if as_json or telling else logging.NOTSET)


def known_secrets(settings: Settings) -> tuple[str, ...]:
    """Return the secrets of the settings and of this process' environment, the longest first."""
    values = [getattr(settings, name) for name in type(settings).model_fields]
    ours = {value.get_secret_value() for value in values if isinstance(value, SecretStr)}
    others = {value for name, value in os.environ.items() if _NAMES.search(name)}
    ours |= {_password(value) for value in ours | others}
    found = {one for one in ours if len(one) >= _SHORTEST} | {one for one in others if len(one) >= _SHORTEST_OF_OTHERS}
    return tuple(sorted(found, key=len, reverse=True))


def redacted(text: str, settings: Settings | None = None) -> str:
    """Return the text without secrets: those of `settings`, else those known since `set_up`."""
    for secret in _known if settings is None else known_secrets(settings):
        for written in {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}:
            text = text.replace(written, HIDDEN)
    for pattern, instead in _NOT_TO_BE_TOLD:
        text = pattern.sub(instead, text)
    return text


_known: tuple[str, ...] = ()


class _Text(logging.Formatter):
    """A line for a person; what it is about stands at its end."""

    def __init__(self, process: str) -> None:
        super().__init__(f"%(asctime)s {process} %(levelname)s %(message)s%(about)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        named = [f"{name.removesuffix('_id')} {value}" for name, value in _subject(record) if value]
        record.about = f" ({', '.join(named)})" if named else ""
        return redacted(super().format(record))


class _Json(JsonFormatter):
    """A JSON document on a line."""

    def __init__(self, process: str) -> None:
        super().__init__(
            ["levelname", "name", "message", "process"],
            rename_fields={"levelname": "level", "name": "logger", "process": "pid"},
            static_fields={"service": process},
            timestamp=True,
            json_ensure_ascii=False,
        )

    def format(self, record: logging.LogRecord) -> str:
        """Return the document."""
        return redacted(super().format(record))


def _about(record: logging.LogRecord) -> bool:
    """Note on a record what it is about; fields that are empty are left out."""
    for name, value in (("request_id", request_id.get()), ("job_id", job_id.get())):
        if value and not hasattr(record, name):
            setattr(record, name, value)
    return True


def _subject(record: logging.LogRecord) -> list[tuple[str, str]]:
    return [(name, str(getattr(record, name, ""))) for name in ("job_id", "request_id")]


def _password(address: str) -> str:
    try:
        return make_url(address).password or ""
    except (ArgumentError, ValueError):
        return ""
