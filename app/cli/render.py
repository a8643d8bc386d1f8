"""`edit-factory render`: the same clip again from its edit document."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.output import cancellable, console, live_progress, print_json
from app.config import load_settings
from app.workflows.render import render_again


def render_command(
    edit: Annotated[Path, typer.Argument(help="A NAME.edit.json that make wrote.", show_default=False)],
    source: Annotated[list[Path] | None, typer.Option(help="Footage, or a folder of it, when it has moved.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="The clip to write, such as again.mp4, or a folder; else the one beside it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Render a clip from its edit document: the same document gives the same frames."""
    stem = _stem(edit, out)
    with cancellable() as control, live_progress(quiet=as_json) as listener:
        done = render_again(edit, stem, source or [], load_settings(), listener, control)
    if as_json:
        print_json({"ok": True, **done.model_dump(mode="json")})
    else:
        console.print(f"{done.files['mp4']}: {sum(c.ok for c in done.checks.items)} checks passed", markup=False)
        for note in done.notes:
            console.print(f"   Note: {note}", markup=False)
    return 0


def _stem(edit: Path, out: Path | None) -> Path:
    """Return where the clip goes, without ending: what `--out` names, in its folder, or beside the document."""
    own = edit.name.removesuffix(".json").removesuffix(".edit")
    if out is None:
        return edit.with_name(own)
    if out.is_dir():
        return out / own
    return out.with_suffix("") if out.suffix == ".mp4" else out
