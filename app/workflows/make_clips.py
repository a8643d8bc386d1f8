"""The one call for programs: footage comes, becomes a project, and clips are made of it, as one job."""

from collections.abc import Sequence

from app.config import Settings
from app.db import Database
from app.editing.script.spoken import prepare
from app.errors import InputError
from app.models.control import Control
from app.models.job import JobDict
from app.models.library.media import FOOTAGE, Arrival
from app.models.library.names import plain_name
from app.models.library.project import ProjectFields, ProjectVideoFields
from app.models.library.wishes import ClipsWish, MakeWish
from app.services.library.media import Media
from app.services.library.options import check_options
from app.services.library.project_videos import ProjectVideos
from app.services.library.projects import Projects
from app.services.library.scripts import name_of
from app.services.outbound import outbound_for
from app.workflows.clips.wanted import title_of, wanted_clips
from app.workflows.jobs.parts_of_job import PartOfJob, do_parts, require_all
from app.workflows.jobs.records import Json, request_json
from app.workflows.jobs.run import JobRun, durable
from app.workflows.jobs.submit import Desk, part_id

_CLIPS = "clips"


def check_wish(database: Database, settings: Settings, owner: str | None, wish: MakeWish, uploads: int) -> None:
    """Raise the error of a wish that cannot come true, as far as that is known before its footage is there."""
    asked = wish.for_clips()
    if wish.project_id is not None:
        Projects(database).get(owner, wish.project_id)
    elif not wish.files and not uploads:
        raise InputError("There is no footage.", hint="Send files, or name some.", subject="files", code="no_footage")
    if asked.script_ids and wish.project_id is None:
        raise InputError(
            "Scripts of the library belong to a project.", hint="Name its project_id.", subject="script_ids"
        )
    check_options(asked.options, settings)
    texts = asked.scripts or ()
    if len(texts) > 1 and asked.wanted not in {None, len(texts)}:
        raise InputError(
            f"There are {len(texts)} scripts for {asked.wanted} clips.",
            hint="Give one for each, or one for all.",
            subject="scripts",
            code="script_count",
        )
    if asked.options.language:
        for text in texts:
            prepare(text, asked.options.language)
    Media(database, settings).all_of(owner, [one.video_id for one in wish.files if one.video_id], FOOTAGE)
    for one in wish.files:
        if one.url is not None:
            outbound_for(settings).require_allowed(one.url)


def make_clips(
    desk: Desk,
    settings: Settings,
    owner: str | None,
    wish: MakeWish,
    uploads: Sequence[Arrival],
    job_id: str,
    callback_url: str | None = None,
    *,
    for_uploads: Sequence[ProjectVideoFields] = (),
    context: str = "",
) -> JobDict:
    """Take in the job that brings the footage in and makes the clips; `uploads` are files that came with it.

    `for_uploads` says what each of them is for, `context` what is to be known of footage of a new project.
    """
    database, asked = desk.storage.database, wish.for_clips()
    project_id = wish.project_id or _new_project(database, settings, owner, wish, asked, job_id, context)
    videos = ProjectVideos(database)
    for one in wish.files:
        if one.video_id is not None:
            use = ProjectVideoFields(role=one.role, keywords=one.keywords)
            videos.put(owner, project_id, one.video_id, use)
    arrivals = [arrival.evolve(project_id=project_id) for arrival in uploads]
    fetched = [one for one in wish.files if one.url is not None]
    arrivals += [Arrival(name=_name_of(str(one.url)), url=one.url, project_id=project_id) for one in fetched]
    told: list[Json | None] = [use.model_dump(mode="json") for use in for_uploads] or [None] * len(uploads)
    uses = told + [{"role": one.role, "keywords": list(one.keywords)} for one in fetched]
    request = {
        "project_id": project_id,
        "arrivals": [arrival.model_dump(mode="json") for arrival in arrivals],
        "uses": uses,
        "wish": asked.model_dump(mode="json"),
    }
    count = asked.wanted or max(1, len(asked.scripts or ()))
    return desk.submit(
        "make",
        request,
        job_id=job_id,
        title=title_of(count),
        callback_url=callback_url,
        owner=owner,
        project_id=project_id,
    )


def _new_project(
    database: Database,
    settings: Settings,
    owner: str | None,
    wish: MakeWish,
    asked: ClipsWish,
    job_id: str,
    context: str,
) -> str:
    name = wish.name or name_of((asked.scripts or ("Clips",))[0])
    project_id = part_id(job_id, "project")
    try:
        return Projects(database).get(owner, project_id).id  # the same request, sent again
    except InputError:
        fields = ProjectFields(name=name, options=asked.options, context=context)
        return Projects(database).new(owner, fields, settings.duration, project_id).id


def _name_of(url: str) -> str:
    return plain_name(url.partition("?")[0].partition("#")[0])


@durable("make", {"footage": 0.1, "clips": 0.9})
def make_workflow(job: JobRun, request: Json) -> None:
    """Bring the footage in, then make the clips; the result is that of the main job, with the project's id."""
    videos = job.step("footage", lambda control: _brought_in(job, request, control))
    result = job.step("clips", lambda control: _made(job, request, control))
    job.finish({"project_id": request["project_id"], "video_ids": videos, **result})


def _brought_in(job: JobRun, request: Json, control: Control) -> list[str]:
    """Have all files received and checked; return their ids in the library."""
    parts = [
        PartOfJob("receive", str(number), f"bring in {arrival['name']}", arrival)
        for number, arrival in enumerate(request["arrivals"])
    ]
    done = require_all(do_parts(job, parts, control)) if parts else []
    videos = ProjectVideos(job.worker.storage.database)
    for result, use in zip(done, request["uses"], strict=True):
        if use is not None and result["kind"] in FOOTAGE:
            fields = ProjectVideoFields.model_validate(use)
            videos.put(job.owner, request["project_id"], result["video_id"], fields)
    return [result["video_id"] for result in done]


def _made(job: JobRun, request: Json, control: Control) -> Json:
    wish, job_id = ClipsWish.model_validate(request["wish"]), part_id(job.job_id, "generate", _CLIPS)
    database = job.worker.storage.database
    asked = wanted_clips(database, job.settings, job.owner, request["project_id"], wish, job_id)
    told, columns = request_json(asked), {"project_id": request["project_id"]}
    part = PartOfJob("generate", _CLIPS, title_of(asked.count), told, columns=columns)
    answer: Json = require_all(do_parts(job, [part], control))[0]
    return answer
