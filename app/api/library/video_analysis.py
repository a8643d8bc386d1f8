"""What is in a video: its shots with scores and reasons, why some are not used, and where somebody speaks."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.context import Context, In
from app.api.library.job_models import Job
from app.api.library.videos import VideoId, media_of
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.work import accepted
from app.errors import InputError
from app.models.base import Record
from app.models.job import JobDict
from app.models.library.media import FOOTAGE, MediaRow
from app.models.media import Analysis, RejectReason, Shot
from app.models.principal import Principal
from app.services.analysis import analysis_of
from app.workflows.jobs.records import Source

router = APIRouter(prefix="/videos", tags=["videos"])


class AnalysisWish(Record):
    """How a video is analysed."""

    thorough: bool = Field(False, description="Read every frame of it, which takes longer.")


class VideoShot(Record):
    """A shot between two cuts. Times are seconds; measures are medians over it."""

    index: int
    start: float = Field(examples=[3.2])
    end: float = Field(examples=[5.9])
    score: float = Field(description="0 to 1: how much is for showing it.", examples=[0.71])
    reasons: dict[str, float] = Field(description="The shares that the score is the sum of.")
    reject: RejectReason | None = Field(description="Why it is not used; null: it is.", examples=["blurred"])
    reject_detail: str = Field("", description="What was measured that speaks against it.")
    speech_share: float = Field(description="The part of it, 0 to 1, in which somebody speaks.")
    motion: float
    sharpness: float
    luma: float
    contrast: float


class VideoShots(Record):
    """The shots of a video, in order."""

    video_id: str
    duration: float = Field(description="Seconds.")
    thorough: bool = Field(description="Every frame was read.")
    usable_seconds: float = Field(description="Of the shots that are used.")
    shots: tuple[VideoShot, ...]


class Speech(Record):
    """Somebody speaks. Times are seconds."""

    start: float
    end: float
    duration: float


class VideoSpeech(Record):
    """Where somebody speaks in a video, in order."""

    video_id: str
    total_voice_duration: float = Field(description="Seconds.")
    voice_segments: tuple[Speech, ...]


@router.post("/{video_id}/analyze", summary="Analyse a video", status_code=202, responses=documented(404, 410, 422))
async def analyze_video(
    context: In,
    who: Who,
    request: Request,
    response: Response,
    video_id: VideoId,
    wish: Annotated[AnalysisWish | None, Body()] = None,
) -> Job:
    """Have a worker find its shots, score them, and find where somebody speaks.

    What was measured once is never measured again: then the job ends at once.
    """
    thorough = wish.thorough if wish else False
    job = await run_in_threadpool(partial(_ask, context, who, video_id, made_id(request), thorough=thorough))
    return await accepted(context, response, job)


@router.get("/{video_id}/shots", summary="The shots of a video", responses=documented(404))
async def get_video_shots(context: In, who: Who, video_id: VideoId) -> VideoShots:
    """Return every shot with its score and reasons, those that are not used too, with why (after `analyze`)."""
    analysis = await run_in_threadpool(_analysis, context, who, video_id)
    shots = tuple(map(_shot, analysis.shots))
    return VideoShots(
        video_id=video_id,
        duration=analysis.duration,
        thorough=analysis.thorough,
        usable_seconds=round(sum(shot.end - shot.start for shot in shots if shot.reject is None), 3),
        shots=shots,
    )


@router.get("/{video_id}/speech", summary="Where somebody speaks", responses=documented(404))
async def get_video_speech(context: In, who: Who, video_id: VideoId) -> VideoSpeech:
    """Return the stretches in which a voice is heard (after `analyze`)."""
    analysis = await run_in_threadpool(_analysis, context, who, video_id)
    spans = tuple(Speech(start=span.start, end=span.end, duration=round(span.length, 3)) for span in analysis.speech)
    return VideoSpeech(
        video_id=video_id,
        total_voice_duration=round(sum(span.length for span in analysis.speech), 3),
        voice_segments=spans,
    )


def _ask(context: Context, who: Principal, video_id: str, job_id: str, *, thorough: bool) -> JobDict:
    media = media_of(context)
    row = media.require(who.owner, video_id, FOOTAGE)
    job = context.desk.submit(
        "analyze",
        {**Source(media.path_of(row), row.info).as_json(), "thorough": thorough},
        job_id=job_id,
        title=f"analyse {row.name}",
        request_key=f"analyze/{who.owner or ''}/{row.content_hash}/{thorough}",
        owner=who.owner,
    )
    media.note(row.id, analysis_job_id=job["job_id"])
    return job


def _analysis(context: Context, who: Principal, video_id: str) -> Analysis:
    row: MediaRow = media_of(context).require(who.owner, video_id, FOOTAGE)
    found = analysis_of(row.info, context.settings)
    if found is None:
        raise InputError(
            f"{row.name} was not analysed yet.",
            hint=f"POST /api/v1/library/videos/{row.id}/analyze has that done.",
            subject="video_id",
            code="analysis_unknown",
        )
    return found


def _shot(shot: Shot) -> VideoShot:
    measures = {name: getattr(shot, name) for name in VideoShot.model_fields if name not in {"start", "end"}}
    return VideoShot(**measures, start=shot.span.start, end=shot.span.end)
