"""`edit-factory swap`: other footage for one shot of a clip."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.output import cancellable, console, plain, print_json
from app.config import load_settings
from app.errors import InputError
from app.models.timing import seconds_of
from app.workflows.swap import Swap, find_alternatives, take


def swap_command(
    edit: Annotated[Path, typer.Argument(help="A NAME.edit.json that make wrote.", show_default=False)],
    shot: Annotated[int, typer.Argument(help="The number of the shot, from 1.", show_default=False)],
    take_number: Annotated[
        int | None, typer.Option("--take", help="Take the alternative of this number, and write the edit to --out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The edit document to write, such as new.edit.json.")] = None,
    source: Annotated[list[Path] | None, typer.Option(help="Footage, or a folder of it, when it has moved.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """List the five best alternatives for a shot, or take one of them."""
    if (take_number is None) != (out is None):
        raise InputError("--take and --out go together.", hint="Add the other one.", subject="take", code="usage")
    settings = load_settings()
    with cancellable() as control:
        swap = find_alternatives(edit, shot, source or [], settings, control)
    taken = take(swap, take_number, out, settings) if take_number is not None and out is not None else None
    if as_json:
        print_json(
            {
                "ok": True,
                "shot": swap.edit.shots[shot - 1].model_dump(mode="json"),
                "alternatives": [pick.model_dump(mode="json") for pick in swap.picks],
                "missing": swap.missing,
                "taken": {"file": str(out), "identity": taken.identity} if taken else None,
            }
        )
    elif taken:
        console.print(f"{out} has the new shot; edit-factory render {out} makes the clip.", markup=False)
    else:
        print_swap(swap)
    return 0


def print_swap(swap: Swap) -> None:
    """Print the shot and its alternatives; what they say may be anybody's, as documents are passed on."""
    shot = swap.edit.shots[swap.number - 1]
    console.print(f"Shot {swap.number}, {seconds_of(shot.frames):.1f} s: {plain(shot.reason)}", markup=False)
    for number, pick in enumerate(swap.picks, 1):
        console.print(f"  {number}  {plain(pick.reason)}", markup=False)
    for name in swap.missing:
        console.print(f"Note: {plain(name)} was not found; --source says where it is", markup=False)
