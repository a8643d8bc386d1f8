"""Clips: listed, looked at, renamed, kept or dropped, removed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context, In
from app.api.library.clip_models import STATE_OF, ClipChange, ClipList, ClipsMarked, ClipView, page_view, view
from app.api.lists import Cursor, Limit, Search
from app.api.principal import Who
from app.api.problems import documented
from app.api.versions import VERSIONED, Expected, tell_version
from app.api.work import Ids
from app.db.tables import projects
from app.models.base import Record
from app.models.library.clip import Clip, ClipFilter, ClipState
from app.models.library.texts import Id
from app.services.library import rows
from app.services.library.clips import Clips
from app.workflows.clips.asked import open_render
from app.workflows.clips.places import remove_files

router = APIRouter(tags=["clips"])

_LISTED = documented(404, 422)
_ONE = {200: {"headers": VERSIONED}, **documented(404)}
_CHANGED = {200: {"headers": VERSIONED}, **documented(404, 412, 422)}

Sort = Annotated[Literal["newest", "oldest", "name", "updated"], Query(description="How they are sorted.")]
State = Annotated[ClipState | None, Query(description="Only those of which a person thinks that.")]


class Selection(Record):
    """Whether to keep a clip."""

    selected: bool | None = Field(description="True keeps it, false drops it, null takes either back.", examples=[True])


class ManySelected(Selection):
    """Whether to keep some clips."""

    clip_ids: Ids


@router.get("/clips", summary="List clips", responses=_LISTED)
async def list_clips(
    context: In,
    who: Who,
    project_id: Annotated[Id | None, Query(description="Only those of this project.")] = None,
    state: State = None,
    search: Search = None,
    sort: Sort = "newest",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ClipList:
    """Return one page of clips, those of the command line as well."""
    wanted = ClipFilter(project_id=project_id, state=state, search=search)
    return await _listed(context, who.owner, wanted, sort, limit, cursor)


@router.get("/all-clips", summary="List the clips of all projects", responses=_LISTED)
async def list_all_clips(
    context: In, who: Who, state: State = None, sort: Sort = "newest", limit: Limit = 100, cursor: Cursor = None
) -> ClipList:
    """Return one page of clips, whichever project they are in."""
    return await _listed(context, who.owner, ClipFilter(state=state), sort, limit, cursor)


@router.get("/projects/{project_id}/clips", summary="List a project's clips", responses=_LISTED)
async def list_project_clips(
    context: In,
    who: Who,
    project_id: str,
    state: State = None,
    sort: Sort = "newest",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ClipList:
    """Return one page of the clips of one project."""
    return await _listed(context, who.owner, ClipFilter(project_id=project_id, state=state), sort, limit, cursor)


@router.get("/clips/{clip_id}", summary="One clip", responses=_ONE)
async def get_clip(context: In, who: Who, clip_id: str, response: Response) -> ClipView:
    """Return the clip: its newest render, and whether that is what it is to be by now."""
    return told(response, await context.storage.run_async(_store(context).get, who.owner, clip_id))


@router.patch("/clips/{clip_id}", summary="Rename, keep or drop a clip", responses=_CHANGED)
async def change_clip(
    context: In, who: Who, clip_id: str, change: ClipChange, expected: Expected, response: Response
) -> ClipView:
    """Change what is named; its files keep their names on the server."""
    changed = await run_in_threadpool(_store(context).change, who.owner, clip_id, change.said(), expected)
    return told(response, changed)


@router.delete("/clips/{clip_id}", summary="Remove a clip", status_code=204, responses=documented(404, 412))
async def delete_clip(context: In, who: Who, clip_id: str, expected: Expected) -> None:
    """Remove a clip with its files, and cancel its render; files that it was exported to stay."""
    await run_in_threadpool(_remove, context, who.owner, clip_id, expected)


@router.post("/clips/{clip_id}/select", summary="Keep or drop a clip", responses=_CHANGED)
async def select_clip(context: In, who: Who, clip_id: str, wanted: Selection, response: Response) -> ClipView:
    """Note what a person thinks of a clip; one that is dropped stays until it is removed."""
    changes = {"state": STATE_OF[wanted.selected]}
    return told(response, await run_in_threadpool(_store(context).change, who.owner, clip_id, changes))


@router.post("/clips/bulk-select", summary="Keep or drop some clips", responses=documented(404, 422))
async def select_clips(context: In, who: Who, wanted: ManySelected) -> ClipsMarked:
    """Mark all of these clips, or none when one of them is not there."""
    marked = await run_in_threadpool(_store(context).mark, who.owner, wanted.clip_ids, STATE_OF[wanted.selected])
    return ClipsMarked(clips=tuple(map(view, marked)))


def told(response: Response, clip: Clip) -> ClipView:
    """Return the clip as it is told, with its version in the answer's `ETag`."""
    tell_version(response, clip.version)
    return view(clip)


def _store(context: Context) -> Clips:
    return Clips(context.storage.database)


async def _listed(
    context: Context, owner: str | None, wanted: ClipFilter, sort: str, limit: int, cursor: str | None
) -> ClipList:
    def look() -> ClipList:
        if wanted.project_id is not None:
            with context.storage.database.read() as connection:
                rows.require(connection, projects, "project", owner, wanted.project_id)
        return page_view(_store(context).page(owner, wanted, sort=sort, limit=limit, cursor=cursor))

    return await context.storage.run_async(look)


def _remove(context: Context, owner: str | None, clip_id: str, expected: int | None) -> None:
    clip = _store(context).remove(owner, clip_id, expected)
    if (running := open_render(context.desk, clip)) is not None:
        context.desk.cancel(running["job_id"])
    remove_files(context.settings, clip.files)
