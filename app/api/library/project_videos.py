"""The videos of a project: which it has, and what each is for."""

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context, In
from app.api.lists import NEXT, TOTAL, Cursor, Limit
from app.api.principal import Who
from app.api.problems import documented
from app.models.base import Record
from app.models.library.project import ProjectVideo, ProjectVideoFields
from app.services.library.project_videos import ProjectVideos

router = APIRouter(prefix="/projects/{project_id}/videos", tags=["projects"])


class ProjectVideoList(Record):
    """One page of a project's videos."""

    videos: tuple[ProjectVideo, ...]
    next_cursor: str | None = Field(description=NEXT)
    total: int = Field(description=TOTAL)


@router.get("", summary="Videos of a project", responses=documented(404, 422))
async def list_project_videos(
    context: In, who: Who, project_id: str, limit: Limit = 100, cursor: Cursor = None
) -> ProjectVideoList:
    """Return videos and photographs in the order in which they were added."""
    read = context.storage.run_async
    found = await read(_store(context).page, who.owner, project_id, limit=limit, cursor=cursor)
    return ProjectVideoList(videos=found.items, next_cursor=found.next_cursor, total=found.total)


@router.put("/{video_id}", summary="Add a video to a project", responses=documented(404, 422))
async def put_project_video(
    context: In, who: Who, project_id: str, video_id: str, use: ProjectVideoFields | None = None
) -> ProjectVideo:
    """Add a video or photograph to a project, or say anew what it is for there."""
    wanted = use or ProjectVideoFields()
    return await run_in_threadpool(_store(context).put, who.owner, project_id, video_id, wanted)


@router.delete("/{video_id}", summary="Take a video out of a project", status_code=204, responses=documented(404, 422))
async def remove_project_video(context: In, who: Who, project_id: str, video_id: str) -> None:
    """Take it out, with the marks that it has in this project alone; the video itself stays."""
    await run_in_threadpool(_store(context).remove, who.owner, project_id, video_id)


def _store(context: Context) -> ProjectVideos:
    return ProjectVideos(context.storage.database)
