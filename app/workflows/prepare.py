"""Make what a browser is shown of one file: pictures, a strip of them, the sound's outline, a film that plays."""

from functools import partial
from pathlib import Path

from app.errors import MediaError, RenderError
from app.models.job import JobDict
from app.models.media import MediaInfo
from app.models.previews import PreviewKind
from app.services.preview_making import PreviewMaker
from app.services.previews import Previews, wanted
from app.workflows.jobs.kinds import LOW
from app.workflows.jobs.records import Json, Source, source_of
from app.workflows.jobs.run import JobRun, durable
from app.workflows.jobs.submit import Desk

STEPS = {"thumbnail": 0.02, "picture": 0.05, "peaks": 0.02, "proxy": 0.8, "strip": 0.11}
"""Shares of the time that each takes (measured on clips of 30 to 40 s)."""


def ask_for_previews(
    desk: Desk, previews: Previews, path: Path, info: MediaInfo, *, name: str = "", owner: str | None = None
) -> JobDict | None:
    """Have all previews of a file made in the background, and return the job: the one that is at it, or a new one.

    None when they are all there. `name` is what its person calls the file, which must stay at `path` until the job has
    ended.
    """
    if not previews.missing(info):
        return None
    return desk.submit(
        "prepare",
        Source(path, info).as_json(),
        title=f"previews of {name or path.name}",
        priority=LOW,
        request_key=f"prepare/{owner or ''}/{info.content_hash}",
        owner=owner,
    )


@durable("prepare", STEPS)
def prepare_workflow(job: JobRun, request: Json) -> None:
    """Make the previews of the file at `path`, which is what `info` says; those that are there are not made again.

    One that cannot be made does not keep the others from being made: it is noted, and the job fails in the end.
    """
    source = source_of(request)
    maker = PreviewMaker(source.path, source.info, job.settings, job.folder)
    previews, content = Previews(job.settings), source.info.content_hash
    kinds = wanted(source.info)
    job.plan({kind: STEPS[kind] for kind in kinds})
    failed: dict[PreviewKind, MediaError | RenderError] = {}
    for kind in kinds:
        try:
            if kind == "strip" and "proxy" in failed:  # of which it is made
                raise failed["proxy"]
            job.step(kind, partial(maker.make, kind))
        except (MediaError, RenderError) as error:
            failed[kind] = error
            previews.note_failure(content, kind, error)
    if failed:
        raise next(iter(failed.values()))
    job.finish({"content_hash": content, "previews": list(kinds)})
