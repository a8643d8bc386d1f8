"""Turn a video's voices down, wherever somebody speaks, and leave everything else as it is."""

from typing import Any

from app.errors import InputError
from app.media.mute import mute_voice
from app.media.probe import probe
from app.media.vad import speech
from app.models.control import Control
from app.models.media import MediaInfo
from app.models.timing import Span
from app.services.sources import quoted, unquoted
from app.workflows.records import Json
from app.workflows.run import JobRun, durable

STEPS = {"probe": 0.05, "detect": 0.35, "mute": 0.6}


def mute_request(path: Any, out: Any, keep: float) -> Json:
    """Return the request to write the video at `path` to `out` with `keep` (0 to 1) of its volume kept under speech.

    Raises `InputError` for another share.
    """
    if not 0.0 <= keep <= 1.0:
        raise InputError(
            f"keep cannot be {keep}: it is the share of the volume that is kept while somebody speaks.",
            hint="Use a number from 0 (silence) to 1 (unchanged).",
            subject="keep",
            code="bad_keep",
        )
    return {"path": quoted(path), "out": quoted(out), "keep": keep}


@durable("mute_voice", STEPS)
def mute_voice_workflow(job: JobRun, request: Json) -> None:
    """Find where somebody speaks, and turn the sound down there. The result has the spans and the new file."""
    path, out, pixels = unquoted(request["path"]), unquoted(request["out"]), job.settings.max_pixels
    found = job.step("probe", lambda control: probe(path, max_pixels=pixels, need_picture=True).model_dump(mode="json"))
    info = MediaInfo.model_validate(found)

    def detect(control: Control) -> list[Json]:
        spans = speech(path, control, info.duration, pixels) if info.audio else ()
        return [span.model_dump(mode="json") for span in spans]

    spoken = job.step("detect", detect)
    spans = tuple(Span.model_validate(span) for span in spoken)

    def mute(control: Control) -> Json:
        report = mute_voice(path, info, out, request["keep"], spans, control=control, max_pixels=pixels)
        return report.model_dump(mode="json")

    report = job.step("mute", mute)
    job.finish(
        {
            "file": quoted(out),
            "voice_segments": [{**span.model_dump(mode="json"), "duration": round(span.length, 3)} for span in spans],
            "segments_muted": len(spans),
            "total_voice_duration": round(sum(span.length for span in spans), 3),
            "report": report,
        }
    )
