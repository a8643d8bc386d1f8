"""Files of this machine come into the library, many at once: each checked by itself, and none holds up the others."""

from collections.abc import Sequence
from pathlib import Path

from app.models.control import Control
from app.models.job import JobDict
from app.models.library.media import Arrival
from app.models.library.names import plain_name
from app.services.sources import quoted, unquoted
from app.workflows.jobs.parts_of_job import PartOfJob, do_parts, error_of
from app.workflows.jobs.records import Json
from app.workflows.jobs.run import JobRun, durable


def import_request(files: Sequence[Path], project_id: str | None, *, copied: bool) -> Json:
    """Return the request to bring these files in: where they are, or as copies in the data folder."""
    return {"files": [quoted(path) for path in files], "project_id": project_id, "copied": copied}


@durable("import_files", {"import": 1.0})
def import_files_workflow(job: JobRun, request: Json) -> None:
    """Have each file checked and brought in. The result says of each what it became, or why it did not."""
    parts = [_part(place, request) for place in request["files"]]

    def work(control: Control) -> list[Json]:
        done = do_parts(job, parts, control)
        return [_told(place, one) for place, one in zip(request["files"], done, strict=True)]

    job.finish({"files": job.step("import", work)})


def _part(place: str, request: Json) -> PartOfJob:
    name = plain_name(unquoted(place).name)
    arrival = Arrival(name=name, place=place, project_id=request["project_id"], copied=request["copied"])
    columns = {"project_id": request["project_id"]}
    return PartOfJob("receive", place, f"bring in {name}", arrival.model_dump(mode="json"), columns=columns)


def _told(place: str, done: JobDict) -> Json:
    error = error_of(done)
    if error is not None:
        return {"file": place, "video_id": None, "kind": None, "error": error.as_dict()}
    result = done["result"]
    return {"file": place, "video_id": result["video_id"], "kind": result["kind"], "error": None}
