"""Turn a video's voices down, wherever somebody speaks, and leave everything else as it is."""

import os
from pathlib import Path

from app.errors import EditFactoryError, InputError, StorageError
from app.media.atomic import storage_errors
from app.media.held import own_folder
from app.media.mute import mute_voice
from app.media.probe import probe
from app.media.vad import speech
from app.models.control import Control
from app.models.media import MediaInfo
from app.models.timing import Span
from app.services.sources import quoted, unquoted
from app.workflows.clips.holds import beside_prefix, bring, hold_first, show, was_shown
from app.workflows.clips.shown import keep_shown, show_nothing
from app.workflows.clips.stems import numbered
from app.workflows.jobs.records import Json
from app.workflows.jobs.run import JobRun, durable

STEPS = {"probe": 0.05, "detect": 0.35, "mute": 0.58, "publish": 0.02}


def mute_request(path: Path, out: Path, keep: float, *, ambience: bool = False) -> Json:
    """Return the request to write the video at `path` to `out` with `keep` (0 to 1) of its volume kept under speech.

    With `ambience`, voices are taken out instead, and what is around them is kept.

    Raises `InputError` for another share (bad_keep), and for one file under both names (same_file).
    """
    if not 0.0 <= keep <= 1.0:
        raise InputError(
            f"keep cannot be {keep}: it is the share of the volume that is kept while somebody speaks.",
            hint="Use a number from 0 (silence) to 1 (unchanged).",
            subject="keep",
            code="bad_keep",
        )
    _require_another_file(path, out)
    return {"path": quoted(path), "out": quoted(out), "keep": keep, "ambience": ambience}


def _require_another_file(path: Path, out: Path) -> None:
    try:
        same = out.samefile(path)
    except OSError:  # one of them is not there
        same = False
    if same:
        raise InputError(
            f"{out} is the very file whose voices are to be turned down.",
            hint="Name another file for the result: what was recorded is never written over.",
            subject="out",
            code="same_file",
        )


@durable("mute_voice", STEPS)
def mute_voice_workflow(job: JobRun, request: Json) -> None:
    """Find where somebody speaks, and turn the sound down there. The result has the spans and the new file.

    The new file is `out`, or, where that name is taken, has a number behind it: no file of anybody's is replaced.
    """
    path, out, pixels = unquoted(request["path"]), unquoted(request["out"]), job.settings.max_pixels
    made = job.folder / f"muted{out.suffix}"

    def look(control: Control) -> Json:
        _require_another_file(path, out)
        return probe(path, max_pixels=pixels, need_picture=True, control=control).model_dump(mode="json")

    info = MediaInfo.model_validate(job.step("probe", look))

    def detect(control: Control) -> list[Json]:
        spans = speech(path, control, info.duration, pixels) if info.audio else ()
        return [span.model_dump(mode="json") for span in spans]

    spans = tuple(Span.model_validate(span) for span in job.step("detect", detect))

    def mute(control: Control) -> Json:
        ambience = request.get("ambience", False)  # jobs that older versions took in do not say
        report = mute_voice(
            path, info, made, request["keep"], spans, control=control, max_pixels=pixels, ambience=ambience
        )
        return report.model_dump(mode="json")

    try:
        report = job.step("mute", mute)
        file = job.step("publish", lambda control: quoted(_show(made, out, job.job_id, control)))
    except EditFactoryError:  # not on what the engine raises: then the file is somebody else's by now
        show_nothing(job, out.parent)
        raise
    job.finish(_result(file, spans, report))
    keep_shown(job, out.parent)


def _show(made: Path, out: Path, job_id: str, control: Control) -> Path:
    """Move the finished file from the job's folder to `out`, or to a name like it; done before, it is done."""
    names = numbered(out.parent, out.stem, out.suffix)
    place = hold_first(names, os.path.lexists, out.parent, job_id, made.parent)
    if place is None:
        raise StorageError(f"{out.parent} is full of files named {out.stem}.", hint="Name another.", subject="out")
    if was_shown(place, place, job_id):
        return place
    with storage_errors(place), own_folder(place.parent, prefix=beside_prefix(job_id)) as own:
        new = own / "file"
        try:
            new.hardlink_to(made)  # of one disk: nothing is copied
        except OSError:
            bring(made, new, control)
        show(place, {new: place}, job_id, control, is_taken=lambda: os.path.lexists(place))
    return place


def _result(file: str, spans: tuple[Span, ...], report: Json) -> Json:
    return {
        "file": file,
        "voice_segments": [{**span.model_dump(mode="json"), "duration": round(span.length, 3)} for span in spans],
        "segments_muted": len(spans),
        "total_voice_duration": round(sum(span.length for span in spans), 3),
        "report": report,
    }
