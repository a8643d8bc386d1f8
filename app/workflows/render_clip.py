"""Render one edit document and publish the clip, as a job."""

from typing import Any

from sqlalchemy import Connection, insert

from app.db.tables import clips
from app.db.types import now
from app.models.control import Control
from app.models.edit import Edit
from app.services import speech
from app.services.edits import EditLibrary
from app.services.sources import quoted, unquoted
from app.workflows.generate import source_of
from app.workflows.places import reserved_stem
from app.workflows.publish import publish
from app.workflows.run import JobRun, durable
from app.workflows.submit import part_id


@durable("render", {"render": 1.0})
def render_workflow(job: JobRun, request: dict[str, Any]) -> None:
    """Render."""
    edit = EditLibrary(job.settings).get(request["edit"])
    sources = {key: source_of(record) for key, record in request["sources"].items()}
    voice = speech.audio_path(job.settings, edit.voice.audio_hash) if edit.voice else None

    def work(control: Control) -> dict[str, Any]:
        with reserved_stem(unquoted(request["out"]), edit) as stem:
            done = publish(
                edit,
                sources={k: (s.path, s.info) for k, s in sources.items()},
                voice=voice,
                stem=stem,
                settings=job.settings,
                control=control,
            )
        return {
            "name": stem.name,
            "files": {k: quoted(p) for k, p in done.files.items()},
            "checks": done.checks.model_dump(mode="json"),
        }

    result = job.step("render", work)
    job.finish(result, also=lambda connection: add_clip(connection, job, edit, result))


def add_clip(connection: Connection, job: JobRun, edit: Edit, result: dict[str, Any]) -> None:
    """Note the finished clip in the library; of one job and edit there is one."""
    connection.execute(
        insert(clips).values(
            id=part_id(job.job_id, "clip", edit.identity),
            job_id=job.job_id,
            project_id=job.project_id,
            owner=job.owner,
            name=result["name"],
            edit_identity=edit.identity,
            files=result["files"],
            created_at=now(),
        )
    )
