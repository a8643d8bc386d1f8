"""`edit-factory serve`: the server, and a worker beside it."""

import sys
from typing import Annotated

import typer

from app.cli.output import console, print_json
from app.cli.worker import standing_worker, stopped_by
from app.config import load_settings
from app.services import logs
from app.services.job_storage import JobStorage


def serve_command(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on; with auth none this machine's own only.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 for any free one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document when it is ready.")] = False,
) -> int:
    """Answer requests and work on jobs until Ctrl-C or SIGTERM; what is not finished then goes on at the next start."""
    from app.api import server as http  # noqa: PLC0415 - other commands start quicker

    settings = load_settings(host=host, port=port)
    if settings.auth == "none":
        http.require_loopback(settings.host)
    else:
        http.require_way_in(JobStorage(settings).database)
    logs.set_up(settings, "serve")
    with http.listen(settings.host, settings.port) as listening:
        address = http.address_of(listening)

        def ready() -> None:
            if as_json:
                print_json({"ok": True, "address": address})
            else:
                console.print(f"Edit Factory answers at {address}; Ctrl-C stops it.", markup=False)
            sys.stdout.flush()

        server = http.Server(listening, ready)
        with stopped_by(server.stop), standing_worker(settings):
            server.serve_until_stopped()
    return 0
