"""`edit-factory mute`: a video without its voices."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import read_share
from app.cli.output import cancellable, console, live_progress, print_json
from app.config import load_settings
from app.workflows.mute import mute


def mute_command(
    video: Annotated[Path, typer.Argument(help="A video.", show_default=False)],
    keep: Annotated[str, typer.Option(help="How much of the sound is kept under speech, such as 20%.")] = "0%",
    ambience: Annotated[
        bool, typer.Option("--ambience", help="Take voices out, and keep what is around them.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="The file to write, or a folder; else beside the video.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Turn a video's sound down wherever somebody speaks, or take the voices out of it."""
    share = read_share(keep, "keep")
    with cancellable() as control, live_progress(quiet=as_json) as listener:
        done = mute(video, out, load_settings(), listener, control, keep=share, ambience=ambience)
    if as_json:
        print_json({"ok": True, **done})
    else:
        count, seconds = done["segments_muted"], done["total_voice_duration"]
        console.print(f"{done['file']}: somebody speaks {count} times, {seconds:.1f} s in all", markup=False)
    return 0
