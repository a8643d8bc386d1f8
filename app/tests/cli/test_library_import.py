"""Files of this machine come into the library, where they are or as copies, and never twice."""

import shutil
from pathlib import Path

import pytest

from app.config import Settings
from app.db import Database, open_database
from app.models.library.media import MediaFilter, MediaRow
from app.models.library.project import ProjectFields
from app.services.library.media import Media
from app.services.library.projects import Projects
from app.tests.cli.runner import CommandLine
from app.tests.conftest import ClipMaker
from app.tests.media.photos import photo

pytestmark = pytest.mark.slow


@pytest.fixture
def footage(make: ClipMaker, tmp_path: Path) -> Path:
    """A folder with a video, a photograph, and a file that only says to be a video."""
    folder = tmp_path / "plajă în zori"
    folder.mkdir()
    shutil.copy(make(seconds=1, cuts=(), seed=21), folder / "val.mp4")
    photo(folder / "soare.jpg")
    (folder / "text.mov").write_text("This is no film.")
    return folder


def kept(database: Database, settings: Settings, project_id: str | None = None) -> dict[str, MediaRow]:
    wanted = MediaFilter(project_id=project_id)
    return {row.name: row for row in Media(database, settings).page(None, wanted).items}


def test_files_stay_where_they_are_and_come_in_once(
    edit_factory: CommandLine, settings: Settings, footage: Path
) -> None:
    database = open_database(settings)
    project = Projects(database).new(None, ProjectFields(name="Mare"), 20.0, "project-1")
    done = edit_factory("library", "import", footage, "--project", "mare", "--json")
    assert done.status == 3
    files = {Path(file["file"]).name: file for file in done.document["files"]}
    assert files["text.mov"]["error"]["code"] == "media_unreadable"
    rows = kept(database, settings, project.id)
    assert {name: row.kind for name, row in rows.items()} == {"val.mp4": "video", "soare.jpg": "photo"}
    assert rows["val.mp4"].id == files["val.mp4"]["video_id"]
    assert Media(database, settings).path_of(rows["val.mp4"]) == footage / "val.mp4"
    assert not list((settings.data_dir / "media").glob("??/*"))
    again = edit_factory("library", "import", footage / "val.mp4", footage / "soare.jpg")
    assert again.status == 0
    assert rows["val.mp4"].id in again.out and "soare.jpg" in again.out
    assert kept(database, settings) == rows


def test_copies_are_kept_when_asked_for(edit_factory: CommandLine, settings: Settings, footage: Path) -> None:
    done = edit_factory("library", "import", footage / "val.mp4", "--copy", "--json")
    assert done.status == 0, done.out
    database = open_database(settings)
    row = kept(database, settings)["val.mp4"]
    place = Media(database, settings).path_of(row)
    assert place.is_relative_to(settings.data_dir) and place.read_bytes() == (footage / "val.mp4").read_bytes()
    assert not list((settings.data_dir / "media" / "incoming").iterdir())


def test_a_project_that_is_not_there_is_told_at_once(edit_factory: CommandLine, footage: Path) -> None:
    assert edit_factory("library", "import", footage, "--project", "none", "--json").code == "project_unknown"
    assert edit_factory("library", "import", footage / "gone.mp4", "--json").code == "media_missing"
