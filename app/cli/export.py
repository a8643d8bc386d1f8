"""`edit-factory export`: a clip's edit document for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.output import console, print_json
from app.config import load_settings
from app.workflows.export import FORMATS, export
from app.workflows.render import load_edit


def export_command(
    edit: Annotated[Path, typer.Argument(help="A NAME.edit.json that make wrote.", show_default=False)],
    kind: Annotated[str, typer.Option("--format", help=f"What to make of it: {', '.join(FORMATS)}.")] = "otio",
    out: Annotated[
        Path | None, typer.Option(help="The file to write, or a folder for it; else beside the document.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Export a clip for other programs: a timeline (otio), captions (srt, vtt, ass), or the document itself (json)."""
    settings = load_settings()
    written = export(load_edit(edit), kind, _place(edit, kind, out), settings)
    if as_json:
        print_json({"ok": True, "format": kind, "file": str(written)})
    else:
        console.print(str(written), markup=False)
    return 0


def _place(edit: Path, kind: str, out: Path | None) -> Path:
    """Return the file to write: `--out`, or the document's name with the format's ending, there or beside it."""
    own = f"{edit.name.removesuffix('.json').removesuffix('.edit')}.{kind}"
    if out is None:
        return edit.with_name(own)
    return out / own if out.is_dir() else out
