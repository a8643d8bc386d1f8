"""Work on one file that was just sent, and speech as a file: what the original interface asks for in one request.

Each brings the file in first, as every upload is brought in, so that it is checked, stored once, and there afterwards.
"""

import math

from app.config import Settings
from app.editing.script.language import detect, forget
from app.editing.script.spoken import prepare
from app.editing.segments import best_segments
from app.errors import MediaError
from app.media.atomic import storage_errors
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.media.mp3 import write_mp3
from app.media.mute import muted_suffix
from app.media.vad import heard
from app.models.control import Control
from app.models.job import JobDict
from app.models.library.media import Arrival, MediaRow
from app.models.library.names import plain_name
from app.models.media import MediaInfo
from app.models.timing import Span
from app.services import speech
from app.services.analysis import analysis_of
from app.services.library.media import Media
from app.services.sources import quoted
from app.workflows.jobs.parts_of_job import PartOfJob, do_parts, require_all
from app.workflows.jobs.records import Json, Source
from app.workflows.jobs.run import JobRun, durable
from app.workflows.jobs.submit import Desk
from app.workflows.mute_voice import mute_request

LONGEST_TEXT = 5_000
"""Letters of a text that is spoken as a file."""

_AT_ONCE = 3_600.0  # seconds that no text of that length takes: nothing is sped up


def ask_for_muting(
    desk: Desk, arrival: Arrival, owner: str | None, job_id: str, keep: float, output_name: str | None
) -> JobDict:
    """Take in the job that turns down the voices of the file that comes; `keep` is the share, 0 to 1, that stays."""
    request = {"arrival": arrival.model_dump(mode="json"), "keep": keep, "output_name": output_name}
    return desk.submit("mute_sent", request, job_id=job_id, title=f"mute {arrival.name}", owner=owner)


def ask_for_analysis(desk: Desk, arrival: Arrival, owner: str | None, job_id: str, target: float) -> JobDict:
    """Take in the job that says which stretches of the file that comes are best, `target` seconds together."""
    request = {"arrival": arrival.model_dump(mode="json"), "target": target}
    return desk.submit("analyze_sent", request, job_id=job_id, title=f"analyse {arrival.name}", owner=owner)


def ask_for_voices(
    desk: Desk, arrival: Arrival, owner: str | None, job_id: str, likely: float, shortest: float
) -> JobDict:
    """Take in the job that says where somebody speaks in the file that comes."""
    request = {"arrival": arrival.model_dump(mode="json"), "likely": likely, "shortest": shortest}
    return desk.submit("hear_sent", request, job_id=job_id, title=f"listen to {arrival.name}", owner=owner)


def ask_for_speech(
    desk: Desk,
    settings: Settings,
    owner: str | None,
    job_id: str,
    text: str,
    *,
    voice: str | None = None,
    language: str | None = None,
    speed: float = 1.0,
    pauses: float | None = None,
) -> JobDict:
    """Take in the job that speaks a text as an MP3; pauses longer than `pauses` seconds are shortened to that.

    Where neither voice nor language is known, the worker finds the language: that takes 75 MB. Raises `ScriptError`,
    and `UnknownName` of a voice or language.
    """
    known = language or settings.lang
    chosen = voice or settings.voice
    if known is not None or chosen is not None:
        info = speech.choose_voice(chosen, known or "", settings)
        prepare(text, known or _plain(info.language))
    request = {"text": text, "language": known, "voice": chosen, "speed": speed, "pauses": pauses}
    return desk.submit("tts", request, job_id=job_id, title="speak a text", owner=owner)


@durable("mute_sent", {"bring": 0.15, "mute": 0.75, "keep": 0.1})
def mute_sent_workflow(job: JobRun, request: Json) -> None:
    """Bring the file in, turn its voices down, bring the new file in; the result has both ids and the spans."""
    source = job.step("bring", lambda control: _brought(job, request, control))
    muted = job.step("mute", lambda control: _muted(job, request, source, control))
    kept = job.step("keep", lambda control: _kept(job, muted["file"], muted["name"], "video", control))
    told = {key: muted[key] for key in ("voice_segments", "segments_muted", "total_voice_duration", "report")}
    job.finish({"video_id": kept, "source_video_id": source, "name": muted["name"], **told})


@durable("analyze_sent", {"bring": 0.2, "analyze": 0.8})
def analyze_sent_workflow(job: JobRun, request: Json) -> None:
    """Bring the file in, analyse it, and say which of its stretches are best."""
    source = job.step("bring", lambda control: _brought(job, request, control))
    job.step("analyze", lambda control: _analyzed(job, source, control))
    job.finish({"video_id": source, **_told_of(_row(job, source), request["target"], job.settings)})


@durable("hear_sent", {"bring": 0.3, "listen": 0.7})
def hear_sent_workflow(job: JobRun, request: Json) -> None:
    """Bring the file in and listen where somebody speaks."""
    source = job.step("bring", lambda control: _brought(job, request, control))
    segments = job.step("listen", lambda control: _heard(job, request, source, control))
    job.finish(
        {
            "video_id": source,
            "voice_segments": segments,
            "total_voice_duration": round(sum(one["duration"] for one in segments), 3),
            "segments_count": len(segments),
            "threshold_used": request["likely"],
        }
    )


@durable("tts", {"speak": 0.8, "write": 0.1, "keep": 0.1})
def tts_workflow(job: JobRun, request: Json) -> None:
    """Speak the text, and keep it as an MP3 of the library; the result has its id and when each word is said."""
    spoken = job.step("speak", lambda control: _spoken(job, request, control))
    file = job.step("write", lambda control: _written(job, spoken, control))
    name = plain_name(f"{request['text'][:40].replace('/', ' ').strip()}.mp3")
    kept = job.step("keep", lambda control: _kept(job, file, name, "speech", control))
    told = {
        "voice": spoken["voice"],
        "language": spoken["language"],
        "text": request["text"],
        "seconds": spoken["seconds"],
        "speed": spoken["speed"],
        "pauses": request["pauses"],
    }
    Media(job.worker.storage.database, job.settings).note(kept, details=told)
    text_length = len(request["text"])
    job.finish({"audio_id": kept, "name": name, "text_length": text_length, "words": spoken["words"], **told})


def _brought(job: JobRun, request: Json, control: Control) -> str:
    """Have the file that was sent checked and brought in, and return its id."""
    arrival = request["arrival"]
    part = PartOfJob("receive", "sent", f"bring in {arrival['name']}", arrival)
    return str(require_all(do_parts(job, [part], control))[0]["video_id"])


def _kept(job: JobRun, file: str, name: str, kind: str, control: Control) -> str:
    """Bring a finished file of this job into the library under `name`, and return its id."""
    arrival = Arrival.model_validate({"name": name, "kind": kind, "place": file, "copied": True})
    part = PartOfJob("receive", "made", f"keep {name}", arrival.model_dump(mode="json"))
    return str(require_all(do_parts(job, [part], control))[0]["video_id"])


def _row(job: JobRun, media_id: str) -> MediaRow:
    return Media(job.worker.storage.database, job.settings).require(job.owner, media_id)


def _source(job: JobRun, media_id: str) -> Source:
    row = _row(job, media_id)
    return Source(Media(job.worker.storage.database, job.settings).path_of(row), row.info)


def _muted(job: JobRun, request: Json, media_id: str, control: Control) -> Json:
    source, sent = _source(job, media_id), request["arrival"]["name"]
    suffix = muted_suffix(source.path, source.info)
    name = plain_name(f"{(request['output_name'] or _stem(sent) + '-muted').removesuffix(suffix)}{suffix}")
    part = PartOfJob(
        "mute_voice", "mute", f"mute {sent}", mute_request(source.path, job.folder / f"made{suffix}", request["keep"])
    )
    return {**require_all(do_parts(job, [part], control))[0], "name": name}


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _analyzed(job: JobRun, media_id: str, control: Control) -> None:
    source = _source(job, media_id)
    if source.info.still:
        raise MediaError("It is a photograph.", hint="Send a video.", subject="video", code="media_of_another_kind")
    part = PartOfJob("analyze", "analyze", "analyse it", {**source.as_json(), "thorough": False})
    require_all(do_parts(job, [part], control))


def _told_of(row: MediaRow, target: float, settings: Settings) -> Json:
    """Return what the file is and its best stretches: what was measured is in the cache of analyses."""
    analysis = analysis_of(row.info, settings)
    assert analysis is not None  # noqa: S101 - the step before has measured it
    chosen = best_segments(analysis.shots, target)
    return {
        "video_info": video_info(row.info),
        "segments": [
            {**_span(span), "score": shot.score, "motion": shot.motion, "speech_share": shot.speech_share}
            for shot, span in chosen
        ],
        "total_selected_duration": round(math.fsum(span.length for _, span in chosen), 3),
    }


def video_info(info: MediaInfo) -> Json:
    """Return what a file is in the words of the original interface: seconds, frames a second, pixels as shown."""
    return {
        name: getattr(info, name) for name in ("duration", "fps", "width", "height", "rotation", "codec", "bitrate")
    }


def _span(span: Span) -> Json:
    return {"start": span.start, "end": span.end, "duration": round(span.length, 3)}


def _heard(job: JobRun, request: Json, media_id: str, control: Control) -> list[Json]:
    source = _source(job, media_id)
    if source.info.audio is None:
        return []
    found = heard(
        source.path,
        control,
        likely=request["likely"],
        shortest=request["shortest"],
        duration=source.info.duration,
        max_pixels=job.settings.max_pixels,
    )
    return [{**_span(span), "confidence": confidence} for span, confidence in found]


def _spoken(job: JobRun, request: Json, control: Control) -> Json:
    """Have the text spoken; return by whom, its length, and when each word is said."""
    text, settings = request["text"], job.settings
    language = request["language"]
    if language is None and request["voice"] is None:
        language = detect(text)
        forget()
    voice = speech.choose_voice(request["voice"], language or "", settings)
    language = language or _plain(voice.language)
    told = {key: request[key] for key in ("text", "speed", "pauses")}
    told |= {"language": language, "voice": voice.model_dump(mode="json"), "target": _AT_ONCE, "over_length": "keep"}
    part = PartOfJob("speak", "text", "speak the text", told)
    done: Json = require_all(do_parts(job, [part], control))[0]
    kept = Control(event=control.event)
    spoken = speech.speak(
        prepare(text, language), voice, done["speed"], settings, kept, longest_pause=request["pauses"]
    )
    words = [{"text": one.text, "start": one.start, "end": one.end} for one in spoken.tokens if one.spoken]
    return {
        **done,
        "audio_hash": spoken.audio_hash,
        "seconds": spoken.duration,
        "words": words,
        "voice": voice.id,
        "language": language,
    }


def _plain(language: str) -> str:
    return language.lower().partition("-")[0]


def _written(job: JobRun, spoken: Json, control: Control) -> str:
    path = speech.audio_path(job.settings, spoken["audio_hash"])
    assert path is not None  # noqa: S101 - the step before has stored it
    with storage_errors(job.folder):
        job.folder.mkdir(parents=True, exist_ok=True)
    limits = Limits(memory_mb=job.settings.ffmpeg_memory_mb)
    place = Workplace(find_ffmpeg(job.settings.ffmpeg), job.folder, limits, control)
    return quoted(write_mp3(path, place, "speech.mp3"))
