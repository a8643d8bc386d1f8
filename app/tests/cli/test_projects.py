"""`edit-factory library projects`: the same projects as over HTTP, named as people name them."""

from pathlib import Path

import pytest

from app.config import Settings
from app.db import open_database
from app.models.library.project import ProjectFields, ProjectVideoFields
from app.models.library.script import ScriptFields
from app.services.library.project_videos import ProjectVideos
from app.services.library.projects import Projects
from app.services.library.scripts import Scripts
from app.tests.cli.runner import CommandLine
from app.tests.services.library.things import ANA, a_medium
from app.workflows.jobs.attend import open_desk


@pytest.fixture
def project(edit_factory: CommandLine) -> str:
    """A project's id."""
    made = edit_factory("library", "projects", "new", "Cafea de toamnă", "--duration", 15, "--json")
    assert made.status == 0
    return str(made.document["project"]["id"])


def test_made_listed_and_shown(edit_factory: CommandLine, settings: Settings, project: str) -> None:
    database = open_database(settings)
    video = a_medium(database, name="ceașcă\n.mp4")
    ProjectVideos(database).put(None, project, video, ProjectVideoFields(role="secondary", keywords=("cafea",)))
    Scripts(database).new(None, project, ScriptFields(text="Bună ziua"), "s")
    Projects(database).new(ANA, ProjectFields(name="hers"), 20.0, "hers")
    listed = edit_factory("library", "projects", "--json").document
    assert ([one["name"] for one in listed["projects"]], listed["total"]) == (["Cafea de toamnă"], 1)
    assert project[:8] in edit_factory("library", "projects").out
    shown = edit_factory("library", "projects", "show", "CAFEA DE TOAMNA", "--json").document
    assert (shown["project"]["id"], shown["project"]["target_duration"]) == (project, 15.0)
    assert ([one["video_id"] for one in shown["videos"]], [one["id"] for one in shown["scripts"]]) == ([video], ["s"])
    text = edit_factory("library", "projects", "show", project[:6]).out
    assert "ceașcă .mp4 (secondary): cafea" in text
    assert "Bună ziua (2 words)" in text


def test_pages_of_a_list(edit_factory: CommandLine, project: str) -> None:
    edit_factory("library", "projects", "new", "Ceai")
    first = edit_factory("library", "projects", "list", "--sort", "name", "--limit", 1, "--json").document
    rest = ("library", "projects", "list", "--sort", "name", "--cursor", first["next_cursor"])
    assert [one["name"] for one in edit_factory(*rest, "--json").document["projects"]] == ["Ceai"]
    assert "1 of 2" in edit_factory("library", "projects", "list", "--limit", 1).out
    assert edit_factory("library", "projects", "list", "--search", "nothing").out == "There are no such projects.\n"
    assert edit_factory("library", "projects", "list", "--sort", "size", "--json").status == 2


def test_put_away_taken_out_and_removed(edit_factory: CommandLine, project: str) -> None:
    assert "put away" in edit_factory("library", "projects", "archive", project).out
    assert edit_factory("library", "projects", "--json").document["total"] == 0
    assert edit_factory("library", "projects", "list", "--archived", "--json").document["total"] == 1
    assert "put away" in edit_factory("library", "projects", "show", project).out
    edit_factory("library", "projects", "unarchive", project)
    assert edit_factory("library", "projects", "delete", project, "--json").status == 0
    assert edit_factory("library", "projects", "show", project, "--json").code == "project_unknown"


def test_one_that_is_worked_on(edit_factory: CommandLine, settings: Settings, project: str) -> None:
    desk = open_desk(settings)
    job = desk.submit("analyze", {"path": "/none", "info": {}}, project_id=project)
    assert edit_factory("library", "projects", "delete", project, "--json").code == "project_busy"
    assert edit_factory("library", "projects", "delete", project, "--cancel").status == 0
    left = desk.storage.get_job(job["job_id"])
    assert left is not None and left["status"] == "cancelled"


@pytest.mark.parametrize("named", ["", " ", "caf", "nothing", "%", "____", "\N{PILE OF POO}"])
def test_names_of_nothing(edit_factory: CommandLine, project: str, named: str) -> None:
    assert edit_factory("library", "projects", "show", named, "--json").code == "project_unknown"


def test_a_name_that_several_have(edit_factory: CommandLine, project: str) -> None:
    edit_factory("library", "projects", "new", "cafea de toamna")
    error = edit_factory("library", "projects", "show", "Cafea de toamnă", "--json").document["error"]
    assert error["code"] == "project_ambiguous"
    assert project in error["hint"]
    assert edit_factory("library", "projects", "show", project).status == 0


@pytest.mark.parametrize(
    ("arguments", "subject"), [(["a\nb"], "name"), ([" "], "name"), (["a", "--duration", "0.2"], "duration")]
)
def test_what_a_project_cannot_be(edit_factory: CommandLine, arguments: list[str], subject: str) -> None:
    outcome = edit_factory("library", "projects", "new", *arguments, "--json")
    assert (outcome.status, outcome.document["error"]["subject"]) == (2, subject)


def test_the_documentation_names_every_command_and_option() -> None:
    text = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")
    for word in ("list", "show", "new", "archive", "delete"):
        assert f"`library projects {word}`" in text
    for option in ("search", "archived", "sort", "limit", "cursor", "description", "context", "keep-clips", "cancel"):
        assert f"`--{option}`" in text
