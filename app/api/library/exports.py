"""Exports of clips: asked for, listed, fetched, removed."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context, In
from app.api.files import file_answer, file_responses
from app.api.library.job_models import JobFailure, summary
from app.api.lists import NEXT, TOTAL, Cursor, Limit
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.work import JOBS, Ids
from app.errors import InputError
from app.models.base import Record
from app.models.job import JobStatus
from app.models.library.export import Export, ExportFilter, ExportKind
from app.models.library.texts import Id
from app.services.library.exports import Exports
from app.workflows.export_clips import export_clips, remove_export

router = APIRouter(prefix="/exports", tags=["exports"])

EXPORTS = "/api/v1/library/exports"


class ExportWish(Record):
    """What to export."""

    clip_ids: Ids = Field(description="Several become a ZIP.")
    kind: ExportKind = Field("mp4", description="zip: film, captions and still of each clip.")
    preset: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="For another place of publication: framed anew for this export, the clip stays as it is."
    )


class ExportView(Record):
    """A file of one or more clips, as they were when it was asked for."""

    id: str
    kind: ExportKind
    name: str = Field(description="What it is saved as.", examples=["clip-01.mp4"])
    clip_ids: tuple[str, ...]
    project_id: str | None
    preset: str | None
    status: JobStatus = Field(description="completed: its file can be fetched.")
    error: JobFailure | None = Field(description="Why it could not be made.")
    job_id: str | None = Field(description="The job that makes it; null: it was made at once.")
    bytes: int | None
    media_type: str
    file: str = Field(description="The address of its file.")
    created_at: datetime


class ExportList(Record):
    """One page of exports."""

    exports: tuple[ExportView, ...]
    next_cursor: str | None = Field(description=NEXT)
    total: int = Field(description=TOTAL)


_MADE = {
    201: {"model": ExportView, "description": "It was made at once."},
    202: {"model": ExportView, "description": "A job makes it: Location is that of the job."},
    **documented(404, 410, 422, 507),
}


@router.post("", summary="Export clips", status_code=201, responses=_MADE)
async def create_export(context: In, who: Who, request: Request, response: Response, wish: ExportWish) -> ExportView:
    """Export clips as they are now: texts and finished films at once (201), else by a job that renders first (202)."""
    ask = (context.desk, context.settings, who.owner, wish.clip_ids, wish.kind, made_id(request), wish.preset)
    export = await run_in_threadpool(export_clips, *ask)
    if export.path is None:
        response.status_code = 202
    response.headers["Location"] = f"{EXPORTS}/{export.id}" if export.path else f"{JOBS}/{export.job_id}"
    return await context.storage.run_async(_view, context, export)


@router.get("", summary="List exports", responses=documented(422))
async def list_exports(
    context: In,
    who: Who,
    project_id: Annotated[Id | None, Query(description="Only those of this project's clips.")] = None,
    clip_id: Annotated[Id | None, Query(description="Only those of this clip alone.")] = None,
    sort: Annotated[Literal["newest", "oldest"], Query(description="How they are sorted.")] = "newest",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ExportList:
    """Return one page of exports."""
    wanted = ExportFilter(project_id=project_id, clip_id=clip_id)

    def look() -> ExportList:
        page = _store(context).page(who.owner, wanted, sort=sort, limit=limit, cursor=cursor)
        views = tuple(_view(context, export) for export in page.items)
        return ExportList(exports=views, next_cursor=page.next_cursor, total=page.total)

    return await context.storage.run_async(look)


@router.get("/{export_id}", summary="One export", responses=documented(404))
async def get_export(context: In, who: Who, export_id: str) -> ExportView:
    """Return the export, and whether its file is there."""
    return await context.storage.run_async(lambda: _view(context, _store(context).get(who.owner, export_id)))


@router.get(
    "/{export_id}/file",
    summary="An export's file",
    response_class=Response,
    responses=file_responses("application/octet-stream") | documented(404, 409, 410),
)
async def get_export_file(context: In, who: Who, export_id: str, request: Request) -> Response:
    """Send the file, to be saved under its name."""
    export = await context.storage.run_async(_store(context).get, who.owner, export_id)
    if export.path is None:
        raise InputError(
            f"{export.name} is not finished.",
            hint=f"GET {EXPORTS}/{export.id} says how far it is.",
            subject="export_id",
            code="export_unfinished",
        )
    path = context.settings.data_dir / export.path
    return await file_answer(request, path, name=export.name, media_type=export.media_type)


@router.delete("/{export_id}", summary="Remove an export", status_code=204, responses=documented(404))
async def delete_export(context: In, who: Who, export_id: str) -> None:
    """Remove an export with its file, and cancel the job that makes it."""
    await run_in_threadpool(remove_export, context.desk, context.settings, who.owner, export_id)


def _view(context: Context, export: Export) -> ExportView:
    job = context.storage.get_job(export.job_id) if export.job_id and export.path is None else None
    told = summary(job) if job is not None else None
    otherwise: JobStatus = "completed" if export.path else "cancelled"
    same = {name: getattr(export, name) for name in ExportView.model_fields.keys() & Export.model_fields.keys()}
    return ExportView.model_validate(
        {
            **same,
            "clip_ids": export.details.get("clip_ids", ()),
            "preset": export.details.get("preset"),
            "status": told.status if told and export.path is None else otherwise,
            "error": told.error if told else None,
            "job_id": export.job_id or None,
            "file": f"{EXPORTS}/{export.id}/file",
        }
    )


def _store(context: Context) -> Exports:
    return Exports(context.storage.database)
