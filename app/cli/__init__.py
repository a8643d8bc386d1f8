"""The command line: `edit-factory make`, `render`, `probe`, `presets`, `voices`, `doctor`.

Exit statuses are those of `app/errors.py` and stable: 0 done, 1 a fault of ours, 2 a wrong option, script or edit,
3 a bad media file, 4 footage that does not do, 5 a voice that failed, 6 a clip that failed to render or to pass its
check, 7 a disk or folder that cannot be written, 8 something is not installed, 130 stopped.
"""

import sys

import typer

from app import __version__
from app.cli import make, render, show
from app.cli.output import fail, fail_unexpected
from app.errors import Cancelled, EditFactoryError, InputError

cli = typer.Typer(
    name="edit-factory",
    help="Raw footage and a script in, finished vertical clips out. Works offline, without any account.",
    epilog="Settings come from options, then EDIT_FACTORY_* in the environment, then config.toml, then defaults.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command("make")(make.make_command)
cli.command("render")(render.render_command)
cli.command("probe")(show.probe_command)
cli.command("presets")(show.presets_command)
cli.command("voices")(show.voices_command)
cli.command("doctor")(show.doctor_command)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"edit-factory {__version__}")
        raise typer.Exit


@cli.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Options that stand before the command."""


def _usage_error(error: typer.TyperException) -> InputError:
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    hint = "Run edit-factory --help, or the command with --help."
    return InputError(message.rstrip(".") + ".", hint=hint, code="usage")


def main() -> None:
    """Run the command line and leave with its exit status; every error is one line, or one JSON document."""
    as_json = "--json" in sys.argv
    try:
        status = cli(sys.argv[1:] or ["--help"], standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        status = fail(Cancelled("Stopped as asked."), as_json)
    except typer.TyperException as error:  # an option that is not there, or a value of the wrong kind
        status = fail(_usage_error(error), as_json)
    except EditFactoryError as error:
        status = fail(error, as_json)
    except Exception as error:
        status = fail_unexpected(error, as_json)
    sys.exit(status or 0)
