"""The commands put together, and what ends them: their own status, or an error's."""

import sys

import typer

from app import __version__
from app.cli import access, captions, export, jobs, library, make, mute, render, serve, show, swap, webhooks, worker
from app.cli.output import fail, fail_unexpected, tolerate_any_terminal
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
cli.command("export")(export.export_command)
cli.add_typer(captions.commands, name="captions")
cli.command("swap")(swap.swap_command)
cli.command("mute")(mute.mute_command)
cli.command("serve")(serve.serve_command)
cli.command("worker")(worker.worker_command)
cli.add_typer(jobs.commands, name="jobs")
cli.add_typer(library.commands, name="library")
cli.add_typer(access.password_commands, name="password")
cli.add_typer(access.keys_commands, name="keys")
cli.add_typer(webhooks.commands, name="webhooks")
cli.command("probe")(show.probe_command)
cli.command("presets")(show.presets_command)
cli.command("styles")(show.styles_command)
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


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status; whatever ends it is told in one line, or one JSON document.

    Raises `OSError` when standard output cannot be written.
    """
    as_json = "--json" in arguments
    tolerate_any_terminal()
    try:
        status = cli(arguments or ["--help"], standalone_mode=False)
        sys.stdout.flush()
    except (typer.Abort, KeyboardInterrupt):
        status = fail(Cancelled("Stopped as asked."), as_json)
    except typer.TyperException as error:  # an option that is not there, or a value of the wrong kind
        status = fail(_usage_error(error), as_json)
    except EditFactoryError as error:
        status = fail(error, as_json)
    except OSError:
        raise
    except Exception as error:
        status = fail_unexpected(error, as_json)
    return status or 0
