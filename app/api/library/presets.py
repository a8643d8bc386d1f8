"""Presets: the places of publication that are built in, and options under names of one's own."""

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
from app.data import caption_styles, presets, qualities
from app.models.base import Record
from app.models.library.preset import OwnPreset, PresetChange, PresetFields
from app.models.preset import Preset
from app.services.library.options import check_options
from app.services.library.presets import Presets

router = APIRouter(tags=["presets"])

PresetSort = Literal["name", "newest", "oldest", "updated"]

_TAGGED = {"headers": VERSIONED}


class StyleShown(Record):
    """A style that captions may have."""

    name: str = Field(examples=["bold"])
    title: str = Field(description="How it looks.")
    font_family: str
    uppercase: bool


class ExportPresets(Record):
    """Everything that is built in and asked for by name."""

    presets: tuple[Preset, ...] = Field(description="Places of publication; lengths in pixels and seconds.")
    qualities: tuple[str, ...] = Field(description="How well clips are encoded.", examples=[["draft", "standard"]])
    caption_styles: tuple[StyleShown, ...]


class PresetList(Record):
    """One page of presets."""

    presets: tuple[OwnPreset, ...]
    next_cursor: str | None = Field(description=NEXT)
    total: int = Field(description=TOTAL)


@router.get("/export-presets", summary="Places of publication")
async def list_export_presets(who: Who) -> ExportPresets:
    """Return the places of publication, qualities and caption styles that are built in."""
    styles = [
        StyleShown(**style.model_dump(include=set(StyleShown.model_fields))) for style in caption_styles().values()
    ]
    return ExportPresets(presets=tuple(presets().values()), qualities=tuple(qualities()), caption_styles=tuple(styles))


@router.get("/presets", summary="List presets", responses=documented(422))
async def list_presets(
    context: In,
    who: Who,
    sort: Annotated[PresetSort, Query(description="What comes first.")] = "name",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> PresetList:
    """Return one page of one's own presets."""
    read = context.storage.run_async
    found = await read(_store(context).page, who.owner, sort=sort, limit=limit, cursor=cursor)
    return PresetList(presets=found.items, next_cursor=found.next_cursor, total=found.total)


@router.post("/presets", summary="Make a preset", status_code=201, responses={201: _TAGGED, **documented(404, 422)})
async def create_preset(context: In, who: Who, request: Request, response: Response, preset: PresetFields) -> OwnPreset:
    """Keep options under a name."""
    await run_in_threadpool(check_options, preset.options, context.settings)
    made = await run_in_threadpool(_store(context).new, who.owner, preset, made_id(request))
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    return _told(response, made)


@router.get("/presets/{preset_id}", summary="One preset", responses={200: _TAGGED, **documented(404, 422)})
async def get_preset(context: In, who: Who, response: Response, preset_id: str) -> OwnPreset:
    """Return a preset."""
    return _told(response, await context.storage.run_async(_store(context).get, who.owner, preset_id))


@router.patch("/presets/{preset_id}", summary="Change a preset", responses={200: _TAGGED, **documented(404, 412, 422)})
async def change_preset(
    context: In, who: Who, response: Response, preset_id: str, change: PresetChange, expected: Expected
) -> OwnPreset:
    """Change what is named; `options` are replaced as a whole."""
    if "options" in change.model_fields_set:
        await run_in_threadpool(check_options, change.options, context.settings)
    return _told(response, await run_in_threadpool(_store(context).change, who.owner, preset_id, change, expected))


@router.delete("/presets/{preset_id}", summary="Remove a preset", status_code=204, responses=documented(404, 412, 422))
async def delete_preset(context: In, who: Who, preset_id: str, expected: Expected) -> None:
    """Remove a preset; what was made with it stays as it is."""
    await run_in_threadpool(_store(context).remove, who.owner, preset_id, expected)


def _told(response: Response, preset: OwnPreset) -> OwnPreset:
    tell_version(response, preset.version)
    return preset


def _store(context: Context) -> Presets:
    return Presets(context.storage.database)
