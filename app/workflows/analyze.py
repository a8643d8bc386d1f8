"""Measure one file of footage, once for ever."""

from typing import Any

from app.models.control import Control
from app.models.media import MediaInfo
from app.services.analysis import analyze_once
from app.services.sources import unquoted
from app.workflows.jobs.run import JobRun, durable


@durable("analyze", {"analyze": 1.0})
def analyze_workflow(job: JobRun, request: dict[str, Any]) -> None:
    """Analyze the file at `path`, which is what `info` says, with `thorough` every frame of it.

    The analysis is kept by content; the result counts.
    """
    info = MediaInfo.model_validate(request["info"])

    def work(control: Control) -> dict[str, Any]:
        analysis = analyze_once(
            unquoted(request["path"]), info, job.settings, control, thorough=request.get("thorough", False)
        )
        usable = [shot for shot in analysis.shots if shot.reject is None]
        return {
            "content_hash": info.content_hash,
            "shots": len(analysis.shots),
            "usable_shots": len(usable),
            "usable_seconds": round(sum(shot.span.length for shot in usable), 3),
            "speech_seconds": round(sum(span.length for span in analysis.speech), 3),
        }

    job.finish(job.step("analyze", work))
