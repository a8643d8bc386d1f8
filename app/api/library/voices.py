"""Voices: listed with what they cost, and listened to."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.api.context import Context, In
from app.api.files import file_answer, file_responses
from app.api.library.job_models import Job
from app.api.principal import Who, scope_missing
from app.api.problems import documented
from app.api.work import accepted
from app.errors import InputError, from_record
from app.models.base import Record
from app.models.job import JobDict
from app.models.library.options import Language
from app.models.library.voice import SpeechEstimates, SpeechWish, VoiceShown
from app.services.library.voices import all_voices, estimate, sample_key, sample_path, sample_request, voice_of
from app.services.speech.pricing import is_charged
from app.workflows.jobs.kinds import HIGH

router = APIRouter(prefix="/voices", tags=["voices"])

LONGEST_WAIT = 25.0
"""Seconds: servers in between end what says nothing for 30."""

_SAMPLE = {
    **file_responses("audio/wav", "The sample."),
    202: {"description": "It is not spoken yet: ask again.", "model": Job},
    **documented(404, 409, 422, 502),
}


class VoiceList(Record):
    """Voices; of each maker the first of a language is the one that is suggested."""

    voices: tuple[VoiceShown, ...]


@router.get("", summary="List voices", responses=documented(422))
async def list_voices(
    context: In, who: Who, language: Annotated[Language | None, Query(description="Only of this one, as ro.")] = None
) -> VoiceList:
    """Return every voice that is known, with what it costs; services may know more, which can be asked for by id."""
    return VoiceList(voices=tuple(await run_in_threadpool(all_voices, context.settings, language)))


@router.post("/estimate", summary="What speaking takes", responses=documented(422))
async def estimate_speech(context: In, who: Who, wish: SpeechWish) -> SpeechEstimates:
    """Return how long scripts are when they are spoken, and what that costs at most; nothing is spoken."""
    return await run_in_threadpool(estimate, context.settings, wish)


@router.get("/{voice_id}/sample", summary="Listen to a voice", response_class=Response, responses=_SAMPLE)
async def get_voice_sample(
    context: In,
    who: Who,
    request: Request,
    response: Response,
    voice_id: str,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait until it is spoken.")] = 10.0,
    pay: Annotated[bool, Query(description="Have a voice speak that costs money; its sample is paid once.")] = False,
) -> Response:
    """Return a sentence in this voice. A job speaks it once; until it has (202), ask again."""
    if pay and "write" not in who.scopes:
        raise scope_missing("write")
    voice = await run_in_threadpool(voice_of, context.settings, voice_id)
    wanted = sample_request(voice)
    key = sample_key(who.owner, wanted)
    look = partial(sample_path, context.storage.database, context.settings, who.owner, key)
    path = await run_in_threadpool(look)
    if path is None:
        if not pay and await run_in_threadpool(is_charged, voice, context.settings):
            raise _costs(voice_id)
        job = await run_in_threadpool(_ask, context, wanted, who.owner, key)
        job = await _ended(context, job, wait)
        if job["status"] not in {"completed", "pending", "processing"}:
            raise from_record(job["error"] or {"message": "The sample was not spoken.", "kind": "VoiceError"})
        path = await run_in_threadpool(look)
        if path is None:
            return await _not_yet(context, response, job)
    name = f"{voice.id.replace(':', '-')}.wav"
    return await file_answer(request, path, name=name, media_type="audio/wav", etag=path.stem, download=False)


def _ask(context: Context, wanted: JobDict, owner: str | None, key: str) -> JobDict:
    title = f"sample of {wanted['voice']['id']}"
    return context.desk.submit("speak", wanted, title=title, priority=HIGH, request_key=key, owner=owner)


async def _ended(context: Context, job: JobDict, seconds: float) -> JobDict:
    """Return the job as it is when it has ended, or these seconds are over."""
    try:
        async with asyncio.timeout(seconds):
            async for _ in context.watch.follow(job["job_id"], job["version"]):
                if context.leaving:
                    break
    except TimeoutError:
        pass
    return await context.storage.get_job_async(job["job_id"]) or job


async def _not_yet(context: Context, response: Response, job: JobDict) -> Response:
    told = await accepted(context, response, job)
    headers = {"Location": response.headers["Location"], "Retry-After": "1", "Cache-Control": "no-store"}
    return Response(told.model_dump_json(), 202, headers, "application/json")


def _costs(voice_id: str) -> InputError:
    return InputError(
        f"The voice {voice_id} costs money, and has not spoken its sample yet.",
        hint="Ask with ?pay=true: it is paid once.",
        subject="voice_id",
        code="sample_costs",
    )
