"""Shots of a clip: what else could be shown instead of one, and taking it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context, In
from app.api.library.arrivals import ended
from app.api.library.clip_models import ClipView
from app.api.library.clips import told
from app.api.library.job_models import Job
from app.api.principal import Who
from app.api.problems import documented
from app.api.versions import VERSIONED, Expected
from app.api.work import accepted
from app.errors import Cancelled, from_record
from app.models.base import Record
from app.models.job import JobDict
from app.models.library.clip import Clip
from app.services.library.clips import Clips
from app.workflows.alternatives import Alternative, ask_for_alternatives, take_alternative

router = APIRouter(prefix="/clips/{clip_id}/shots/{number}", tags=["clips"])

Number = Annotated[int, Path(ge=1, le=1_000, description="Its place in the clip, from 1.")]
Wait = Annotated[float, Query(ge=0, le=60, description="Seconds that the answer may wait; then it is a 202.")]

_GOES_ON: dict[int | str, dict[str, Any]] = {
    202: {"model": Job, "description": "Footage is looked at: ask again when the job has ended."}
}


class Alternatives(Record):
    """What could be shown instead of a shot."""

    clip_id: str
    number: int
    alternatives: tuple[Alternative, ...] = Field(description="The best first.")
    missing: tuple[str, ...] = Field(description="Footage that was not found.")


class Take(Record):
    """Which alternative to take."""

    take: Annotated[int, Field(ge=1, le=1_000, description="Its number, from 1: the best.")] = 1


@router.get(
    "/alternatives",
    summary="What else could be shown",
    response_model=None,
    responses={200: {"model": Alternatives}, **_GOES_ON, **documented(404, 409, 410, 422)},
)
async def list_alternatives(
    context: In, who: Who, clip_id: str, number: Number, response: Response, wait: Wait = 20.0
) -> Alternatives | Job:
    """Return up to five other stretches of footage for a shot: as long as it, and unlike what the clip shows."""
    _, job, found = await _found(context, who.owner, clip_id, number, wait)
    if found is None:
        response.status_code = 202
        return await accepted(context, response, job)
    return Alternatives(clip_id=clip_id, number=number, **found)


@router.post(
    "/swap",
    summary="Show something else",
    response_model=None,
    responses={200: {"model": ClipView, "headers": VERSIONED}, **_GOES_ON, **documented(404, 409, 410, 412, 422)},
)
async def swap_shot(
    context: In,
    who: Who,
    clip_id: str,
    number: Number,
    response: Response,
    expected: Expected,
    wish: Take | None = None,
    wait: Wait = 20.0,
) -> ClipView | Job:
    """Take one of the alternatives for a shot; render the clip to see it."""
    clip, job, found = await _found(context, who.owner, clip_id, number, wait)
    if found is None:
        response.status_code = 202
        return await accepted(context, response, job)
    take = (wish or Take()).take
    store = Clips(context.storage.database)
    changed = await run_in_threadpool(take_alternative, store, context.settings, who.owner, clip, found, take, expected)
    return told(response, changed)


async def _found(
    context: Context, owner: str | None, clip_id: str, number: int, wait: float
) -> tuple[Clip, JobDict, JobDict | None]:
    """Return the clip, the job that looks for other footage, and what it found; None while it goes on."""

    def ask() -> tuple[Clip, JobDict]:
        clip = Clips(context.storage.database).get(owner, clip_id)
        return clip, ask_for_alternatives(context.desk, context.settings, clip, number, owner)

    clip, job = await run_in_threadpool(ask)
    done = await ended(context, job["job_id"], wait)
    if done is None:
        return clip, job, None
    if done["status"] == "failed":
        raise from_record(done["error"])
    if done["status"] == "cancelled":
        raise Cancelled("The search was cancelled.", hint=f"POST /api/v1/library/jobs/{job['job_id']}/retry does it.")
    return clip, job, done["result"]
