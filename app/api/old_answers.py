"""How the old routes answer: in the shapes their callers know, each saying what takes its place and until when."""

import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar

from fastapi import Query, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from app.api.context import Context
from app.api.library.arrivals import JOBS, ended
from app.api.library.job_models import Job, full
from app.api.principal import Who
from app.errors import Cancelled, InputError, from_record
from app.models.base import Record
from app.models.job import JobDict
from app.models.library.usage import Call
from app.models.principal import Principal
from app.services.library.own_jobs import OwnJobs

SINCE, UNTIL = "@1795564800", "Thu, 25 Nov 2027 00:00:00 GMT"
"""Since when the old routes are deprecated (RFC 9745), and when they go at the earliest (RFC 8594)."""

LIBRARY = "/api/v1/library"

LONGEST_WAIT = 25.0
OldWait = Annotated[
    float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for what comes of it; then it is a 202.")
]
"""The parameter of a route that used to answer at once."""

Json = dict[str, Any]


class OldRoute(APIRoute):
    """A route that warns whoever runs it, and tells whoever asks what takes its place.

    `instead` says that of each route by its method and path: `POST /analyze` is now `POST /library/videos/analyze`.
    """

    instead: ClassVar[Mapping[str, str]] = {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        old = f"{scope['method']} {self.path_format}"
        now = self.instead[old]
        warnings.warn(f"{old} is deprecated. Use {now}", DeprecationWarning, stacklevel=2)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(
                    {"Deprecation": SINCE, "Sunset": UNTIL, "Link": f'<{_address(now)}>; rel="successor-version"'}
                )
            await send(message)

        await super().handle(scope, receive, told)


def _address(now: str) -> str:
    """Return the address of what takes a route's place, up to what it would name."""
    place = now.partition(" ")[2].partition("/{")[0]
    return f"/api/v1{place}" if place.startswith("/library") else place


class OldJobLine(Record):
    """A job as the old list shows it."""

    job_id: str
    status: str
    created_at: datetime
    progress: str | None


class OldJob(OldJobLine):
    """A job as the old routes tell of it."""

    updated_at: datetime
    video_info: dict[str, Any] | None = Field(description="Of an analysis: what the file is.")
    segments: list[Any] = Field(description="Of an analysis: the best stretches.")
    result: Any = Field(description="What came of it; files by their addresses.")
    error: str | None = Field(description="Why it failed.")


class OldJobs(Record):
    """Jobs, newest first."""

    jobs: tuple[OldJobLine, ...]
    next_cursor: str | None


class OldDeleted(Record):
    """That a job is gone."""

    status: str
    job_id: str


class OldCosts(Record):
    """What was spent, in dollars."""

    source: str
    totals: dict[str, float]
    total_all: float
    today: float
    entry_count: int
    last_entries: tuple[Call, ...]


class OldEntries(Record):
    """Calls of providers, newest first."""

    entries: tuple[Call, ...]
    next_cursor: str | None


class OldGemini(Record):
    """How a service is doing."""

    configured: bool
    connected: bool
    model: str | None
    error: str | None


def old_job(job: JobDict) -> OldJob:
    """Return a job in the old shape."""
    known = full(job, None)
    result = known.result if isinstance(known.result, dict) else {}
    return OldJob(
        job_id=known.job_id,
        status=known.status,
        created_at=known.created_at,
        updated_at=known.updated_at,
        progress=known.progress,
        video_info=result.get("video_info"),
        segments=result.get("segments") or [],
        result=_result(known, result) if result else known.result,
        error=known.error.message if known.error else None,
    )


def _result(job: Job, result: Json) -> Json:
    if job.job_type == "mute_sent":
        return muted(result)
    if job.job_type == "tts":
        return spoken(result)
    return made(result) if job.job_type in {"make", "generate"} else result


def muted(result: Json) -> Json:
    """Return what came of turning voices down."""
    told = {key: result[key] for key in ("voice_segments", "segments_muted", "total_voice_duration")}
    return {"final_video": f"{LIBRARY}/videos/{result['video_id']}/file", **told}


def spoken(result: Json) -> Json:
    """Return what came of a text that was spoken."""
    longest = result.get("pauses")
    return {
        "audio_path": f"{LIBRARY}/audio/{result['audio_id']}/file",
        "text_length": result["text_length"],
        "silence_removal": {"enabled": longest is not None, "longest_pause": longest},
    }


def made(result: Json) -> Json:
    """Return what came of clips that were made: the first film, and every one of them."""
    films = [
        {"clip_id": one["clip_id"], "name": one["name"], "final_video": f"{LIBRARY}/clips/{one['clip_id']}/file"}
        for one in result.get("clips", ())
        if one.get("ok") and one.get("clip_id")
    ]
    return {
        "project_id": result.get("project_id"),
        "final_video": films[0]["final_video"] if films else None,
        "variants": films,
        "notes": result.get("notes", []),
    }


def stretches(result: Json) -> Json:
    """Return what came of an analysis."""
    told = {key: result[key] for key in ("video_info", "segments", "total_selected_duration")}
    return {"status": "success", **told}


def voices(result: Json) -> Json:
    """Return where somebody speaks."""
    told = ("voice_segments", "total_voice_duration", "segments_count", "threshold_used")
    return {"status": "success", **{key: result[key] for key in told}}


async def begun(context: Context, who: Principal, answer: Response) -> Response:
    """Return the old answer of a route that began a job; `answer` is the library's."""
    if "location" not in answer.headers:
        return answer
    job_id = answer.headers["location"].rpartition("/")[2]
    return accepted(await context.storage.run_async(OwnJobs(context.storage, who.owner).require, job_id))


def accepted(job: JobDict) -> Response:
    """Return the answer that tells of a job which was begun."""
    headers = {"Location": f"{JOBS}/{job['job_id']}"}
    return JSONResponse(old_job(job).model_dump(mode="json"), status_code=202, headers=headers)


async def soon(
    context: Context, who: Principal, answer: Response, seconds: float, shape: Callable[[Json], Json]
) -> Response:
    """Wait for the job that `answer` tells of, and return what came of it in the old shape; else the job (202).

    Raises the error that it ended with.
    """
    if "location" not in answer.headers:
        return answer
    done = await ended(context, answer.headers["location"].rpartition("/")[2], seconds)
    if done is None:
        return await begun(context, who, answer)
    if done["status"] == "failed":
        raise from_record(done["error"])
    if done["status"] == "cancelled":
        raise Cancelled("Somebody cancelled the job.", hint="Ask for it again.")
    return JSONResponse(shape(full(done, None).result))


async def completed(context: Context, who: Who, job_id: str) -> Job:
    """Return a job that is completed. Raises `InputError`: job_unknown, job_state."""
    job = await context.storage.run_async(OwnJobs(context.storage, who.owner).require, job_id)
    if job["status"] != "completed":
        raise no_file(f"The job is {job['status']}.", "Ask for its file when it is completed.")
    return full(job, None)


def no_file(message: str, hint: str = "") -> InputError:
    """Return the error for a file that a job does not have."""
    return InputError(message, hint=hint, subject="job_id", code="job_state")
