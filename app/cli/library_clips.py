"""`edit-factory library clips`: what was made, kept and dropped."""

from typing import Annotated, get_args

import typer
from rich.table import Column, Table
from rich.text import Text

from app.cli.job_tables import short_id
from app.cli.listing import Cursor, Json, Limit, Sort, database_here, tell_of_more
from app.cli.output import console, plain, print_json
from app.errors import InputError
from app.models.library.clip import Clip, ClipFilter, ClipState
from app.services.library.clips import Clips
from app.services.library.names import find_clip, find_project
from app.services.sources import unquoted

Named = Annotated[
    list[str], typer.Argument(metavar="CLIP...", help="Names, ids, or the first letters of ids.", show_default=False)
]

commands = typer.Typer(help="See what clips there are, and keep or drop them.", invoke_without_command=True)


@commands.callback()
def clips_command(context: typer.Context, as_json: Json = False) -> int | None:
    """See what clips there are, and keep or drop them."""
    return list_command(as_json=as_json) if context.invoked_subcommand is None else None


@commands.command("list")
def list_command(
    project: Annotated[str | None, typer.Option(help="Only those of a project: its name or id.")] = None,
    state: Annotated[str | None, typer.Option(help="Only new, kept or dropped ones.")] = None,
    search: Annotated[str | None, typer.Option(help="Only those with this text in their name.")] = None,
    sort: Sort = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: Json = False,
) -> int:
    """List clips, those that `make` wrote elsewhere as well."""
    database = database_here()
    project_id = find_project(database, None, project).id if project is not None else None
    wanted = ClipFilter(project_id=project_id, state=_state(state), search=search)
    page = Clips(database).page(None, wanted, sort=sort, limit=limit, cursor=cursor)
    if as_json:
        shown = [clip.model_dump(mode="json") for clip in page.items]
        print_json({"ok": True, "clips": shown, "next_cursor": page.next_cursor, "total": page.total})
        return 0
    console.print(_table(page.items) if page.items else "There are no such clips.")
    tell_of_more(page)
    return 0


@commands.command("keep")
def keep_command(clips: Named, as_json: Json = False) -> int:
    """Mark clips as kept."""
    return _mark(clips, "kept", as_json)


@commands.command("drop")
def drop_command(clips: Named, as_json: Json = False) -> int:
    """Mark clips as dropped; they stay until they are removed."""
    return _mark(clips, "dropped", as_json)


def _mark(named: list[str], state: ClipState, as_json: bool) -> int:
    database = database_here()
    marked = Clips(database).mark(None, [find_clip(database, None, one) for one in named], state)
    if as_json:
        print_json({"ok": True, "clips": [clip.model_dump(mode="json") for clip in marked]})
        return 0
    for clip in marked:
        console.print(f"{plain(clip.name)} is {state}.", markup=False)
    return 0


def _state(given: str | None) -> ClipState | None:
    known: dict[str, ClipState] = {state: state for state in get_args(ClipState)}
    if given is None or given in known:
        return known[given] if given is not None else None
    raise InputError(f"No clip is {given}.", hint=f"Choose one of: {', '.join(known)}.", subject="state")


def _table(clips: tuple[Clip, ...]) -> Table:
    table = Table(Column("Id", overflow="fold"), "Name", "State", Column("File", overflow="fold"))
    for clip in clips:
        file = plain(unquoted(clip.files["mp4"])) if "mp4" in clip.files else "not rendered"
        table.add_row(
            Text(short_id(clip.id)), Text(plain(clip.name)), clip.state, Text(file + " (older)" * clip.is_stale)
        )
    return table
