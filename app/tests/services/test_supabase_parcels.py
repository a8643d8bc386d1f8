"""What goes together in one request, in which order, and what an answer means: decided without any network."""

from collections import namedtuple
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from supabase import create_client

from app.db.types import now
from app.services.supabase_parcels import LARGEST_REQUEST, Parcel, Refusal, judge, requests, waves

Row = namedtuple("Row", "id stream operation payload")


def rows(*changes: str) -> list[Any]:
    """ "a+" notes an upsert of job a, "a-" its deletion, "a$" a cost."""
    operations = {"+": "upsert_job", "-": "delete_job", "$": "insert_cost"}
    return [Row(n, name, operations[name[-1]], {"n": n}) for n, name in enumerate(changes)]


def streams(*changes: str) -> list[Any]:
    return [row._replace(stream=row.stream[0]) for row in rows(*changes)]


def shown(wave: list[Parcel]) -> list[tuple[str, tuple[int, ...]]]:
    return [(parcel.stream, parcel.ids) for parcel in wave]


def test_changes_of_one_job_that_follow_each_other_are_the_last_of_them() -> None:
    (wave,) = waves(streams("a+", "b+", "a+", "c$", "a+"))
    assert shown(wave) == [("a", (0, 2, 4)), ("b", (1,)), ("c", (3,))]
    assert wave[0].payload == {"n": 4}


def test_a_job_that_was_deleted_and_made_again_takes_one_wave_for_each() -> None:
    assert [shown(wave) for wave in waves(streams("a+", "a+", "a-", "b+", "a+", "a-"))] == [
        [("a", (0, 1)), ("b", (3,))],
        [("a", (2,))],
        [("a", (4,))],
        [("a", (5,))],
    ]
    assert waves([]) == []


def test_a_request_is_of_one_table_and_not_too_large() -> None:
    (wave,) = waves(streams("a+", "b-", "c$", "d+", "e-", "f$"))
    assert [[parcel.stream for parcel in parcels] for parcels in requests(wave)] == [
        ["a", "d"],
        ["c", "f"],
        ["b"],
        ["e"],
    ]
    large = [
        Parcel(ids=(n,), stream=str(n), operation="upsert_job", payload={"x": "y" * (LARGEST_REQUEST // 3)})
        for n in range(5)
    ]
    assert [len(parcels) for parcels in requests(large)] == [2, 2, 1]


def answer(status: int, content: Any = None, **headers: str) -> Refusal:
    request = httpx.Request("POST", "http://x")
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"json": content} if isinstance(content, dict | list) else {"text": content or ""}
    response = httpx.Response(status, request=request, headers=given, **body)
    return judge(httpx.HTTPStatusError("no", request=request, response=response))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "23514", "row"),
        (400, "22P02", "row"),
        (413, "", "row"),
        (422, "", "row"),
        (401, "42501", "key"),
        (403, "42501", "key"),
        (401, "PGRST301", "key"),
        (404, "PGRST205", "tables"),
        (404, "42P01", "tables"),
        (400, "PGRST204", "tables"),
        (400, "42703", "tables"),
        (404, "", "tables"),
        (408, "", "away"),
        (409, "23505", "away"),
        (429, "", "away"),
        (500, "57014", "doubt"),
        (500, "", "away"),
        (502, "", "away"),
        (503, "PGRST002", "away"),
        (302, "", "away"),
    ],
)
def test_what_an_answer_means(status: int, code: str, kind: str) -> None:
    found = answer(status, {"code": code, "message": "why", "details": "the row's content"})
    assert found.kind == kind
    assert found.reason == " ".join(part for part in (str(status), code, "why") if part)


def test_an_answer_that_is_no_json_means_something_too() -> None:
    assert answer(502, "<html>") == Refusal(kind="away", reason="502")
    assert answer(400, ["list"]) == Refusal(kind="row", reason="400")
    assert len(answer(400, {"message": "x" * 9_999}).reason) == 300


def test_a_project_says_how_long_to_wait() -> None:
    assert answer(429, {}, Retry_After="7").wait == 7
    assert answer(503, {}, Retry_After="-1").wait == 0
    assert answer(503, {}, Retry_After="soon").wait == 0
    soon = format_datetime(now() + timedelta(seconds=90))
    assert 60 < answer(429, {}, Retry_After=soon).wait <= 90


def test_a_broken_connection_and_a_broken_address() -> None:
    assert judge(httpx.ReadTimeout("late")) == Refusal(kind="away", reason="ReadTimeout")
    assert judge(httpx.ConnectError("refused")).kind == "away"
    assert judge(TypeError("the answer is not PostgREST's")).kind == "away"
    with pytest.raises(Exception, match="URL") as caught:
        create_client("no address", "key")
    assert judge(caught.value).kind == "key"
