"""`edit-factory library import`: files of this machine, as footage of the library."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.output import cancellable, console, live_progress, plain, print_json
from app.config import load_settings
from app.db import open_database
from app.services.library.names import find_project
from app.services.sources import gather
from app.workflows.bring_in import bring_in


def import_command(
    places: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|FOLDER", help="Videos, photographs, or folders of them.", show_default=False),
    ],
    project: Annotated[str | None, typer.Option(help="The project that is to have them: its name or id.")] = None,
    copy: Annotated[
        bool, typer.Option("--copy", help="Keep copies in the data folder; else the files stay where they are.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Bring files into the library. What is there already, by its content, is not brought in twice."""
    settings = load_settings()
    project_id = find_project(open_database(settings), None, project).id if project is not None else None
    files = gather(places).files
    with cancellable() as control, live_progress(quiet=as_json) as listener:
        found = bring_in(files, settings, listener, control, project_id=project_id, copied=copy)
    failed = [file for file in found if file["error"]]
    if as_json:
        print_json({"ok": not failed, "files": found})
    else:
        for file in found:
            console.print(_line(file), markup=False)
    return _FAILED if failed else 0


_FAILED = 3
"""The exit status of `MediaError`."""


def _line(file: dict[str, Any]) -> str:
    if file["error"]:
        return plain(f"{file['error']['message']} {file['error']['hint']} [{file['error']['code']}]")
    return plain(f"{file['video_id']}  {file['kind']:<6} {Path(file['file']).name}")
