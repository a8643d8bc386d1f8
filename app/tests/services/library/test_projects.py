"""Projects: made once, changed by nobody unseen, put away, and removed with what is theirs alone."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from app.db import Database
from app.db.tables import clips, exports, jobs, project_videos, projects, scripts, segments
from app.db.types import now
from app.errors import InputError
from app.models.library.brand import ProjectBrand, ProjectLogo
from app.models.library.options import ClipOptions, MusicOption
from app.models.library.project import (
    Project,
    ProjectChange,
    ProjectCounts,
    ProjectFields,
    ProjectFilter,
    ProjectVideoFields,
)
from app.models.library.script import ScriptFields
from app.models.library.segment import SegmentFields
from app.services.library.project_videos import ProjectVideos
from app.services.library.projects import Projects
from app.services.library.scripts import Scripts
from app.services.library.segments import Segments
from app.tests.services.library.things import ANA, a_medium


@pytest.fixture
def store(any_database: Database) -> Projects:
    return Projects(any_database)


def new(store: Projects, name: str = "Espresso", row_id: str = "p", owner: str | None = None, **more: Any) -> Project:
    return store.new(owner, ProjectFields(name=name, **more), 20.0, row_id)


def refused(code: str) -> Any:
    return pytest.raises(InputError, check=lambda error: error.instance_code == code)


def a_clip(database: Database, clip_id: str, project_id: str, **more: Any) -> None:
    row = {"id": clip_id, "job_id": "j", "project_id": project_id, "name": clip_id, "edit_identity": clip_id}
    with database.write() as connection:
        connection.execute(insert(clips).values({**row, "files": {"mp4": f"/{clip_id}"}, "created_at": now(), **more}))


def a_job(database: Database, job_id: str, project_id: str, status: str, **more: Any) -> None:
    row = {"id": job_id, "job_type": "render", "status": status, "data": {}, "version": 1, "project_id": project_id}
    with database.write() as connection:
        connection.execute(insert(jobs).values({**row, "created_at": now(), "updated_at": now(), **more}))


def test_what_is_said_is_kept_and_what_is_not_said_stays_open(store: Projects) -> None:
    options = ClipOptions(count=3, captions="off", voice="espeak:ro")
    made = new(store, " Cafea ", description="două\nrânduri", target_duration=15, context="ton cald", options=options)
    assert made == store.get(None, "p")
    assert (made.name, made.target_duration, made.version, made.archived_at) == ("Cafea", 15.0, 1, None)
    assert made.options == options
    assert made.options.said() == {"count": 3, "captions": "off", "voice": "espeak:ro"}
    assert made.for_clips().said() == {"count": 3, "captions": "off", "voice": "espeak:ro", "duration": 15.0}
    assert new(store, row_id="q").target_duration == 20.0


def test_a_request_that_is_sent_again_makes_nothing_new(store: Projects) -> None:
    first = new(store, "One")
    assert new(store, "One") == first
    assert store.page(None, ProjectFilter()).total == 1


def test_changes_name_what_changes(store: Projects) -> None:
    made = new(store, brand=ProjectBrand(), options=ClipOptions(count=2))
    changed = store.change(None, "p", ProjectChange(description="new"))
    assert changed == made.evolve(description="new", version=2, updated_at=changed.updated_at)
    assert changed.updated_at >= made.updated_at
    assert store.change(None, "p", ProjectChange(brand=None)).brand is None
    assert store.change(None, "p", ProjectChange(options=ClipOptions(seed=7))).options == ClipOptions(seed=7)


def test_two_people_do_not_overwrite_each_other(store: Projects) -> None:
    new(store)
    store.change(None, "p", ProjectChange(name="mine"), expected=1)
    for late in (
        lambda: store.change(None, "p", ProjectChange(name="yours"), expected=1),
        lambda: store.archive(None, "p", True, expected=1),
        lambda: store.remove(None, "p", expected=1),
        lambda: store.jobs_of(None, "p", expected=1),
    ):
        with refused("version_conflict"):
            late()
    assert store.get(None, "p").name == "mine"


def test_projects_of_others_are_unknown(store: Projects) -> None:
    new(store, owner=ANA)
    new(store, row_id="mine")
    for asked in (
        lambda: store.get(None, "p"),
        lambda: store.change(None, "p", ProjectChange(name="x")),
        lambda: store.archive(None, "p", True),
        lambda: store.remove(None, "p"),
        lambda: store.jobs_of(None, "p"),
        lambda: store.get(ANA, "mine"),
        lambda: store.get(ANA, "P"),
        lambda: store.get(ANA, "p\0"),
        lambda: store.get(ANA, ""),
    ):
        with refused("project_unknown"):
            asked()
    assert [one.id for one in store.page(ANA, ProjectFilter()).items] == ["p"]


def test_lists_are_filtered_and_count_what_projects_hold(store: Projects, any_database: Database) -> None:
    for n, name in enumerate(["Șosete", "Cafea", "Ceai"]):
        new(store, name, row_id=str(n), description="toamnă" if n else "")
    store.archive(None, "2", True)
    video = a_medium(any_database)
    ProjectVideos(any_database).put(None, "1", video, ProjectVideoFields())
    Scripts(any_database).new(None, "1", ScriptFields(text="Bună"), "s")
    a_clip(any_database, "c", "1")
    a_clip(any_database, "d", "1")

    def ids(**wanted: Any) -> list[str]:
        return [one.id for one in store.page(None, ProjectFilter(**wanted), sort="name").items]

    assert ids() == ["1", "2", "0"]
    assert ids(archived=False) == ["1", "0"]
    assert ids(archived=True) == ["2"]
    assert ids(search="TOAMNA") == ["1", "2"]
    assert ids(search="sosete", archived=False) == ["0"]
    listed = store.page(None, ProjectFilter(search="cafea")).items[0]
    assert listed.counts == store.get(None, "1").counts == ProjectCounts(videos=1, scripts=1, clips=2)
    assert store.get(None, "0").counts == ProjectCounts()


def test_putting_away_twice_is_putting_away_once(store: Projects) -> None:
    new(store)
    away = store.archive(None, "p", True)
    assert (away.version, away.archived_at is None) == (2, False)
    assert store.archive(None, "p", True) == away
    back = store.archive(None, "p", False)
    assert (back.version, back.archived_at) == (3, None)


def test_logos_and_music_must_be_there_and_be_such(store: Projects, any_database: Database) -> None:
    logo, music = a_medium(any_database, kind="logo"), a_medium(any_database, kind="music")
    others = a_medium(any_database, kind="logo", owner=ANA)
    good = ProjectBrand(logo=ProjectLogo(asset_id=logo))
    made = new(store, brand=good, options=ClipOptions(music=MusicOption(music_id=music)))
    assert made.brand == good
    for wrong in (others, music, "none"):
        with refused("asset_unknown"):
            store.change(None, "p", ProjectChange(brand=ProjectBrand(logo=ProjectLogo(asset_id=wrong))))
    with refused("asset_unknown"):
        new(store, row_id="q", options=ClipOptions(music=MusicOption(music_id=logo)))
    assert store.page(None, ProjectFilter()).total == 1


def test_removing_takes_what_is_the_projects_alone(store: Projects, any_database: Database) -> None:
    new(store)
    new(store, row_id="other")
    video = a_medium(any_database)
    for project in ("p", "other"):
        ProjectVideos(any_database).put(None, project, video, ProjectVideoFields())
        Scripts(any_database).new(None, project, ScriptFields(text="Bună"), f"script of {project}")
        Segments(any_database).new(None, video, SegmentFields(end=2, project_id=project), f"mark of {project}")
        a_clip(any_database, f"clip of {project}", project)
    Segments(any_database).new(None, video, SegmentFields(end=2), "mark everywhere")
    an_export(any_database, "zip", "p")
    a_job(any_database, "done", "p", "completed")
    assert store.remove(None, "p", expected=1) == [{"mp4": "/clip of p"}]
    with any_database.read() as connection:
        left = {
            table.name: set(connection.execute(select(table.c.id).order_by(table.c.id)).scalars())
            for table in (projects, scripts, segments, clips, exports, jobs)
        }
        links = set(connection.execute(select(project_videos.c.project_id)).scalars())
        belongs = connection.execute(select(exports.c.project_id)).scalar()
    assert left == {
        "projects": {"other"},
        "scripts": {"script of other"},
        "segments": {"mark of other", "mark everywhere"},
        "clips": {"clip of other"},
        "exports": {"zip"},
        "jobs": {"done"},
    }
    assert links == {"other"}
    assert belongs is None
    with refused("project_unknown"):
        store.remove(None, "p")


def an_export(database: Database, export_id: str, project_id: str) -> None:
    row = {"id": export_id, "project_id": project_id, "kind": "zip", "name": "a.zip", "job_id": "j", "details": {}}
    with database.write() as connection:
        connection.execute(insert(exports).values({**row, "media_type": "application/zip", "created_at": now()}))


def test_clips_may_be_kept(store: Projects, any_database: Database) -> None:
    new(store)
    a_clip(any_database, "c", "p")
    assert store.remove(None, "p", keep_clips=True) == []
    with any_database.read() as connection:
        row = connection.execute(select(clips)).one()
    assert (row.id, row.project_id, row.files) == ("c", None, {"mp4": "/c"})


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_one_that_is_worked_on_is_not_removed(store: Projects, any_database: Database, status: str) -> None:
    new(store)
    a_job(any_database, "whole", "p", status)
    a_job(any_database, "part", "p", status, parent_id="whole")
    assert store.jobs_of(None, "p") == ["whole"]
    with refused("project_busy"):
        store.remove(None, "p")
    assert store.get(None, "p").name == "Espresso"
