"""`edit-factory mute`: a video without its voices."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import read_share
from app.cli.output import cancellable, console, live_progress, print_json
from app.config import load_settings
from app.errors import InputError
from app.workflows.mute import mute


def mute_command(
    video: Annotated[Path, typer.Argument(help="A video.", show_default=False)],
    keep: Annotated[
        str | None, typer.Option(help="How much of the sound is kept under speech, such as 20% (default: nothing).")
    ] = None,
    ambience: Annotated[
        bool, typer.Option("--ambience", help="Take voices out, and keep what is around them.")
    ] = False,
    out: Annotated[
        str | None, typer.Option(metavar="PATH", help="The file to write, or a folder; else beside the video.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Turn a video's sound down wherever somebody speaks, or take the voices out of it."""
    if ambience and keep is not None:
        raise InputError(
            "--ambience takes voices out, so that there is nothing to --keep of them.",
            hint="Leave one of the two out.",
            subject="keep",
            code="usage",
        )
    share = read_share(keep, "keep") if keep is not None else 0.0
    with cancellable() as control, live_progress(quiet=as_json) as listener:
        done = mute(video, out, load_settings(), listener, control, keep=share, ambience=ambience)
    if as_json:
        print_json({"ok": True, **done})
    else:
        count, seconds = done["segments_muted"], done["total_voice_duration"]
        console.print(f"{done['file']}: somebody speaks {count} times, {seconds:.1f} s in all", markup=False)
    return 0
