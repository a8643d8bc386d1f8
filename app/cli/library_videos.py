"""`edit-factory library videos`: what was brought in, with the ids that the other commands and the API take."""

from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from app.cli.job_tables import short_id
from app.cli.listing import Cursor, Json, Limit, Sort, database_here, tell_of_more
from app.cli.output import console, plain, print_json
from app.config import load_settings
from app.models.library.media import ASSETS, FOOTAGE, MediaFilter, MediaRow
from app.services.library.media import Media
from app.services.library.names import find_project

commands = typer.Typer(help="See what footage there is.", invoke_without_command=True)


@commands.callback()
def videos_command(context: typer.Context, as_json: Json = False) -> int | None:
    """See what footage there is."""
    return list_command(as_json=as_json) if context.invoked_subcommand is None else None


@commands.command("list")
def list_command(
    project: Annotated[str | None, typer.Option(help="Only those of a project: its name or id.")] = None,
    search: Annotated[str | None, typer.Option(help="Only those with this text in their name.")] = None,
    assets: Annotated[bool, typer.Option("--assets", help="Music and logos instead.")] = False,
    sort: Sort = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: Json = False,
) -> int:
    """List videos and photographs."""
    database = database_here()
    project_id = find_project(database, None, project).id if project is not None else None
    wanted = MediaFilter(kinds=ASSETS if assets else FOOTAGE, project_id=project_id, search=search)
    page = Media(database, load_settings()).page(None, wanted, sort=sort, limit=limit, cursor=cursor)
    if as_json:
        shown = [row.model_dump(mode="json") for row in page.items]
        print_json({"ok": True, "videos": shown, "next_cursor": page.next_cursor, "total": page.total})
        return 0
    console.print(_table(page.items) if page.items else "There are no such files.")
    tell_of_more(page)
    return 0


def _table(rows: tuple[MediaRow, ...]) -> Table:
    table = Table(Column("Id", overflow="fold"), "Kind", "Name", Column("Seconds", justify="right"), "Size")
    for row in rows:
        seconds = f"{row.info.duration:.1f}" if row.info.duration else ""
        size = f"{row.info.width}x{row.info.height}" if row.info.has_video else ""
        table.add_row(Text(short_id(row.id)), row.kind, Text(plain(row.name)), seconds, size)
    return table
