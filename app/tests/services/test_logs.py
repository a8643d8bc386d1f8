"""Logs: for people or as JSON, with what they are about, and without secrets."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings, load_settings
from app.db import Database
from app.errors import StorageError
from app.services import logs
from app.services.logs import HIDDEN, about_job, redacted, request_id, set_up

LOG = logging.getLogger("edit_factory")


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave this process' loggers as they were."""
    root, ours, engine = logging.getLogger(), LOG, logging.getLogger("dbos")
    before = [(one, list(one.handlers), one.level, one.propagate) for one in (root, ours, engine)]
    known = logs._known
    yield
    logs._known = known
    for one, handlers, level, propagate in before:
        one.handlers, one.propagate = handlers, propagate
        one.setLevel(level)


def lines(settings: Settings, write: Any, **options: Any) -> list[str]:
    stream = io.StringIO()
    for name in ("", "dbos"):
        logging.getLogger(name).handlers = []
    set_up(settings, "serve", stream=stream, **options)
    write()
    return stream.getvalue().splitlines()


def documents(settings: Settings, write: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(settings.model_copy(update={"log_format": "json"}), write)]


def test_a_person_reads_lines(settings: Settings) -> None:
    def write() -> None:
        LOG.info("quiet")
        LOG.warning("plajă %s", 7)
        with about_job("j1"):
            LOG.error("broken")

    first, second = lines(settings, write)
    assert first.endswith(" serve WARNING plajă 7")
    assert second.endswith(" serve ERROR broken (job j1)")
    assert len(lines(settings, write, telling=True)) == 3


def test_a_program_reads_documents(settings: Settings) -> None:
    def write() -> None:
        token = request_id.set("r1")
        with about_job("j1"):
            LOG.info("plajă", extra={"status": 200})
        request_id.reset(token)
        logging.getLogger("dbos").warning("the engine")

    told, engine = documents(settings, write)
    assert (told["message"], told["level"], told["service"], told["status"]) == ("plajă", "INFO", "serve", 200)
    assert (told["job_id"], told["request_id"], told["logger"]) == ("j1", "r1", "edit_factory")
    assert told["timestamp"].endswith("+00:00")
    assert engine["message"] == "the engine"
    assert "job_id" not in engine
    assert "request_id" not in engine


def test_an_error_is_told_with_its_trace_in_one_document(settings: Settings) -> None:
    def write() -> None:
        try:
            raise ValueError("two\nlines")
        except ValueError:
            LOG.exception("it broke")

    (told,) = documents(settings, write)
    assert "ValueError: two\nlines" in told["exc_info"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Authorization: Bearer abc.def-123", f"Authorization: Bearer {HIDDEN}"),
        ("the secret whsec_C2FVsBQIhrscChlQ+/= is", f"the secret {HIDDEN} is"),
        ("key ef_0123456789abcdefghij_-x ends", f"key {HIDDEN} ends"),
        ("postgresql://me:pass@host/db", f"postgresql://{HIDDEN}@host/db"),
        ("GET http://x/hook?a=1&token=abc&b=2", f"GET http://x/hook?a=1&token={HIDDEN}&b=2"),
        ("http://x/?X-Amz-Signature=abc end", f"http://x/?X-Amz-Signature={HIDDEN} end"),
        (
            "[type=int_parsing, input_value='private', input_type=str]",
            f"[type=int_parsing, input_value={HIDDEN}, input_type=str]",
        ),
        ("[parameters: ('private', 7)]", f"[parameters: {HIDDEN}]"),
        ("the keyboard is broken, and tokens of love", "the keyboard is broken, and tokens of love"),
        ("a job beef_ef_ and 3 basic shots", "a job beef_ef_ and 3 basic shots"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(said: str, shown: str) -> None:
    assert redacted(said) == shown


def test_secrets_that_are_known_are_hidden_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEVENLABS_API_KEY", 'of "eleven" ș')
    monkeypatch.setenv("SOME_TOKEN", "short")
    monkeypatch.setenv("OTHER", "is no secret")
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SUPABASE_KEY", "service-role-key")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hunter2@localhost/db")

    def write() -> None:
        LOG.warning("%s short is no secret", 'of "eleven" ș')
        LOG.warning("service-role-key and hunter2")

    for settings in (load_settings(), load_settings(log_format="json")):
        first, second = lines(settings, write)
        assert "eleven" not in first
        assert "short is no secret" in first
        assert "service-role-key" not in second
        assert "hunter2" not in second


class _Body(BaseModel):
    count: int


def test_libraries_that_tell_what_they_were_given_do_not_here(settings: Settings) -> None:
    given = {"value": "private" + " words", "count": "private" + " words"}  # so that no line of this file says it

    def write() -> None:
        try:
            _Body.model_validate(given)
        except ValueError:
            LOG.exception("it broke")
        try:
            with create_engine("sqlite://").connect() as connection:
                connection.execute(text("SELECT nothing WHERE 1 = :value"), given)
        except SQLAlchemyError:
            LOG.exception("it broke")

    told = "\n".join(lines(settings, write))
    assert "private words" not in told
    assert told.count("it broke") == 2


def test_our_database_hides_what_was_to_be_stored(any_database: Database) -> None:
    with pytest.raises(StorageError) as caught, any_database.write() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:value)"), {"value": "private words"})
    assert "private words" not in str(caught.value.__cause__)
