"""Rows of the outbox as requests: what goes together, in which order, and what an answer means for them."""

from collections.abc import Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from sqlalchemy import Row

from app.db.types import now
from app.models.base import Record, canonical_json

if TYPE_CHECKING:
    from supabase import Client

LARGEST_REQUEST = 1_000_000
"""Characters of rows in one request."""

_AWAY = frozenset({408, 409, 425, 429})
_SCHEMA_CODES = frozenset({"PGRST106", "PGRST204", "PGRST205", "42P01", "42703", "3F000"})
"""What PostgREST and Postgres say where a schema, a table or a column is missing."""

_LONGEST_REASON = 300


class Parcel(Record):
    """One thing to tell: the last of several changes of one job stands for all of them (`ids`)."""

    ids: tuple[int, ...]
    stream: str
    operation: str
    payload: dict[str, Any]


class Refusal(Record):
    """Why something did not get through.

    away: try again later, not before `wait` seconds. key, tables: nothing will get through until a person has mended
    it. row: this one is refused for good. doubt: the database failed, over one of the rows or altogether.
    """

    kind: Literal["away", "key", "tables", "row", "doubt"]
    reason: str
    wait: float = 0.0


def waves(rows: Sequence[Row[Any]]) -> list[list[Parcel]]:
    """Return the rows as parcels in waves: of each stream, one after the other, there is one parcel in each wave.

    Upserts of one job that follow each other become the last of them.
    """
    streams: dict[str, list[Parcel]] = {}
    for row in rows:
        parcel = Parcel(ids=(row.id,), stream=row.stream, operation=row.operation, payload=row.payload)
        before = streams.setdefault(row.stream, [])
        if before and before[-1].operation == parcel.operation == "upsert_job":
            parcel = parcel.evolve(ids=(*before.pop().ids, row.id))
        before.append(parcel)
    longest = max(map(len, streams.values()), default=0)
    return [[parcels[number] for parcels in streams.values() if number < len(parcels)] for number in range(longest)]


def requests(wave: Sequence[Parcel]) -> Iterator[list[Parcel]]:
    """Yield what goes into one request each: rows of one table, none too large; deletes go alone."""
    for operation in ("upsert_job", "insert_cost"):
        yield from _by_size([parcel for parcel in wave if parcel.operation == operation])
    yield from ([parcel] for parcel in wave if parcel.operation == "delete_job")


def _by_size(parcels: Sequence[Parcel]) -> Iterator[list[Parcel]]:
    together: list[Parcel] = []
    size = 0
    for parcel in parcels:
        length = len(canonical_json(parcel.payload))
        if together and size + length > LARGEST_REQUEST:
            yield together
            together, size = [], 0
        together.append(parcel)
        size += length
    if together:
        yield together


def send(client: "Client", parcels: Sequence[Parcel]) -> None:
    """Send one request; what the answer refuses is raised. Sent again, it changes nothing."""
    operation = parcels[0].operation
    rows = [_as_table_has_it(parcel.payload) for parcel in parcels]
    query: Any
    if operation == "upsert_job":
        query = client.table("jobs").upsert(rows, on_conflict="id").select("id")
    elif operation == "insert_cost":
        query = client.table("api_costs").upsert(rows, on_conflict="id", ignore_duplicates=True).select("id")
    else:
        query = _delete(client, parcels[0].payload)
    if not isinstance(query.execute().data, list):
        raise TypeError("the answer is not PostgREST's")  # some other page that says 200 to everything


def _delete(client: "Client", payload: Mapping[str, Any]) -> Any:
    """Delete the job, but not one of the same id that was made after it: a request may arrive late."""
    query = client.table("jobs").delete().eq("id", payload["id"])
    if "created_at" in payload:
        query = query.lte("created_at", payload["created_at"])
    return query.select("id")


def _as_table_has_it(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the row; Supabase knows owners by UUID, and those that are none are nobody there."""
    owner = payload.get("owner")
    return {**payload, "owner": owner if _is_uuid(owner) else None}


def _is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def judge(error: Exception) -> Refusal:
    """Return what went wrong when something was sent."""
    import httpx  # noqa: PLC0415 - loaded by the client already; most runs have none
    from supabase import SupabaseException  # noqa: PLC0415

    if isinstance(error, httpx.HTTPStatusError):
        return _judge_answer(error.response.status_code, error.response.headers, _body(error.response))
    if isinstance(error, SupabaseException | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Refusal(kind="key", reason="SUPABASE_URL or SUPABASE_KEY is not of the right form")
    return Refusal(kind="away", reason=type(error).__name__)


def _judge_answer(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> Refusal:
    code = str(body.get("code") or "")
    said = " ".join(part for part in (str(status), code, str(body.get("message") or "")) if part)
    reason = said[:_LONGEST_REASON]
    if status in {401, 403}:
        return Refusal(kind="key", reason=reason)
    if status == 404 or code in _SCHEMA_CODES:
        return Refusal(kind="tables", reason=reason)
    if 400 <= status < 500 and status not in _AWAY:
        return Refusal(kind="row", reason=reason)
    if status == 500 and code:
        return Refusal(kind="doubt", reason=reason)
    return Refusal(kind="away", reason=reason, wait=_retry_after(headers.get("retry-after", "")))


def _body(response: Any) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(header: str) -> float:
    """Return the seconds that the header asks for: a number, or a date."""
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - now()).total_seconds())
    except (ValueError, TypeError):
        return 0.0
