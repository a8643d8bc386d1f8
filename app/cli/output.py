"""What the command line prints: results on standard output, everything else on standard error."""

import io
import json
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from app.config import load_settings
from app.errors import EditFactoryError
from app.models.control import Control
from app.services.logs import redacted
from app.workflows.jobs.attend import Listener

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def tolerate_any_terminal() -> None:
    """Let letters that a terminal's encoding lacks be shown by their numbers, and never end a finished job."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_json(document: dict[str, Any]) -> None:
    """Print one machine-readable document: UTF-8, or escaped where the output is in another encoding."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(document, ensure_ascii=not plain, indent=1, default=str)
    sys.stdout.write(text.encode("utf-8", "replace").decode() + "\n")


def plain(value: Any) -> str:
    """Return any text as one line that a terminal can only show: no control characters, no letters turned around."""
    line = " ".join(str(value).split())
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)


def span(seconds: float) -> str:
    """Return a length of time in its largest whole unit: 45 s, 12 min, 3 h, 8 d."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return "0 s"


def fail(error: EditFactoryError, as_json: bool) -> int:
    """Print an error and return its exit status."""
    if as_json:
        print_json({"ok": False, "error": error.as_dict()})
    line = plain(f"{error.message} {error.hint}")
    errors.print(f"edit-factory: {line} [{error.instance_code}]", markup=False)
    return error.exit_status


def fail_unexpected(error: Exception, as_json: bool) -> int:
    """Print that something broke which should not, and keep the details in the data folder's log."""
    settings = load_settings()
    place = settings.data_dir / "logs" / f"error-{datetime.now(UTC):%Y%m%d-%H%M%S}.txt"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        told = redacted("".join(traceback.format_exception(error)), settings)
        place.write_text(told, encoding="utf-8")
        hint = f"The details are in {place}; please report them."
    except OSError:
        hint = "The details could not be written to the data folder."
    return fail(EditFactoryError("Something went wrong inside Edit Factory.", hint=hint), as_json)


STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, the polite end, and a terminal that was closed."""


@contextmanager
def cancellable() -> Iterator[Control]:
    """Give a control that any of `STOPS` cancels; a second signal ends the program the hard way."""
    control = Control()

    def stop(number: int, frame: FrameType | None) -> None:
        control.cancel()
        signal.signal(number, before[number])

    # Under nohup a closed terminal is ignored on purpose.
    wanted = [n for n in STOPS if n != signal.SIGHUP or signal.getsignal(n) != signal.SIG_IGN]
    before: dict[int, Any] = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield control
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def live_progress(quiet: bool) -> Iterator[Listener]:
    """Show step, percentage and time left: a moving bar on a terminal, else a line for each step."""
    if not errors.is_terminal:
        yield _silent if quiet else _line_for_each_step()
        return
    columns = (
        TextColumn("{task.description:<16}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[left]}", markup=False),
    )
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("starting", total=1.0, left="")
        yield lambda name, share, left: progress.update(
            task, description=plain(name), completed=share, left=f"{span(left)} left" if left is not None else ""
        )


def _silent(step: str, share: float, left: float | None) -> None:
    """Show nothing."""


def _line_for_each_step() -> Listener:
    seen: list[str] = []

    def show(step: str, share: float, left: float | None) -> None:
        if not seen or seen[-1] != step:
            seen.append(step)
            more = f", {span(left)} left" if left else ""
            errors.print(f"{share:4.0%} {plain(step)}{more}", markup=False)

    return show
