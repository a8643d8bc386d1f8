"""The marks of a project are what the choice of shots reads: by content, with no word lost, and checked by it."""

import pytest

from app.db import Database
from app.editing.marking import check_marks
from app.errors import InputError
from app.models.library.project import ProjectFields, ProjectVideoFields
from app.models.library.segment import SegmentFields, SegmentPin
from app.models.marks import FileMarks, FootageMarks, MarkedSegment, Pin
from app.models.media import MediaInfo
from app.services.library.marks import marks_of
from app.services.library.project_videos import ProjectVideos
from app.services.library.projects import Projects
from app.services.library.segments import Segments
from app.tests.services.library.things import ANA, a_medium

ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture
def database(any_database: Database) -> Database:
    for project in ("p", "q"):
        Projects(any_database).new(None, ProjectFields(name=project), 20.0, project)
    return any_database


def put(database: Database, video: str, **use: object) -> None:
    ProjectVideos(database).put(None, "p", video, ProjectVideoFields.model_validate(use))


def mark(database: Database, video: str, name: str, **fields: object) -> None:
    Segments(database).new(None, video, SegmentFields.model_validate(fields), name)


def test_a_project_without_anything_has_no_marks(database: Database) -> None:
    assert marks_of(database, None, "p") == FootageMarks()
    with pytest.raises(InputError, match="no project"):
        marks_of(database, ANA, "p")


def test_files_stretches_and_pins(database: Database) -> None:
    shop, cup = a_medium(database, content_hash=ONE), a_medium(database, content_hash=TWO)
    put(database, shop)
    put(database, cup, role="secondary", keywords=["cafea"], description="o ceașcă")
    mark(database, shop, "b", start=6, end=8, never_use=True, note="mișcat")
    mark(database, shop, "a", start=1, end=2, keywords=["raft"], favourite=True, single_use=True)
    mark(database, shop, "pinned", start=3, end=4, pin=SegmentPin(clip=2, shot=1), project_id="p")
    found = marks_of(database, None, "p")
    assert found == FootageMarks(
        files=(
            FileMarks(
                file=ONE,
                role="main",
                segments=(
                    MarkedSegment(start=1, end=2, keywords=("raft",), favourite=True, single_use=True),
                    MarkedSegment(start=3, end=4),
                    MarkedSegment(start=6, end=8, never_use=True, note="mișcat"),
                ),
                pins=(Pin(start=3, end=4, clip=2, shot=1),),
            ),
            FileMarks(file=TWO, role="secondary", keywords=("cafea",), description="o ceașcă"),
        )
    )
    infos = [
        MediaInfo(content_hash=one, size_bytes=1, container="mov", duration=12, has_video=True) for one in (ONE, TWO)
    ]
    check_marks(found, [("shop.mp4", infos[0]), ("cup.mp4", infos[1])], 2)


def test_marks_of_another_project_do_not_count(database: Database) -> None:
    video = a_medium(database)
    put(database, video)
    ProjectVideos(database).put(None, "q", video, ProjectVideoFields())
    mark(database, video, "here", start=1, end=2, project_id="p")
    mark(database, video, "there", start=2, end=3, project_id="q")
    mark(database, video, "everywhere", start=3, end=4)
    spans = [(one.start, one.end) for one in marks_of(database, None, "p").files[0].segments]
    assert spans == [(1, 2), (3, 4)]


def test_one_content_that_was_brought_twice_is_one_file(database: Database) -> None:
    first, second = a_medium(database, name="a.mp4"), a_medium(database, name="b.mp4")
    put(database, first, role="secondary", keywords=["cafea", "ceai"], description="one")
    put(database, second, keywords=["ceai", "lapte"], description="two")
    mark(database, first, "a", start=1, end=2)
    mark(database, second, "b", start=3, end=4)
    (file,) = marks_of(database, None, "p").files
    assert (file.role, file.keywords, file.description) == ("main", ("cafea", "ceai", "lapte"), "one two")
    assert [(one.start, one.end) for one in file.segments] == [(1, 2), (3, 4)]


def test_marks_that_contradict_each_other_are_told(database: Database) -> None:
    video = a_medium(database)
    put(database, video)
    mark(database, video, "a", start=1, end=3, never_use=True)
    mark(database, video, "b", start=2, end=4, pin=SegmentPin())
    with pytest.raises(InputError, match="must be shown"):
        marks_of(database, None, "p")
