"""Renders of clips of the library with a real worker: whose files they replace, and whose they do not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings
from app.editing.document import changed_edit
from app.models.job import JobDict
from app.models.library.clip import Clip, ClipFilter
from app.models.make import MakeRequest
from app.services.edits import EditLibrary
from app.services.library.clips import Clips
from app.services.sources import quoted, unquoted
from app.tests.chaos.workers import Workers, workers_in
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.workflows.alternatives import give_document
from app.workflows.clips.asked import ask_for_render
from app.workflows.clips.places import clips_folder
from app.workflows.jobs.records import request_json
from app.workflows.jobs.submit import Desk, has_ended

pytestmark = pytest.mark.slow


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with workers_in(tmp_path / "workers") as some:
        some.start()
        yield some


class House:
    """A library with one clip whose shots were chosen, and somebody who renders."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self.desk, self.settings = desk, settings
        self.clips = Clips(desk.storage.database)

    def chosen(self, film: Path) -> Clip:
        """Have one clip chosen of a film, and not rendered."""
        folder = clips_folder(self.settings.data_dir, "chosen")
        told = {"files": (film,), "duration": 3.0, "quality": "draft", "out": folder, "render": False}
        request = MakeRequest.model_validate({**told, "names": {}})
        job = ended(self.desk, self.desk.submit("generate", request_json(request))["job_id"])
        assert job["status"] == "completed", job["error"]
        assert not folder.exists(), "nothing is rendered"
        return self.clips.get(None, job["result"]["clips"][0]["clip_id"])

    def rendered(self, clip: Clip, job_id: str, preset: str | None = None) -> JobDict:
        """Render a clip as it was when it was looked at."""
        job = ask_for_render(self.desk, self.settings, clip, None, job_id, preset=preset)
        done = ended(self.desk, job["job_id"])
        assert done["status"] == "completed", done["error"]
        return done

    def folder(self, job_id: str) -> Path:
        """Return where a render puts its files."""
        return clips_folder(self.settings.data_dir, job_id)


def ended(desk: Desk, job_id: str) -> JobDict:
    """Wait, as long as it goes on, until a job has ended."""

    def look() -> JobDict:
        job = desk.storage.get_job(job_id)
        assert job is not None
        return job

    while not has_ended(job := look()):
        until(lambda known=job["version"]: look()["version"] != known)  # type: ignore[misc]
    return job


def files_of(clip: Clip) -> list[Path]:
    return [unquoted(place) for place in clip.files.values()]


def test_a_clip_shows_its_newest_render_and_no_older_file_stays(
    desk: Desk, settings: Settings, make: ClipMaker, workers: Workers
) -> None:
    house = House(desk, settings)
    draft = house.chosen(make(seconds=8, cuts=(3, 6), size=(640, 360), seed=61))
    assert not draft.is_rendered and not draft.is_stale and draft.version == 1
    edit = EditLibrary(settings).get(draft.edit_identity)
    newer = changed_edit(edit, poster_frame=edit.frames - 1)
    EditLibrary(settings).keep(newer)
    clip = give_document(house.clips, settings, None, draft, newer.identity, None)

    house.rendered(clip, "first")
    first = house.clips.get(None, clip.id)
    assert first.rendered_identity == newer.identity and not first.is_stale and first.version == 2
    assert {path.parent for path in files_of(first)} == {house.folder("first")}

    house.rendered(draft, "of the older one")  # it was asked for before the change, and ends after it
    assert house.clips.get(None, clip.id).files == first.files
    until(lambda: not house.folder("of the older one").exists())  # right after its end is noted

    house.rendered(first, "square", preset="square")
    square = house.clips.get(None, clip.id)
    canvas = EditLibrary(settings).get(square.edit_identity).canvas
    assert (canvas.width, canvas.height) == (540, 540) and not square.is_stale
    assert all(path.exists() for path in files_of(square))
    until(lambda: not house.folder("first").exists())


def test_what_is_rendered_for_a_clip_that_was_removed_is_taken_away(
    desk: Desk, settings: Settings, make: ClipMaker, workers: Workers
) -> None:
    house = House(desk, settings)
    draft = house.chosen(make(seconds=8, cuts=(3, 6), size=(640, 360), seed=61))
    request = {"edit": draft.edit_identity, "sources": None, "out": quoted(house.folder("late")), "stem": None}
    job = desk.submit("render", {**request, "clip_id": "removed"})
    assert ended(desk, job["job_id"])["status"] == "completed"
    until(lambda: not house.folder("late").exists())
    assert house.clips.page(None, ClipFilter(), limit=9).total == 1
