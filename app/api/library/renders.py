"""Renders of clips: asked for, one or many, and how far they are."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context, In
from app.api.library.job_models import Job, JobSummary, summary
from app.api.library.progress import RenderProgress, progress_of
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.work import CallbackUrl, Ids, accepted, require_callback
from app.data import find, presets
from app.models.base import Record
from app.models.edit import QualityName
from app.models.job import JobDict
from app.services.library.clips import Clips
from app.workflows.clips.asked import ask_for_render

router = APIRouter(prefix="/clips", tags=["renders"])

PresetName = Annotated[
    str | None,
    Field(max_length=100, description="Where it is published; null: as the clip is.", examples=["youtube_shorts"]),
]
Quality = Annotated[QualityName | None, Field(description="null: as the clip is.")]


class RenderWish(Record):
    """How to render."""

    preset_name: PresetName = None
    quality: Quality = None
    callback_url: CallbackUrl = None


class ManyRenders(Record):
    """Which clips to render, and how."""

    clip_ids: Ids
    preset_name: PresetName = None
    quality: Quality = None


class RendersAsked(Record):
    """The renders that were taken in, in the order of the clips."""

    jobs: tuple[JobSummary, ...]


@router.post("/{clip_id}/render", summary="Render a clip", status_code=202, responses=documented(404, 422))
async def render_clip(
    context: In, who: Who, clip_id: str, request: Request, response: Response, wish: RenderWish | None = None
) -> Job:
    """Take in a render of the newest document: only what has changed is encoded, and its files replace the older ones.

    For another preset the clip is framed anew and becomes one of that preset.
    """
    chosen = wish or RenderWish()
    await require_callback(context, chosen.callback_url)
    job = await run_in_threadpool(_ask, context, who.owner, clip_id, made_id(request), chosen)
    return await accepted(context, response, job)


@router.post("/bulk-render", summary="Render some clips", status_code=202, responses=documented(404, 422))
async def render_clips(context: In, who: Who, request: Request, wanted: ManyRenders) -> RendersAsked:
    """Take in a render of each of these clips, or of none when one of them is not there."""
    wish = RenderWish(preset_name=wanted.preset_name, quality=wanted.quality)

    def ask() -> list[JobDict]:
        some = Clips(context.storage.database).some(who.owner, wanted.clip_ids)
        return [_ask(context, who.owner, clip.id, made_id(request, clip.id), wish) for clip in some]

    return RendersAsked(jobs=tuple(map(summary, await run_in_threadpool(ask))))


@router.get("/{clip_id}/render/progress", summary="How far a clip's render is", responses=documented(404))
async def get_render_progress(context: In, who: Who, clip_id: str) -> RenderProgress:
    """Return how far the render is that was asked for last; a clip never rendered is at 0."""

    def look() -> JobDict | None:
        clip = Clips(context.storage.database).get(who.owner, clip_id)
        return context.storage.get_job(clip.render_job_id) if clip.render_job_id else None

    return progress_of(await context.storage.run_async(look))


def _ask(context: Context, owner: str | None, clip_id: str, job_id: str, wish: RenderWish) -> JobDict:
    if wish.preset_name is not None:
        find("preset", presets(), wish.preset_name)
    return ask_for_render(
        context.desk,
        context.settings,
        Clips(context.storage.database).get(owner, clip_id),
        owner,
        job_id,
        preset=wish.preset_name,
        quality=wish.quality,
        callback_url=wish.callback_url,
    )
