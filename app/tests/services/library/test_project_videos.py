"""Which videos a project has: added once, changed in place, taken out without harm to the video."""

from typing import Any

import pytest
from sqlalchemy import insert

from app.db import Database
from app.db.tables import project_videos
from app.db.types import now
from app.errors import InputError
from app.models.library.project import ProjectFields, ProjectVideoFields
from app.models.library.segment import SegmentFields, SegmentFilter
from app.models.marks import MOST_MARKS
from app.services.library.project_videos import ProjectVideos
from app.services.library.projects import Projects
from app.services.library.segments import Segments
from app.tests.services.library.things import ANA, a_medium


@pytest.fixture
def store(any_database: Database) -> ProjectVideos:
    Projects(any_database).new(None, ProjectFields(name="Espresso"), 20.0, "p")
    return ProjectVideos(any_database)


def refused(code: str) -> Any:
    return pytest.raises(InputError, check=lambda error: error.instance_code == code)


def test_videos_come_in_the_order_in_which_they_were_added(store: ProjectVideos, any_database: Database) -> None:
    ids = [a_medium(any_database, name=f"{n}.mp4", duration=n + 1.5) for n in range(3)]
    photo = a_medium(any_database, kind="photo", name="cup.jpg")
    for one in [*ids, photo]:
        store.put(None, "p", one, ProjectVideoFields())
    first = store.page(None, "p", limit=2)
    rest = store.page(None, "p", limit=2, cursor=first.next_cursor)
    assert [video.video_id for video in first.items + rest.items] == [*ids, photo]
    assert (first.total, rest.next_cursor) == (4, None)
    assert [(video.name, video.duration) for video in first.items] == [("0.mp4", 1.5), ("1.mp4", 2.5)]
    assert (rest.items[1].kind, rest.items[1].duration, rest.items[1].width) == ("photo", 0.0, 1080)


def test_adding_again_changes_what_it_is_for(store: ProjectVideos, any_database: Database) -> None:
    video = a_medium(any_database)
    first = store.put(None, "p", video, ProjectVideoFields())
    use = ProjectVideoFields(role="secondary", keywords=("cafea", "boabe"), description="o ceașcă")
    again = store.put(None, "p", video, use)
    assert again == first.evolve(role="secondary", keywords=("cafea", "boabe"), description="o ceașcă")
    assert store.page(None, "p").items == (again,)


def test_only_footage_that_is_there_can_be_added(store: ProjectVideos, any_database: Database) -> None:
    others, music = a_medium(any_database, owner=ANA), a_medium(any_database, kind="music")
    for wrong in (others, music, "none", "no\0ne"):
        with refused("video_unknown"):
            store.put(None, "p", wrong, ProjectVideoFields())
    mine = a_medium(any_database)
    for owner, project in ((ANA, "p"), (None, "q")):
        with refused("project_unknown"):
            store.put(owner, project, mine, ProjectVideoFields())
        with refused("project_unknown"):
            store.page(owner, project)
        with refused("project_unknown"):
            store.remove(owner, project, mine)


def test_taken_out_it_loses_the_marks_of_this_project_alone(store: ProjectVideos, any_database: Database) -> None:
    video = a_medium(any_database)
    store.put(None, "p", video, ProjectVideoFields())
    marks = Segments(any_database)
    marks.new(None, video, SegmentFields(end=2, project_id="p"), "here")
    marks.new(None, video, SegmentFields(end=2), "everywhere")
    store.remove(None, "p", video)
    assert [one.id for one in marks.page(None, SegmentFilter(video_id=video)).items] == ["everywhere"]
    assert store.page(None, "p").total == 0
    with refused("video_unknown"):
        store.remove(None, "p", video)


def test_a_project_has_a_limit(store: ProjectVideos, any_database: Database) -> None:
    row = {"project_id": "p", "role": "main", "keywords": [], "description": "", "added_at": now()}
    with any_database.write() as connection:
        many = [{**row, "video_id": str(n)} for n in range(MOST_MARKS)]
        connection.execute(insert(project_videos), many)
    with refused("too_many_videos"):
        store.put(None, "p", a_medium(any_database), ProjectVideoFields())
