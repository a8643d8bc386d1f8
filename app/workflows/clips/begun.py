"""Clips that the main job has chosen are in the library before they are rendered."""

from sqlalchemy import Connection

from app.models.job import TERMINAL
from app.models.library.clip import NewClip
from app.models.make import MakeRequest
from app.services.edits import EditLibrary
from app.services.library.clips import begin_clips
from app.workflows.clips.decide import of_variant
from app.workflows.clips.summary import clip_notes
from app.workflows.jobs.records import Json
from app.workflows.jobs.run import JobRun
from app.workflows.jobs.submit import part_id


def note_clips(connection: Connection, job: JobRun, asked: MakeRequest, decided: Json) -> None:
    """Note the clips in the library before they are made, unless the job has ended meanwhile."""
    row = job.worker.storage.rows.get(connection, job.job_id, lock=True)
    if row is None or row.status in TERMINAL or row.attempt != job.attempt:
        return
    library = EditLibrary(job.settings)
    edits = [library.get(identity) for identity in decided["edits"]]
    new = [
        NewClip(
            id=clip_id_of(job.job_id, edit.identity),
            name=edit.name,
            edit_identity=edit.identity,
            render_job_id=part_id(job.job_id, "render", edit.identity) if asked.render else None,
            script_id=of_variant(asked.script_ids, number),
            notes=tuple(clip_notes(edit)),
        )
        for edit, number in zip(edits, decided["variants"], strict=True)
    ]
    begin_clips(connection, new, job_id=row.parent_id or job.job_id, project_id=job.project_id, owner=job.owner)


def clip_id_of(job_id: str, identity: str) -> str:
    """Return the id of a clip that a job chose, by the edit document that it began with."""
    return part_id(job_id, "clip", identity)
