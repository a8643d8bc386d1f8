"""Scripts of projects: what is said in clips."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context, In
from app.api.lists import NEXT, TOTAL, Cursor, Limit
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.versions import VERSIONED, Expected, tell_version
from app.models.base import Record
from app.models.library.script import Script, ScriptChange, ScriptFields
from app.services.library.options import check_voice
from app.services.library.scripts import Scripts

router = APIRouter(tags=["scripts"])

ScriptSort = Literal["oldest", "newest", "name", "updated"]

_TAGGED = {"headers": VERSIONED}


class ScriptList(Record):
    """One page of a project's scripts."""

    scripts: tuple[Script, ...]
    next_cursor: str | None = Field(description=NEXT)
    total: int = Field(description=TOTAL)


@router.get("/projects/{project_id}/scripts", summary="Scripts of a project", responses=documented(404, 422))
async def list_scripts(
    context: In,
    who: Who,
    project_id: str,
    sort: Annotated[ScriptSort, Query(description="What comes first.")] = "oldest",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ScriptList:
    """Return one page of a project's scripts."""
    read = context.storage.run_async
    found = await read(_store(context).page, who.owner, project_id, sort=sort, limit=limit, cursor=cursor)
    return ScriptList(scripts=found.items, next_cursor=found.next_cursor, total=found.total)


@router.post(
    "/projects/{project_id}/scripts",
    summary="Add a script",
    status_code=201,
    responses={201: _TAGGED, **documented(404, 422)},
)
async def create_script(
    context: In, who: Who, request: Request, response: Response, project_id: str, script: ScriptFields
) -> Script:
    """Add a script to a project."""
    await run_in_threadpool(check_voice, script.voice, context.settings)
    made = await run_in_threadpool(_store(context).new, who.owner, project_id, script, made_id(request))
    response.headers["Location"] = request.url_for("get_script", script_id=made.id).path
    return _told(response, made)


@router.get("/scripts/{script_id}", summary="One script", responses={200: _TAGGED, **documented(404, 422)})
async def get_script(context: In, who: Who, response: Response, script_id: str) -> Script:
    """Return a script."""
    return _told(response, await context.storage.run_async(_store(context).get, who.owner, script_id))


@router.patch("/scripts/{script_id}", summary="Change a script", responses={200: _TAGGED, **documented(404, 412, 422)})
async def change_script(
    context: In, who: Who, response: Response, script_id: str, change: ScriptChange, expected: Expected
) -> Script:
    """Change what is named; clips that were made of it stay as they are."""
    if "voice" in change.model_fields_set:
        await run_in_threadpool(check_voice, change.voice, context.settings)
    return _told(response, await run_in_threadpool(_store(context).change, who.owner, script_id, change, expected))


@router.delete("/scripts/{script_id}", summary="Remove a script", status_code=204, responses=documented(404, 412, 422))
async def delete_script(context: In, who: Who, script_id: str, expected: Expected) -> None:
    """Remove a script; clips that were made of it stay."""
    await run_in_threadpool(_store(context).remove, who.owner, script_id, expected)


def _told(response: Response, script: Script) -> Script:
    tell_version(response, script.version)
    return script


def _store(context: Context) -> Scripts:
    return Scripts(context.storage.database)
