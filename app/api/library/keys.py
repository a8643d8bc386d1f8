"""Keys for programs: made, listed, taken back."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context, In
from app.api.made import made_id
from app.api.principal import Who, scope
from app.api.problems import documented
from app.models.base import Record
from app.models.library.access import ApiKey, NewApiKey
from app.models.library.texts import Name
from app.models.principal import Scope
from app.services.library.api_keys import ApiKeys

router = APIRouter(prefix="/api-keys", tags=["access"], dependencies=[scope("admin")])


class KeyWanted(Record):
    """A key as it is asked for."""

    name: Name = Field(description="What it is for.", examples=["n8n"])
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=3)] = Field(
        ("read", "write"),
        description="`read` looks, `write` makes and changes (and reads), `admin` also sees to keys and webhooks.",
    )
    expires_in_days: Annotated[float, Field(gt=0, le=3650)] | None = Field(
        None, description="After how many days it is refused; null: never.", examples=[90]
    )


class KeyList(Record):
    """All keys, newest first."""

    keys: tuple[ApiKey, ...]


@router.get("", summary="List the keys")
async def list_keys(context: In, who: Who) -> KeyList:
    """Return all keys, those that ended or were revoked as well, without their secrets."""
    return KeyList(keys=tuple(await run_in_threadpool(_store(context).all, who.owner)))


@router.post("", summary="Make a key", status_code=201, responses=documented(422))
async def create_key(context: In, who: Who, request: Request, response: Response, wanted: KeyWanted) -> NewApiKey:
    """Make a key. This answer is the only one that shows it."""
    key = await run_in_threadpool(
        _store(context).create,
        who.owner,
        wanted.name,
        wanted.scopes,
        days=wanted.expires_in_days,
        key_id=made_id(request),
    )
    response.headers.update({"Location": f"{request.url.path}/{key.id}", "Cache-Control": "no-store"})
    return key


@router.delete("/{key_id}", summary="Revoke a key", status_code=204, responses=documented(404))
async def revoke_key(context: In, who: Who, key_id: str) -> None:
    """Let a key be refused from now on; it stays in the list."""
    await run_in_threadpool(_store(context).revoke, who.owner, key_id)


def _store(context: Context) -> ApiKeys:
    return ApiKeys(context.storage.database)
