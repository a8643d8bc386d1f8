"""Marks: what a person knows of stretches of footage."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field, model_validator

from app.api.context import Context, In
from app.api.lists import NEXT, TOTAL, Cursor, Limit
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.versions import VERSIONED, Expected, tell_version
from app.models.base import Record
from app.models.library.segment import Keyword, Segment, SegmentChange, SegmentFields, SegmentFilter
from app.models.library.texts import Id
from app.services.library.segments import Segments

router = APIRouter(tags=["segments"])

SegmentSort = Literal["start", "newest", "oldest", "updated"]

_TAGGED = {"headers": VERSIONED}

MOST_AT_ONCE = 500
"""Marks of one bulk action."""


class SegmentList(Record):
    """One page of marks."""

    segments: tuple[Segment, ...]
    next_cursor: str | None = Field(description=NEXT)
    total: int = Field(description=TOTAL)


class SegmentBulk(Record):
    """One action on many marks: a change, or that they go."""

    ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]
    change: SegmentChange | None = Field(default=None, description="What changes of each of them.")
    delete: bool = Field(default=False, description="Remove them.")

    @model_validator(mode="after")
    def _is_one_action(self) -> Self:
        if self.delete == (self.change is not None):
            raise ValueError("it needs either a change, or delete: true")
        return self


class SegmentsChanged(Record):
    """What came of an action on many marks: those that were changed, as they are now, or the ids of those that went."""

    segments: tuple[Segment, ...] = ()
    deleted: tuple[str, ...] = ()


@router.get("/segments", summary="List marks", responses=documented(404, 422))
async def list_segments(
    context: In,
    who: Who,
    project_id: Annotated[
        str | None, Query(description="Only what counts in this project: its own marks, and its videos'.")
    ] = None,
    keyword: Annotated[Keyword | None, Query(description="Only those with this keyword.")] = None,
    favourite: Annotated[bool | None, Query(description="Only favourites, or only others.")] = None,
    sort: Annotated[SegmentSort, Query(description="What comes first.")] = "newest",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> SegmentList:
    """Return one page of marks."""
    wanted = SegmentFilter(project_id=project_id, keyword=keyword, favourite=favourite)
    return await _page(context, who.owner, wanted, sort, limit, cursor)


@router.get("/videos/{video_id}/segments", summary="Marks of a video", responses=documented(404, 422))
async def list_video_segments(
    context: In,
    who: Who,
    video_id: str,
    project_id: Annotated[str | None, Query(description="Only what counts in this project.")] = None,
    sort: Annotated[SegmentSort, Query(description="What comes first.")] = "start",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> SegmentList:
    """Return one page of a video's or photograph's marks."""
    return await _page(context, who.owner, SegmentFilter(video_id=video_id, project_id=project_id), sort, limit, cursor)


@router.post(
    "/videos/{video_id}/segments",
    summary="Mark a stretch",
    status_code=201,
    responses={201: _TAGGED, **documented(404, 422)},
)
async def create_segment(
    context: In, who: Who, request: Request, response: Response, video_id: str, segment: SegmentFields
) -> Segment:
    """Mark a stretch of a video, or a photograph."""
    made = await run_in_threadpool(_store(context).new, who.owner, video_id, segment, made_id(request))
    response.headers["Location"] = request.url_for("get_segment", segment_id=made.id).path
    return _told(response, made)


@router.post("/segments/bulk", summary="Change or remove many marks", responses=documented(404, 422))
async def change_segments(context: In, who: Who, wanted: SegmentBulk) -> SegmentsChanged:
    """Do the same to all of them, or to none when one is not there or cannot be so."""
    store = _store(context)
    if wanted.change is None:
        await run_in_threadpool(store.remove_all, who.owner, wanted.ids)
        return SegmentsChanged(deleted=tuple(dict.fromkeys(wanted.ids)))
    changed = await run_in_threadpool(store.change_all, who.owner, wanted.ids, wanted.change)
    return SegmentsChanged(segments=tuple(changed))


@router.get("/segments/{segment_id}", summary="One mark", responses={200: _TAGGED, **documented(404, 422)})
async def get_segment(context: In, who: Who, response: Response, segment_id: str) -> Segment:
    """Return a mark."""
    return _told(response, await context.storage.run_async(_store(context).get, who.owner, segment_id))


@router.patch("/segments/{segment_id}", summary="Change a mark", responses={200: _TAGGED, **documented(404, 412, 422)})
async def change_segment(
    context: In, who: Who, response: Response, segment_id: str, change: SegmentChange, expected: Expected
) -> Segment:
    """Change what is named of a mark."""
    return _told(response, await run_in_threadpool(_store(context).change, who.owner, segment_id, change, expected))


@router.delete("/segments/{segment_id}", summary="Remove a mark", status_code=204, responses=documented(404, 412, 422))
async def delete_segment(context: In, who: Who, segment_id: str, expected: Expected) -> None:
    """Remove a mark; the video stays as it is."""
    await run_in_threadpool(_store(context).remove, who.owner, segment_id, expected)


async def _page(
    context: Context, owner: str | None, wanted: SegmentFilter, sort: str, limit: int, cursor: str | None
) -> SegmentList:
    read = context.storage.run_async
    found = await read(_store(context).page, owner, wanted, sort=sort, limit=limit, cursor=cursor)
    return SegmentList(segments=found.items, next_cursor=found.next_cursor, total=found.total)


def _told(response: Response, segment: Segment) -> Segment:
    tell_version(response, segment.version)
    return segment


def _store(context: Context) -> Segments:
    return Segments(context.storage.database)
