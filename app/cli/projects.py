"""`edit-factory library projects`: listed, looked at, made, put away, removed."""

from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import typer
from pydantic import ValidationError
from rich.table import Column, Table
from rich.text import Text

from app.cli.job_tables import short_id
from app.cli.listing import Cursor, Json, Limit, Sort, database_here, tell_of_more
from app.cli.output import console, plain, print_json, span
from app.config import load_settings
from app.db import open_database
from app.db.types import now
from app.errors import InputError
from app.models.base import Record
from app.models.library.project import Project, ProjectFields, ProjectFilter, ProjectVideoFields
from app.services.library.names import find_project, find_video
from app.services.library.project_videos import ProjectVideos
from app.services.library.projects import Projects
from app.services.library.scripts import Scripts
from app.workflows.jobs.attend import open_desk
from app.workflows.projects import remove_project

R = TypeVar("R", bound=Record)

Named = Annotated[
    str, typer.Argument(metavar="PROJECT", help="Its name, its id, or the id's first letters.", show_default=False)
]

_MOST = 100
"""Videos and scripts that are shown of one project."""

commands = typer.Typer(help="See to projects: footage and scripts that belong together.", invoke_without_command=True)


@commands.callback()
def projects_command(context: typer.Context, as_json: Json = False) -> int | None:
    """See to projects: footage and scripts that belong together."""
    return list_command(as_json=as_json) if context.invoked_subcommand is None else None


@commands.command("list")
def list_command(
    search: Annotated[str | None, typer.Option(help="Only those with this text in their name or description.")] = None,
    archived: Annotated[bool, typer.Option("--archived", help="Only those that were put away.")] = False,
    sort: Sort = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: Json = False,
) -> int:
    """List projects; those that were put away are left out."""
    wanted = ProjectFilter(search=search, archived=archived)
    page = Projects(database_here()).page(None, wanted, sort=sort, limit=limit, cursor=cursor)
    if as_json:
        shown = [project.model_dump(mode="json") for project in page.items]
        print_json({"ok": True, "projects": shown, "next_cursor": page.next_cursor, "total": page.total})
        return 0
    console.print(_table(page.items) if page.items else "There are no such projects.")
    tell_of_more(page)
    return 0


@commands.command("show")
def show_command(project: Named, as_json: Json = False) -> int:
    """Show a project with its videos and scripts."""
    database = database_here()
    found = find_project(database, None, project)
    videos = ProjectVideos(database).page(None, found.id, limit=_MOST).items
    scripts = Scripts(database).page(None, found.id, limit=_MOST).items
    if as_json:
        parts = {"videos": videos, "scripts": scripts}
        shown = {name: [one.model_dump(mode="json") for one in some] for name, some in parts.items()}
        print_json({"ok": True, "project": found.model_dump(mode="json"), **shown})
        return 0
    _print_project(found)
    for video in videos:
        words = f": {', '.join(video.keywords)}" if video.keywords else ""
        console.print(f"{video.kind:<12}{plain(video.name)} ({video.role}){plain(words)}", markup=False)
    for script in scripts:
        console.print(f"{'script':<12}{plain(script.name)} ({script.words} words)", markup=False)
    return 0


@commands.command("new")
def new_command(
    name: Annotated[str, typer.Argument(help="What it is called.", show_default=False)],
    description: Annotated[str, typer.Option(help="For people only.")] = "",
    duration: Annotated[float | None, typer.Option(help="Seconds of one clip; else the setting.")] = None,
    context: Annotated[str, typer.Option(help="What whoever looks at the footage should know of it.")] = "",
    as_json: Json = False,
) -> int:
    """Make a project."""
    settings = load_settings()
    fields = _valid(ProjectFields, "new", name=name, description=description, target_duration=duration, context=context)
    made = Projects(open_database(settings)).new(None, fields, settings.duration, str(uuid4()))
    _tell(made, f"{plain(made.name)} is project {short_id(made.id)}.", as_json)
    return 0


@commands.command("archive")
def archive_command(project: Named, as_json: Json = False) -> int:
    """Put a project away: it stays as it is, and is left out of lists."""
    return _put_away(project, True, as_json)


@commands.command("unarchive")
def unarchive_command(project: Named, as_json: Json = False) -> int:
    """Take out a project that was put away."""
    return _put_away(project, False, as_json)


@commands.command("delete")
def delete_command(
    project: Named,
    keep_clips: Annotated[bool, typer.Option("--keep-clips", help="Leave its clips in the library.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel its jobs that have not ended.")] = False,
    as_json: Json = False,
) -> int:
    """Remove a project with its scripts, its own marks and its clips; videos stay."""
    settings = load_settings()
    desk = open_desk(settings)
    found = find_project(desk.storage.database, None, project)
    remove_project(desk, settings, None, found.id, keep_clips=keep_clips, cancel=cancel)
    _tell(found, f"{plain(found.name)} is removed.", as_json)
    return 0


@commands.command("add")
def add_command(
    project: Named,
    videos: Annotated[
        list[str], typer.Argument(metavar="VIDEO...", help="Names or ids of videos.", show_default=False)
    ],
    role: Annotated[str, typer.Option(help="main, or secondary: shown where the script says its keywords.")] = "main",
    keywords: Annotated[str, typer.Option(help="Words with commas: where one is said, these videos are shown.")] = "",
    as_json: Json = False,
) -> int:
    """Add videos of the library to a project, or say anew what they are for there."""
    database = database_here()
    found = find_project(database, None, project)
    words = tuple(word for part in keywords.split(",") if (word := part.strip()))
    use = _valid(ProjectVideoFields, "add", role=role, keywords=words)
    ids = [find_video(database, None, one) for one in videos]
    added = [ProjectVideos(database).put(None, found.id, one, use) for one in ids]
    if as_json:
        print_json({"ok": True, "project": found.id, "videos": [one.model_dump(mode="json") for one in added]})
        return 0
    for video in added:
        console.print(f"{plain(video.name)} is in {plain(found.name)} ({video.role}).", markup=False)
    return 0


def _put_away(named: str, archived: bool, as_json: bool) -> int:
    database = database_here()
    found = Projects(database).archive(None, find_project(database, None, named).id, archived)
    _tell(found, f"{plain(found.name)} is {'put away' if archived else 'taken out again'}.", as_json)
    return 0


def _valid(kind: type[R], command: str, **given: Any) -> R:
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]).replace("target_", "")
        raise InputError(
            f"{field} cannot be {first['input']!r}: {first['msg'].removeprefix('Value error, ').lower()}.",
            hint=f"See edit-factory library projects {command} --help.",
            subject=field,
        ) from error


def _tell(project: Project, line: str, as_json: bool) -> None:
    if as_json:
        print_json({"ok": True, "project": project.model_dump(mode="json")})
    else:
        console.print(line, markup=False)


def _table(projects: tuple[Project, ...]) -> Table:
    numbers = (Column(name, justify="right") for name in ("Videos", "Scripts", "Clips"))
    table = Table(Column("Project", overflow="fold"), "Name", *numbers, "Age")
    for one in projects:
        counts = (str(one.counts.videos), str(one.counts.scripts), str(one.counts.clips))
        table.add_row(Text(short_id(one.id)), Text(plain(one.name)), *counts, span(_age(one.created_at)))
    return table


def _print_project(project: Project) -> None:
    lines = {
        "project": project.id,
        "name": project.name,
        "description": project.description,
        "context": project.context,
        "clips": f"{project.counts.clips}, of {project.target_duration:g} s each",
        "put away": f"{span(_age(project.archived_at))} ago" if project.archived_at else "",
    }
    for name, value in lines.items():
        if value:
            console.print(f"{name:<12}{plain(value)}", markup=False)


def _age(moment: datetime) -> float:
    return (now() - moment).total_seconds()
