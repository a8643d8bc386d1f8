"""Projects: listed, made, looked at, changed, put away, removed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context, In
from app.api.lists import NEXT, TOTAL, Cursor, Limit, Search
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.versions import VERSIONED, Expected, tell_version
from app.models.base import Record
from app.models.library.project import Project, ProjectChange, ProjectFields, ProjectFilter
from app.services.library.options import check_options
from app.services.library.projects import Projects
from app.workflows.projects import remove_project

router = APIRouter(prefix="/projects", tags=["projects"])

ProjectSort = Literal["newest", "oldest", "name", "updated"]
"""By when they were made, by name, or those first that were changed last."""

_TAGGED = {"headers": VERSIONED}


class ProjectList(Record):
    """One page of projects."""

    projects: tuple[Project, ...]
    next_cursor: str | None = Field(description=NEXT)
    total: int = Field(description=TOTAL)


@router.get("", summary="List projects", responses=documented(422))
async def list_projects(
    context: In,
    who: Who,
    search: Search = None,
    archived: Annotated[bool | None, Query(description="Only those put away, or only others; else all.")] = None,
    sort: Annotated[ProjectSort, Query(description="What comes first.")] = "newest",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ProjectList:
    """Return one page of projects, each with how much it holds."""
    wanted = ProjectFilter(search=search, archived=archived)
    read = context.storage.run_async
    found = await read(_store(context).page, who.owner, wanted, sort=sort, limit=limit, cursor=cursor)
    return ProjectList(projects=found.items, next_cursor=found.next_cursor, total=found.total)


@router.post("", summary="Make a project", status_code=201, responses={201: _TAGGED, **documented(404, 422)})
async def create_project(
    context: In, who: Who, request: Request, response: Response, project: ProjectFields
) -> Project:
    """Make a project: a place for footage and scripts, and for how clips are made of them."""
    await run_in_threadpool(check_options, project.options, context.settings)
    duration, project_id = context.settings.duration, made_id(request)
    made = await run_in_threadpool(_store(context).new, who.owner, project, duration, project_id)
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    return _told(response, made)


@router.get("/{project_id}", summary="One project", responses={200: _TAGGED, **documented(404, 422)})
async def get_project(context: In, who: Who, response: Response, project_id: str) -> Project:
    """Return a project with how much it holds."""
    return _told(response, await context.storage.run_async(_store(context).get, who.owner, project_id))


@router.patch("/{project_id}", summary="Change a project", responses={200: _TAGGED, **documented(404, 412, 422)})
async def change_project(
    context: In, who: Who, response: Response, project_id: str, change: ProjectChange, expected: Expected
) -> Project:
    """Change what is named; `options` and `brand` are replaced as a whole."""
    if "options" in change.model_fields_set:
        await run_in_threadpool(check_options, change.options, context.settings)
    return _told(response, await run_in_threadpool(_store(context).change, who.owner, project_id, change, expected))


@router.post(
    "/{project_id}/archive", summary="Put a project away", responses={200: _TAGGED, **documented(404, 412, 422)}
)
async def archive_project(context: In, who: Who, response: Response, project_id: str, expected: Expected) -> Project:
    """Put it away: it stays as it is, and can be left out of lists."""
    return _told(response, await run_in_threadpool(_store(context).archive, who.owner, project_id, True, expected))


@router.post(
    "/{project_id}/unarchive", summary="Take a project out again", responses={200: _TAGGED, **documented(404, 412, 422)}
)
async def unarchive_project(context: In, who: Who, response: Response, project_id: str, expected: Expected) -> Project:
    """Take out a project that was put away."""
    return _told(response, await run_in_threadpool(_store(context).archive, who.owner, project_id, False, expected))


@router.delete("/{project_id}", summary="Remove a project", status_code=204, responses=documented(404, 409, 412, 422))
async def delete_project(
    context: In,
    who: Who,
    project_id: str,
    expected: Expected,
    keep_clips: Annotated[bool, Query(description="Leave its clips in the library, without a project.")] = False,
    cancel: Annotated[
        bool, Query(description="Cancel its jobs that have not ended; else they are a conflict.")
    ] = False,
) -> None:
    """Remove a project with its scripts, its own marks and its clips.

    Videos stay, and so do files that something was exported to.
    """
    await run_in_threadpool(
        remove_project,
        context.desk,
        context.settings,
        who.owner,
        project_id,
        expected,
        keep_clips=keep_clips,
        cancel=cancel,
    )


def _told(response: Response, project: Project) -> Project:
    tell_version(response, project.version)
    return project


def _store(context: Context) -> Projects:
    return Projects(context.storage.database)
