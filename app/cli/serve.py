"""`edit-factory serve`: the server, and a worker beside it."""

import logging
import sys
from typing import Annotated

import typer

from app.cli.output import console, print_json
from app.cli.worker import standing_worker, stopped_by
from app.config import load_settings


def serve_command(
    host: Annotated[str | None, typer.Option(help="The address to listen on; this machine's own only.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 for any free one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document when it is ready.")] = False,
) -> int:
    """Answer requests and work on jobs until Ctrl-C or SIGTERM; what is not finished then goes on at the next start."""
    from app.api.server import Server, address_of, listen, require_loopback  # noqa: PLC0415 - other commands start quicker

    settings = load_settings(host=host, port=port)
    require_loopback(settings.host)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s serve %(levelname)s %(message)s", stream=sys.stderr)
    with listen(settings.host, settings.port) as listening:
        address = address_of(listening)

        def ready() -> None:
            if as_json:
                print_json({"ok": True, "address": address})
            else:
                console.print(f"Edit Factory answers at {address}; Ctrl-C stops it.", markup=False)
            sys.stdout.flush()

        server = Server(listening, ready)
        with stopped_by(server.stop), standing_worker(settings):
            server.serve_until_stopped()
    return 0
