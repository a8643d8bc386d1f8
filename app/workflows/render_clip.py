"""Render one edit document and publish the clip, as a job."""

from typing import Any

from app.models.control import Control
from app.services import speech
from app.services.edits import EditLibrary
from app.services.sources import quoted, unquoted
from app.workflows.generate import source_of
from app.workflows.places import reserved_stem
from app.workflows.publish import publish
from app.workflows.run import JobRun, durable


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

    job.finish(job.step("render", work))
