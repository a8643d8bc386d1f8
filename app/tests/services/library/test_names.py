"""Names on a command line: whole ones in any letters, ids, and the beginnings of ids; never somebody else's things."""

import pytest

from app.db import Database
from app.errors import InputError
from app.models.library.project import ProjectFields
from app.services.library.names import find_project, find_video
from app.services.library.projects import Projects
from app.tests.services.library.things import ANA, a_medium


@pytest.fixture
def database(any_database: Database) -> Database:
    for project_id, name, owner in (
        ("aaaa1111", "Cafea de toamnă", None),
        ("aaaa2222", "Ceai", None),
        ("ceai", "Another", None),
        ("bbbb", "100%", None),
        ("cccc", "hers", ANA),
    ):
        Projects(any_database).new(owner, ProjectFields(name=name), 20.0, project_id)
    return any_database


def test_what_is_found(database: Database) -> None:
    for given, found in (
        ("aaaa1111", "aaaa1111"),
        ("aaaa1", "aaaa1111"),
        (" Cafea de toamnă ", "aaaa1111"),
        ("CAFEA DE TOAMNA", "aaaa1111"),
        ("cafea de toamna\N{COMBINING BREVE}", "aaaa1111"),
        ("ceai", "ceai"),  # an id comes before a name
        ("CEAI", "aaaa2222"),
        ("100%", "bbbb"),
    ):
        assert find_project(database, None, given).id == found, given
    assert find_project(database, ANA, "hers").id == "cccc"


def test_what_is_not_found(database: Database) -> None:
    for given in ("", " ", "aaa", "AAAA1", "hers", "cccc", "Cafea", "%", "____", "aaaa_111", "100", "a\0"):
        with pytest.raises(InputError) as error:
            find_project(database, None, given)
        assert (error.value.instance_code, error.value.subject) == ("project_unknown", "project")


def test_what_several_are_called(database: Database) -> None:
    with pytest.raises(InputError) as error:
        find_project(database, None, "aaaa")
    assert error.value.instance_code == "project_ambiguous"
    assert "aaaa1111" in error.value.hint
    assert "aaaa2222" in error.value.hint
    for _ in range(9):
        a_medium(database, name="IMG_0001.MOV")
    with pytest.raises(InputError) as error:
        find_video(database, None, "img_0001.mov")
    assert error.value.hint.count(",") == 4  # five are named, however many there are


def test_videos_are_found_too(database: Database) -> None:
    video = a_medium(database, name="Ceașcă.mp4")
    assert find_video(database, None, "ceasca.mp4") == find_video(database, None, video[:8]) == video
    with pytest.raises(InputError, match="There is no video"):
        find_video(database, ANA, video)
