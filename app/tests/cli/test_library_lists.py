"""`edit-factory library`: videos of a project, and clips that are kept or dropped, by the names people use."""

import pytest
from sqlalchemy import insert

from app.config import Settings
from app.db import Database, open_database
from app.db.tables import clips
from app.db.types import now
from app.tests.cli.runner import CommandLine
from app.tests.services.library.things import a_medium


@pytest.fixture
def database(settings: Settings, edit_factory: CommandLine) -> Database:
    """A database with the project `Espresso`."""
    assert edit_factory("library", "projects", "new", "Espresso").status == 0
    return open_database(settings)


def a_clip(database: Database, clip_id: str, name: str, **columns: object) -> None:
    row = {"id": clip_id, "job_id": clip_id, "name": name, "edit_identity": "new", "files": {}, "created_at": now()}
    with database.write() as connection:
        connection.execute(insert(clips).values({**row, **columns}))


def test_videos_are_added_by_name_and_listed(edit_factory: CommandLine, database: Database) -> None:
    cup, shop = a_medium(database, name="Ceașcă.mp4"), a_medium(database, name="shop.mp4", duration=61.25)
    music = a_medium(database, name="song.mp3", kind="music")
    added = edit_factory(
        "library", "projects", "add", "espresso", "ceasca.MP4", shop[:10], "--role", "secondary",
        "--keywords", "cafea, boabe de cafea,", "--json",
    ).document  # fmt: skip
    assert [one["video_id"] for one in added["videos"]] == [cup, shop]
    assert [one["keywords"] for one in added["videos"]] == [["cafea", "boabe de cafea"]] * 2
    other = a_medium(database, name="other.mp4")
    listed = edit_factory("library", "videos", "list", "--sort", "name", "--json").document
    assert [one["id"] for one in listed["videos"]] == [cup, other, shop]
    of_project = edit_factory("library", "videos", "list", "--project", "Espresso", "--search", "SHOP").out
    assert shop[:8] in of_project and "61.2" in of_project and "1080x1920" in of_project
    assert cup[:8] not in of_project
    assets = edit_factory("library", "videos", "list", "--assets", "--json").document["videos"]
    assert [one["id"] for one in assets] == [music]
    assert "1 of 3" in edit_factory("library", "videos", "list", "--limit", 1).out
    assert edit_factory("library", "videos", "--json").document["total"] == 3


def test_what_cannot_be_added(edit_factory: CommandLine, database: Database) -> None:
    music = a_medium(database, name="song.mp3", kind="music")
    add = ("library", "projects", "add", "Espresso")
    assert edit_factory(*add, "none.mp4", "--json").code == "video_unknown"
    assert edit_factory(*add, music, "--json").code == "video_unknown"
    outcome = edit_factory(*add, music, "--role", "hero", "--json")
    assert (outcome.status, outcome.document["error"]["subject"]) == (2, "role")
    assert edit_factory("library", "projects", "show", "Espresso", "--json").document["videos"] == []


def test_clips_are_listed_kept_and_dropped(edit_factory: CommandLine, database: Database) -> None:
    assert edit_factory("library", "clips").out == "There are no such clips.\n"
    shown = edit_factory("library", "projects", "show", "Espresso", "--json").document["project"]["id"]
    a_clip(database, "aaaa1", "Toamnă", files={"mp4": "/clips/toamn%C4%83%201.mp4"}, rendered_identity="old")
    a_clip(database, "bbbb1", "clip-02", project_id=shown)
    listed = edit_factory("library", "clips", "list").out
    assert "/clips/toamnă 1.mp4 (older)" in listed
    assert "not rendered" in listed
    kept = edit_factory("library", "clips", "keep", "toamna", "bbbb", "--json").document["clips"]
    assert [(one["id"], one["state"]) for one in kept] == [("aaaa1", "kept"), ("bbbb1", "kept")]
    assert edit_factory("library", "clips", "drop", "bbbb1").out == "clip-02 is dropped.\n"
    for options, ids in (
        (("--state", "kept"), ["aaaa1"]),
        (("--project", "Espresso"), ["bbbb1"]),
        (("--search", "TOAMNA"), ["aaaa1"]),
        (("--sort", "name", "--limit", "1"), ["bbbb1"]),
    ):
        found = edit_factory("library", "clips", "list", *options, "--json").document["clips"]
        assert [one["id"] for one in found] == ids
    assert edit_factory("library", "clips", "list", "--state", "lost", "--json").status == 2
    assert edit_factory("library", "clips", "keep", "aaaa1", "none", "--json").code == "clip_unknown"


def test_one_name_of_several_clips(edit_factory: CommandLine, database: Database) -> None:
    a_clip(database, "aaaa1", "clip-01")
    a_clip(database, "aaaa2", "clip-01")
    error = edit_factory("library", "clips", "keep", "clip-01", "--json").document["error"]
    assert (error["code"], error["subject"]) == ("clip_ambiguous", "clip")
    assert "aaaa1" in error["hint"] and "aaaa2" in error["hint"]
