"""Usage: what providers were asked for, and what that cost."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.concurrency import run_in_threadpool

from app.api.context import Context, In
from app.api.library.csv_answers import CSV, csv_answer, wants_csv
from app.api.lists import Cursor, Limit
from app.api.principal import Who
from app.api.problems import documented
from app.db.types import now
from app.errors import InputError
from app.models.base import Record
from app.models.cost import Grouping, Slug, dollars
from app.models.library.texts import Id
from app.models.library.usage import CallPage, CostReport, UsageReport
from app.models.library.voice import ProviderShown
from app.services.cost_rows import CostFilter
from app.services.library.providers import providers
from app.services.library.usage import Usage

router = APIRouter(tags=["usage"])

_COLUMNS = ("calls", "units", "cost_microdollars", "cost_usd")
_AS_CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report, or with `Accept: text/csv` its totals as a table.",
        "content": {CSV: {"schema": {"type": "string"}}},
    }
}

Service = Annotated[Slug | None, Query(description="Only of this service.", examples=["edge_tts"])]
ProjectId = Annotated[Id | None, Query(description="Only of this project.")]
ClipId = Annotated[Id | None, Query(description="Only of this clip.")]
JobId = Annotated[Id | None, Query(description="Only of this job and its parts.")]


class ProviderList(Record):
    """Who does work for clips."""

    providers: tuple[ProviderShown, ...]


@router.get(
    "/usage/costs", summary="What was spent", response_model=CostReport, responses={**_AS_CSV, **documented(422)}
)
async def get_costs(
    context: In,
    who: Who,
    first_day: Annotated[date | None, Query(alias="from", description="The first day (UTC), as 2026-11-01.")] = None,
    last_day: Annotated[date | None, Query(alias="to", description="The last day (UTC).")] = None,
    group_by: Annotated[Grouping, Query(description="What to add up by.")] = "service",
    service: Service = None,
    project_id: ProjectId = None,
    clip_id: ClipId = None,
    job_id: JobId = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Any:
    """Add up what was spent over all calls there are, however many; as JSON, or as CSV with `Accept: text/csv`."""
    if first_day is not None and last_day is not None and last_day < first_day:
        raise InputError("`to` lies before `from`.", hint="Name the first day in `from`.", subject="to")
    wanted = CostFilter(service=service, project_id=project_id, clip_id=clip_id, job_id=job_id)
    read = context.storage.run_async
    report = await read(_store(context).costs, who.owner, group_by, first_day, last_day, wanted)
    return await run_in_threadpool(_as_csv, report) if wants_csv(accept) else report


@router.get("/usage/calls", summary="Calls of providers", responses=documented(422))
async def list_calls(
    context: In,
    who: Who,
    service: Service = None,
    project_id: ProjectId = None,
    clip_id: ClipId = None,
    job_id: JobId = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> CallPage:
    """Return one page of the calls that were made, newest first; the free ones are among them."""
    wanted = CostFilter(service=service, project_id=project_id, clip_id=clip_id, job_id=job_id)
    return await context.storage.run_async(_store(context).calls, who.owner, wanted, limit=limit, cursor=cursor)


@router.get("/usage", summary="What was used")
async def get_usage(context: In, who: Who) -> UsageReport:
    """Return what was used today, in this month, and ever."""
    return await context.storage.run_async(_store(context).report, who.owner, now().date())


@router.get("/providers", summary="Who does work for clips")
async def list_providers(context: In, who: Who) -> ProviderList:
    """Return who analyses and speaks, whether that works here, and what it has cost; nobody is asked for it."""
    return ProviderList(
        providers=tuple(await run_in_threadpool(providers, context.storage.database, context.settings, who.owner))
    )


def _as_csv(report: CostReport) -> Response:
    rows = (
        (one.name or "", one.label or "", one.calls, one.units, one.cost_microdollars, dollars(one.cost_microdollars))
        for one in report.totals
    )
    return csv_answer(f"costs-by-{report.group_by}.csv", (report.group_by, "label", *_COLUMNS), rows)


def _store(context: Context) -> Usage:
    return Usage(context.storage.database)
