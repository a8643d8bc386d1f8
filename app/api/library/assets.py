"""Music and logos: listed and removed; their files are those of videos."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool

from app.api.context import In
from app.api.library.video_models import AssetList, page_of_assets
from app.api.library.videos import Sort, media_of
from app.api.lists import Cursor, Limit, Search
from app.api.principal import Who
from app.api.problems import documented
from app.api.versions import Expected
from app.models.library.media import ASSETS, MediaFilter
from app.workflows.cleanup import ask_for_room

router = APIRouter(prefix="/assets", tags=["videos"])


@router.get("", summary="List music and logos", responses=documented(422))
async def list_assets(
    context: In,
    who: Who,
    kind: Annotated[Literal["music", "logo"] | None, Query(description="Only this kind.")] = None,
    search: Search = None,
    sort: Sort = "newest",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AssetList:
    """Return one page of music and logos."""
    wanted = MediaFilter(kinds=(kind,) if kind else ASSETS, search=search)

    def look() -> AssetList:
        return page_of_assets(context, media_of(context).page(who.owner, wanted, sort=sort, limit=limit, cursor=cursor))

    return await run_in_threadpool(look)


@router.delete("/{asset_id}", summary="Remove music or a logo", status_code=204, responses=documented(404, 412))
async def delete_asset(context: In, who: Who, asset_id: str, expected: Expected) -> None:
    """Take it out of the library; its file goes once nothing needs it."""
    await run_in_threadpool(media_of(context).remove, who.owner, asset_id, expected, ASSETS)
    await run_in_threadpool(ask_for_room, context.desk)
