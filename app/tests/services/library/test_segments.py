"""Marks: within their file, found by project and keyword, changed one by one or many at once, all or none."""

from typing import Any

import pytest
from sqlalchemy import insert

from app.db import Database
from app.db.tables import segments as segments_table
from app.db.types import now
from app.errors import InputError
from app.models.library.project import ProjectFields, ProjectVideoFields
from app.models.library.segment import Segment, SegmentChange, SegmentFields, SegmentFilter, SegmentPin
from app.models.marks import MOST_MARKS
from app.services.library.project_videos import ProjectVideos
from app.services.library.projects import Projects
from app.services.library.segments import Segments
from app.tests.services.library.things import ANA, a_medium


@pytest.fixture
def store(any_database: Database) -> Segments:
    return Segments(any_database)


@pytest.fixture
def video(any_database: Database) -> str:
    """A video of 12 s in the project `p`."""
    Projects(any_database).new(None, ProjectFields(name="Espresso"), 20.0, "p")
    media_id = a_medium(any_database)
    ProjectVideos(any_database).put(None, "p", media_id, ProjectVideoFields())
    return media_id


def refused(code: str) -> Any:
    return pytest.raises(InputError, check=lambda error: error.instance_code == code)


def ids(store: Segments, owner: str | None = None, sort: str = "oldest", **wanted: Any) -> list[str]:
    return [one.id for one in store.page(owner, SegmentFilter(**wanted), sort=sort).items]


def test_what_is_marked_is_kept(store: Segments, video: str) -> None:
    fields = SegmentFields(
        start=1.25,
        end=3,
        keywords=("cafea", "Boabe de cafea"),
        description="o ceașcă",
        note="ia-l pe acesta",
        favourite=True,
        single_use=True,
        pin=SegmentPin(clip=2, shot=1),
        project_id="p",
    )
    made = store.new(None, video, fields, "s")
    assert isinstance(made, Segment)
    assert made.model_dump(include=set(SegmentFields.model_fields)) == fields.model_dump()
    assert (made.video_id, made.version) == (video, 1)
    assert store.get(None, "s") == made
    assert store.new(None, video, fields, "s") == made


def test_an_end_that_is_not_said_is_the_files(store: Segments, video: str, any_database: Database) -> None:
    assert store.new(None, video, SegmentFields(start=3), "s").end == 12.0
    photo = a_medium(any_database, kind="photo")
    assert store.new(None, photo, SegmentFields(never_use=True), "photo").end == 1.0
    assert store.new(None, photo, SegmentFields(start=2, end=30), "other").end == 30


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"start": 0, "end": 12.06}, "beyond_end"),
        ({"start": 12}, "invalid_input"),
        ({"end": 2, "project_id": "none"}, "project_unknown"),
    ],
)
def test_what_cannot_be_marked(store: Segments, video: str, fields: dict[str, Any], code: str) -> None:
    with refused(code):
        store.new(None, video, SegmentFields(**fields), "s")
    assert ids(store) == []


def test_a_mark_of_a_project_needs_the_video_there(store: Segments, video: str, any_database: Database) -> None:
    elsewhere = a_medium(any_database)
    with refused("video_not_in_project"):
        store.new(None, elsewhere, SegmentFields(end=1, project_id="p"), "s")
    store.new(None, elsewhere, SegmentFields(end=1), "s")
    with refused("video_not_in_project"):
        store.change(None, "s", SegmentChange(project_id="p"))


def test_changes_are_checked_with_what_stays(store: Segments, video: str) -> None:
    store.new(None, video, SegmentFields(start=2, end=4, pin=SegmentPin(), project_id="p"), "s")
    with refused("invalid_input"):
        store.change(None, "s", SegmentChange(start=4))
    with refused("invalid_input"):
        store.change(None, "s", SegmentChange(never_use=True))
    with refused("beyond_end"):
        store.change(None, "s", SegmentChange(end=13))
    changed = store.change(None, "s", SegmentChange(never_use=True, pin=None, project_id=None), expected=1)
    assert (changed.never_use, changed.pin, changed.project_id, changed.version) == (True, None, None, 2)
    assert (changed.start, changed.end) == (2, 4)
    with refused("version_conflict"):
        store.change(None, "s", SegmentChange(note="x"), expected=1)
    with refused("version_conflict"):
        store.remove(None, "s", expected=1)
    store.remove(None, "s", expected=2)
    with refused("segment_unknown"):
        store.get(None, "s")


def test_lists_by_video_project_keyword_and_favourite(store: Segments, video: str, any_database: Database) -> None:
    other = a_medium(any_database)
    store.new(None, video, SegmentFields(start=8, end=9, keywords=("Cafea",), project_id="p"), "a")
    store.new(None, video, SegmentFields(start=1, end=2, keywords=("cafea cu lapte",), favourite=True), "b")
    store.new(None, other, SegmentFields(start=5, end=6, keywords=('a "quoted" ceașcă', "100%")), "c")
    assert ids(store) == ["a", "b", "c"]
    assert ids(store, sort="start") == ["b", "c", "a"]
    assert ids(store, video_id=video) == ["a", "b"]
    assert ids(store, video_id=video, sort="start") == ["b", "a"]
    assert ids(store, project_id="p") == ["a", "b"]
    assert ids(store, keyword="CAFEA") == ["a"]
    assert ids(store, keyword='a "quoted" ceasca') == ["c"]
    assert ids(store, keyword="100%") == ["c"]
    assert ids(store, keyword="%") == []
    assert ids(store, keyword="lapte") == []
    assert ids(store, favourite=True) == ["b"]
    assert ids(store, favourite=False, project_id="p") == ["a"]
    assert ids(store, ANA) == []


def test_filters_by_what_is_not_there_are_refused(store: Segments, video: str) -> None:
    for owner, wanted, code in (
        (None, {"video_id": "none"}, "video_unknown"),
        (ANA, {"video_id": video}, "video_unknown"),
        (ANA, {"project_id": "p"}, "project_unknown"),
    ):
        with refused(code):
            ids(store, owner, **wanted)


def test_many_at_once_are_changed_all_or_none(store: Segments, video: str) -> None:
    for name in "abc":
        store.new(None, video, SegmentFields(start=1, end=2, pin=SegmentPin() if name == "c" else None), name)
    changed = store.change_all(None, ["b", "a", "b"], SegmentChange(never_use=True))
    assert [(one.id, one.never_use, one.version) for one in changed] == [("b", True, 2), ("a", True, 2)]
    with refused("invalid_input"):  # what is pinned cannot be
        store.change_all(None, ["a", "c"], SegmentChange(never_use=True, note="x"))
    with refused("segment_unknown"):
        store.change_all(None, ["a", "none"], SegmentChange(note="x"))
    with refused("segment_unknown"):
        store.remove_all(None, ["a", "none"])
    assert store.get(None, "a").note == ""
    store.remove_all(None, ["c", "a", "a"])
    assert ids(store) == ["b"]


def test_marks_and_videos_of_others_are_unknown(store: Segments, video: str, any_database: Database) -> None:
    theirs = a_medium(any_database, owner=ANA)
    store.new(ANA, theirs, SegmentFields(end=1), "s")
    for asked in (
        lambda: store.get(None, "s"),
        lambda: store.change(None, "s", SegmentChange(note="x")),
        lambda: store.remove(None, "s"),
        lambda: store.remove_all(None, ["s"]),
        lambda: store.get(ANA, "s\0"),
    ):
        with refused("segment_unknown"):
            asked()
    for wrong in (theirs, a_medium(any_database, kind="logo"), "none"):
        with refused("video_unknown"):
            store.new(None, wrong, SegmentFields(end=1), "t")


def test_a_video_has_a_limit(store: Segments, video: str, any_database: Database) -> None:
    store.new(None, video, SegmentFields(end=1), "0")
    with any_database.write() as connection:
        one = connection.execute(segments_table.select()).mappings().one()
        many = [{**one, "id": str(n), "created_at": now()} for n in range(1, MOST_MARKS)]
        connection.execute(insert(segments_table), many)
    with refused("too_many_marks"):
        store.new(None, video, SegmentFields(end=1), "more")
